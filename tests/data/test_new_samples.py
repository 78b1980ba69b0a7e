"""New samples: prepared as the training samples were, whatever file they come in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmony_core.data.encoder_text import encoder_from_text, encoder_to_text
from harmony_core.data.new_samples import encoded_rows, encoded_table, new_images
from harmony_core.data.table_encoder import TableEncoder
from harmony_core.data.tables import load_training_data
from harmony_core.errors import DataError


def table(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "x": rng.normal(size=rows), "count": rng.integers(0, 9, rows),
        "colour": rng.choice(["red", "blue"], rows), "kind": ["a", "b", "a"] * (rows // 3),
    })  # fmt: skip
    frame.loc[::7, "x"] = np.nan
    return frame


@pytest.fixture
def encoder(tmp_path: Path) -> TableEncoder:
    table().to_csv(tmp_path / "train.csv", index=False)
    data = load_training_data(tmp_path / "train.csv", label="kind", test_share=0.2)
    assert data.encoder is not None
    assert data.encoder.width == data.train_inputs.shape[1]
    return encoder_from_text(encoder_to_text(data.encoder))


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "jsonl"])
def test_a_table_without_labels_is_encoded_as_its_rows_are(
    tmp_path: Path, encoder: TableEncoder, ending: str
) -> None:
    new = table().drop(columns="kind")[["colour", "x", "count"]].assign(more=1)
    path = tmp_path / f"new.{ending}"
    if ending == "csv":
        new.to_csv(path, index=False)
    elif ending == "parquet":
        new.to_parquet(path)
    elif ending == "xlsx":
        new.to_excel(path, index=False)
    else:
        new.to_json(path, orient="records", lines=True)
    found = encoded_table(path, encoder)
    expected = encoded_rows(new.replace({np.nan: None}).to_dict("records"), encoder)
    assert found.shape == (60, encoder.width)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_measurements_alone_and_a_column_without_a_value(
    tmp_path: Path, encoder: TableEncoder
) -> None:
    (tmp_path / "new.csv").write_text("x,count,colour\n0.5,1,\n0.25,2,\n")
    found = encoded_table(tmp_path / "new.csv", encoder)
    expected = encoded_rows(
        [{"x": 0.5, "count": 1, "colour": None}, {"x": 0.25, "count": "2", "colour": ""}], encoder
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_absent_columns_and_text_in_place_of_numbers_are_named(
    tmp_path: Path, encoder: TableEncoder
) -> None:
    (tmp_path / "new.csv").write_text("x,colour\n0.5,red\n0.25,red\n")
    with pytest.raises(DataError, match="none called 'count'"):
        encoded_table(tmp_path / "new.csv", encoder)
    with pytest.raises(DataError, match="'count' in every row"):
        encoded_rows([{"x": 1, "colour": "red"}], encoder)
    with pytest.raises(DataError, match="numbers in the column 'x'"):
        encoded_rows([{"x": "far", "count": 1, "colour": "red"}], encoder)
    with pytest.raises(DataError, match="encoder of a saved model"):
        encoder_from_text('{"parts": [{"kind": "sound"}]}')


def test_images_of_a_folder_a_zip_and_a_list_are_the_same(
    tmp_path: Path, pack: Callable[..., Path], picture: Callable[..., bytes]
) -> None:
    files = {f"{i}.png": picture(i) for i in range(3)}
    (tmp_path / "new").mkdir()
    for name, content in files.items():
        (tmp_path / "new" / name).write_bytes(content)
    zipped = pack(files, "new.zip")
    names, pixels = new_images(tmp_path / "new")
    assert names == list(files)
    assert pixels.shape == (3, 32, 32, 3)
    listed = [tmp_path / "new" / name for name in files]
    for other in (zipped, listed):
        np.testing.assert_array_equal(new_images(other)[1], pixels)
    np.testing.assert_array_equal(new_images(listed[1])[1], pixels[1:2])
    (tmp_path / "new" / "9.png").write_bytes(b"broken")
    with pytest.raises(DataError, match="decoded, but got '9.png'"):
        new_images(tmp_path / "new")
