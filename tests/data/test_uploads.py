"""Uploads are kept once under their hash, and nothing else can be asked for."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.config import DataConfig
from harmony_core.data import build_dataset
from harmony_core.data.uploads import store_upload, upload_path, uploads_root
from harmony_core.errors import DataError


def test_an_upload_is_found_again_by_its_content() -> None:
    content = b"some content"
    source = store_upload(content)
    assert source == "upload:" + hashlib.sha256(content).hexdigest()
    assert upload_path(source).read_bytes() == content
    assert upload_path(source.removeprefix("upload:")) == upload_path(source)
    half_read = io.BytesIO(content)
    half_read.read(4)
    assert store_upload(half_read) == source
    assert len(list(uploads_root().iterdir())) == 1


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "here"))
    assert upload_path(store_upload(b"x")).parent == tmp_path / "here"


def test_too_much_and_nothing_are_refused_and_leave_nothing() -> None:
    with pytest.raises(DataError, match="at most 1 MB"):
        store_upload(b"x" * (2**20 + 1), limit=2**20)
    with pytest.raises(DataError, match="empty"):
        store_upload(b"")
    assert not uploads_root().exists()


def test_an_unwritable_folder_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "file"))
    with pytest.raises(DataError, match="Expected to write"):
        store_upload(b"x")


@pytest.mark.parametrize(
    "name", ["", "../secret", "a" * 63, "A" * 64, "upload:" * 2 + "a" * 64, "a" * 64 + "\n"]
)
def test_only_the_hash_of_an_upload_is_a_name(name: str) -> None:
    with pytest.raises(DataError, match="64 hex digits"):
        upload_path(name)


def test_an_upload_that_is_gone_is_asked_for_again() -> None:
    with pytest.raises(DataError, match="Upload the file again"):
        build_dataset(DataConfig("images", {"source": "upload:" + "0" * 64}, profile="as_is"), 0)


def test_an_uploaded_zip_is_a_source(
    pack: Callable[..., Path], two_classes: Callable[..., dict[str, bytes]]
) -> None:
    source = store_upload(pack(two_classes()).read_bytes())
    dataset = build_dataset(DataConfig("images", {"source": source}, profile="as_is"), 0)
    assert dataset.train_counts.tolist() == [4, 4]
