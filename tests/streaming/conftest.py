"""Small long-tailed image sets on disk, in each form that is streamed."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harmony_core.config import DataConfig
from harmony_core.data import LongTailedDataset, build_dataset

COUNTS = {"ant": 14, "bee": 8, "cow": 5}
TESTS = 3
Load = Callable[..., LongTailedDataset]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of one's own, no processes and no decoded squares unless a test asks for them."""
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HARMONY_DECODERS", "0")
    monkeypatch.setenv("HARMONY_DECODED_GB", "0")


def jpeg(number: int, colour: int) -> bytes:
    """A JPEG of 40 × 30 pixels around a colour."""
    pixels = np.random.default_rng(number).normal(colour, 30, (30, 40, 3))
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def samples() -> Iterator[tuple[str, str, int, bytes]]:
    """Split, class, number and content of every image."""
    for c, (name, count) in enumerate(COUNTS.items()):
        for split, n in (("train", count), ("test", TESTS)):
            for i in range(n):
                yield split, name, i, jpeg(1000 * c + 100 * (split == "test") + i, 60 + 60 * c)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    for split, name, i, content in samples():
        path = root / split / name / f"{i:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as file:
        for split, name, i, content in samples():
            file.writestr(f"{split}/{name}/{i:03}.jpg", content)
    return path


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Two training shards and one of tests; labels in .cls, in the last shard in .json."""
    root = tmp_path / "shards"
    root.mkdir()
    (root / "classnames.txt").write_text("\n".join(COUNTS))
    written = {"train": 0, "test": 0}
    tars = {
        name: tarfile.open(root / f"{name}.tar", "w")  # noqa: SIM115
        for name in ("train-0000", "train-0001", "test-0000")
    }
    for split, name, _, content in samples():
        number = written[split]
        written[split] += 1
        shard = f"{split}-{number % 2:04}" if split == "train" else "test-0000"
        label = str(list(COUNTS).index(name)).encode()
        ending, text = ("cls", label) if split == "train" else ("json", _record(label))
        for suffix, data in (("jpg", content), (ending, text)):
            member = tarfile.TarInfo(f"{number:05}.{suffix}")
            member.size = len(data)
            tars[shard].addfile(member, io.BytesIO(data))
    for tar in tars.values():
        tar.close()
    return root


def _record(label: bytes) -> bytes:
    return json.dumps({"label": int(label)}).encode()


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet as pq

    root = tmp_path / "parquet"
    root.mkdir()
    features = {"label": {"names": list(COUNTS)}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    for split in ("train", "test"):
        rows = [(n, i, content) for s, n, i, content in samples() if s == split]
        table = pa.table(
            {
                "image": [{"bytes": content, "path": f"{i}.jpg"} for _, i, content in rows],
                "label": [list(COUNTS).index(n) for n, _, _ in rows],
            }
        ).replace_schema_metadata(metadata)
        pq.write_table(table, root / f"{split}-00000-of-00001.parquet", row_group_size=5)
    return root


@pytest.fixture
def load() -> Load:
    def read(source: Path, **params: object) -> LongTailedDataset:
        values = {"source": str(source), "size": 16, "stream": "always", **params}
        return build_dataset(DataConfig("images", values, profile="as_is"), 0)  # type: ignore[arg-type]

    return read
