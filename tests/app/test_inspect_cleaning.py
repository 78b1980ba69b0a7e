"""The marked samples on the page: what a cleaned copy changes, and files that are written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.inspection.exports.choice import Choice
from pages._inspect.inspected_file import KEY
from pages._shared.markdown import literal

from .conftest import texts
from .test_inspect import errors, handed_in, page
from .test_inspect_forms import images_zip

__all__ = ["page"]
FORM, DROP, RELABEL, WRITE, GET = (
    f"inspect-of-take-{name}" for name in ("form", "drop", "relabel", "write", "get")
)


def flipped() -> pd.DataFrame:
    """Two clouds apart, with three labels of the rare class on samples of the frequent one."""
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame(rng.normal(6 * c, 1, (n, 2)), columns=["x", "y"]).assign(kind=name)
        for c, (name, n) in enumerate((("common", 150), ("rare", 50)))
    ]
    table = pd.concat(parts, ignore_index=True)
    table.loc[[5, 6, 7], "kind"] = "rare"
    return table


def with_a_copy(content: bytes) -> bytes:
    """A ZIP of images in which one stands twice."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        first = archive.namelist()[0]
        archive.writestr(str(PurePosixPath(first).with_name("copy.png")), archive.read(first))
    return out.getvalue()


def written(at: AppTest) -> Path:
    (path,) = at.session_state[KEY].exported.values()
    assert isinstance(path, Path)
    return path


def downloads(at: AppTest) -> list[str]:
    return [button.proto.label for button in at.get("download_button")]


def test_a_cleaned_copy_lacks_the_samples_that_were_chosen(page: Callable[[], AppTest]) -> None:
    table = flipped()
    at = handed_in(page(), "my table.csv", table.to_csv(index=False))
    assert not at.exception
    assert "Flagged samples (CSV)" in downloads(at)
    assert at.multiselect(key=DROP).value == ["suspects"]
    assert "What the cleaned copy changes" in texts(at)
    at.button(key=WRITE).click().run()
    assert not at.exception
    assert not errors(at)
    path = written(at)
    assert f"Download {literal(path.name)}" in downloads(at)
    copy = pd.read_csv(path)
    assert list(copy.columns) == ["x", "y", "kind"]
    left = table.drop(index=[5, 6, 7])
    assert set(copy["x"].round(9)) <= set(left["x"].round(9))
    at.multiselect(key=DROP).set_value([]).run()
    assert f"Download {path.name}" not in downloads(at), "another choice is another file"


def test_suggested_labels_can_be_taken_over(page: Callable[[], AppTest]) -> None:
    table = flipped()
    at = handed_in(page(), "a.csv", table.to_csv(index=False))
    at.multiselect(key=RELABEL).set_value(["suspects"]).run()
    at.button(key=WRITE).click().run()
    assert not errors(at)
    ((_, choice),) = at.session_state[KEY].exported
    assert choice == Choice((), ("suspects",))
    copy = pd.read_csv(written(at))
    assert len(copy) == len(table)
    assert copy.loc[[5, 6, 7], "kind"].tolist() == ["common"] * 3


@pytest.mark.parametrize("form", ["label_issues", "fiftyone"])
def test_forms_of_other_tools(page: Callable[[], AppTest], form: str) -> None:
    table = form == "label_issues"
    content = flipped().to_csv(index=False) if table else with_a_copy(images_zip())
    at = handed_in(page(), "a.csv" if table else "a.zip", content)
    at.segmented_control(key=FORM).set_value(form).run()
    at.button(key=WRITE).click().run()
    assert not at.exception
    assert not errors(at)
    path = written(at)
    if table:
        assert pd.read_csv(path)["is_label_issue"].sum() >= 3
    else:
        labels = json.loads(path.read_text())["labels"].values()
        assert sum("checks" in label["attributes"] for label in labels) == 1


def test_a_failure_is_one_message(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", flipped().to_csv(index=False))
    at.session_state[KEY].path.unlink()
    at.button(key=WRITE).click().run()
    assert not at.exception
    assert "Expected" in errors(at)
