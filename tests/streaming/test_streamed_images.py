"""Images that stay on disk are the ones that would be in memory; what is broken is said."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harmony_core.data.cache import drop_decoded
from harmony_core.data.streamed.readers import FolderReader
from harmony_core.data.streamed.store import StreamedImages
from harmony_core.errors import ConfigError, DataError
from harmony_core.readers.images.decode import cut_image, random_part
from tests.streaming.conftest import COUNTS, TESTS, Load

FORMS = ("folder", "archive", "shards", "parquet")


@pytest.fixture(params=FORMS)
def source(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def pixels(images: object) -> list[bytes]:
    assert isinstance(images, StreamedImages)
    return sorted(square.tobytes() for square in images[:])


def test_every_form_holds_the_same_images(source: Path, folder: Path, load: Load) -> None:
    held = load(folder, stream="never")
    found = load(source)
    assert found.class_names == tuple(COUNTS)
    assert found.train_counts.tolist() == list(COUNTS.values())
    assert found.test_counts.tolist() == [TESTS] * len(COUNTS)
    for split in ("train", "test"):
        inputs = getattr(found, f"{split}_inputs")
        kept = sorted(square.tobytes() for square in getattr(held, f"{split}_inputs"))
        assert pixels(inputs) == kept
    assert any("stay on disk" in note for note in found.notes)


def test_rows_and_classes_belong_together(source: Path, folder: Path, load: Load) -> None:
    held, found = load(folder, stream="never"), load(source)
    label = {
        square.tobytes(): int(c)
        for square, c in zip(held.train_inputs, held.train_targets, strict=True)
    }
    rows = np.array([5, 0, 20])
    for square, c in zip(found.train_inputs[rows], found.train_targets[rows], strict=True):
        assert label[square.tobytes()] == c


def test_what_fits_in_memory_is_held_there(
    folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(load(folder, stream="auto").train_inputs, np.ndarray)
    monkeypatch.setattr("harmony_core.data.images.MAX_DECODED_BYTES", 10_000)
    assert isinstance(load(folder, stream="auto").train_inputs, StreamedImages)
    with pytest.raises(DataError, match="Leave `stream` on auto"):
        load(folder, stream="never")


def test_crops_from_the_files_need_the_files(folder: Path, load: Load) -> None:
    assert isinstance(load(folder, stream="auto", crops="resized").train_inputs, StreamedImages)
    with pytest.raises(ConfigError, match="Expected `stream` to be auto or always for crops"):
        load(folder, stream="never", crops="resized")


def test_shards_are_not_read_into_memory(shards: Path, load: Load) -> None:
    with pytest.raises(ConfigError, match="auto or always for images in tar shards"):
        load(shards, stream="never")


def test_a_missing_shard_is_named(shards: Path, load: Load) -> None:
    shutil.copy(shards / "train-0001.tar", shards / "train-0003.tar")
    with pytest.raises(DataError, match="from number 0 to 3, but got none with '2'"):
        load(shards)


def test_shards_that_count_themselves_are_all_there(shards: Path, load: Load) -> None:
    for old in ("train-0000", "train-0001"):
        (shards / f"{old}.tar").rename(shards / f"{old}-of-0003.tar")
    with pytest.raises(DataError, match="from number 0 to 2, but got none with '2'"):
        load(shards)


def test_a_shard_that_is_cut_off_is_named(shards: Path, load: Load) -> None:
    path = shards / "train-0001.tar"
    path.write_bytes(path.read_bytes()[:5_000])
    with pytest.raises(DataError, match="'train-0001.tar' is damaged or cut off"):
        load(shards)


def test_an_image_that_cannot_be_decoded_is_left_out_and_said(folder: Path, load: Load) -> None:
    path = folder / "train" / "ant" / "003.jpg"
    path.write_bytes(path.read_bytes()[:300])
    found = load(folder)
    assert found.train_counts.tolist() == [13, 8, 5]
    assert any("ant (1)" in note for note in found.notes)


def test_a_class_without_a_readable_image_is_named(folder: Path, load: Load) -> None:
    for path in (folder / "train" / "cow").iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(DataError, match="a readable training image, but got none of: cow"):
        load(folder)


def test_damaged_parquet_is_named(parquet: Path, load: Load) -> None:
    path = parquet / "train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:2_000])
    with pytest.raises(DataError, match="'train-00000-of-00001.parquet' is (damaged|not)"):
        load(parquet)


def test_a_copy_long_unused_goes_when_another_is_made(
    parquet: Path, load: Load, tmp_path: Path
) -> None:
    load(parquet)
    (old,) = (tmp_path / "cache" / "images").glob("*.bytes")
    other = tmp_path / "other"
    shutil.copytree(parquet, other)
    tests = other / "test-00000-of-00001.parquet"
    tests.rename(other / "test-0.parquet")
    load(other)
    assert old.is_file()  # both are in use
    (new,) = set(old.parent.glob("*.bytes")) - {old}
    for copy in (old, new):
        os.utime(copy, (0, 0))
    load(other)  # is used again
    tests.with_name("test-0.parquet").rename(tests.with_name("test-1.parquet"))
    load(other)
    assert new.is_file()
    assert not old.exists()
    assert not old.with_suffix(".rows.npz").exists()


def test_a_table_of_no_images_is_no_image_set(tmp_path: Path, load: Load) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet as pq

    pq.write_table(pa.table({"a": [1, 2], "label": [0, 1]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="Expected a column of images"):
        load(tmp_path / "t.parquet")


def squares(cache: Path) -> list[Path]:
    return sorted((cache / "images").glob("*.squares.npy"))


def test_decoded_squares_are_kept_and_used(
    folder: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = load(folder)
    monkeypatch.setenv("HARMONY_DECODED_GB", "1")
    kept = load(folder)
    (file,) = squares(tmp_path / "cache")
    assert np.load(file).shape == (sum(COUNTS.values()) + TESTS * len(COUNTS), 16, 16, 3)
    assert pixels(kept.train_inputs) == pixels(plain.train_inputs)
    shutil.rmtree(folder / "test" / "ant")
    assert any("a file of decoded squares" in note for note in kept.notes)
    assert len(kept.test_inputs[:]) == TESTS * len(COUNTS)  # no file of the folder is read again


def test_squares_beyond_the_limit_are_not_kept(
    folder: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DECODED_GB", "0.00001")
    assert any("more than the 1e-05 GB" in note for note in load(folder).notes)
    assert squares(tmp_path / "cache") == []


def test_old_squares_make_room(
    folder: Path, archive: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DECODED_GB", "0.00004")  # one set of 27 kB, not two
    load(folder)
    (old,) = squares(tmp_path / "cache")
    load(archive)
    (new,) = squares(tmp_path / "cache")
    assert new != old


def test_a_disk_that_fills_up_stops_no_training(
    folder: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DECODED_GB", "1")
    plain = Path.open

    class Full:
        def __init__(self, file: object) -> None:
            self._file = file

        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            self._file.close()  # type: ignore[attr-defined]

    def opened(path: Path, mode: str = "r", *rest: object, **named: object) -> object:
        file = plain(path, mode, *rest, **named)  # type: ignore[call-overload]
        return Full(file) if ".squares.npy." in path.name else file

    monkeypatch.setattr(Path, "open", opened)
    found = load(folder)
    assert any("could not be kept (No space left on device)" in note for note in found.notes)
    assert len(pixels(found.train_inputs)) == sum(COUNTS.values())
    assert [p.name for p in (tmp_path / "cache" / "images").iterdir() if "squares" in p.name] == []


@pytest.mark.parametrize("name", ["HARMONY_DECODED_GB", "HARMONY_DECODERS"])
def test_a_setting_that_is_no_number_is_refused(
    folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "many")
    with pytest.raises(ConfigError, match=f"Expected {name} to be a .*number"):
        load(folder)


def test_checking_in_processes_finds_the_same(
    folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "train" / "ant" / "003.jpg").write_bytes(b"no image")
    monkeypatch.setenv("HARMONY_DECODERS", "2")
    assert load(folder).train_counts.tolist() == [13, 8, 5]


def test_those_who_ask_at_once_have_the_images_read_once(
    folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    both = threading.Barrier(2, timeout=30)

    class Counting(FolderReader):
        def read(self, i: int) -> bytes:
            read.append(i)
            return super().read(i)

    monkeypatch.setattr("harmony_core.data.streamed.listing.FolderReader", Counting)

    def ask(_: int) -> list[int]:
        both.wait()
        return [int(n) for n in load(folder).train_counts]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, range(2))) == [[*COUNTS.values()]] * 2
    assert sorted(read) == list(range(sum(COUNTS.values()) + 3 * TESTS))


def test_parts_of_images_follow_their_seed(folder: Path, load: Load) -> None:
    images = load(folder, crops="resized").train_inputs
    assert isinstance(images, StreamedImages)
    cut = [images.store.square(0, seed) for seed in (1, 1, 2)]
    assert np.array_equal(cut[0], cut[1])
    assert not np.array_equal(cut[0], cut[2])


@pytest.mark.parametrize("shape", [(300, 200), (40, 400), (5, 5)])
def test_parts_lie_in_the_image_and_have_the_declared_sizes(shape: tuple[int, int]) -> None:
    width, height = shape
    for seed in range(200):
        left, top, right, bottom = random_part(width, height, np.random.default_rng(seed))
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        ratio = (right - left) / (bottom - top)
        share = (right - left) * (bottom - top) / (width * height)
        slack = 1 / min(right - left, bottom - top)  # whole pixels
        assert 3 / 4 - slack <= ratio <= 4 / 3 + slack
        assert share <= 1
        if width < 2 * height < 4 * width:
            assert share >= 0.08 - slack


def test_parts_are_upright_and_drafts_show_the_same() -> None:
    pixels = np.zeros((400, 400, 3), dtype=np.uint8)
    pixels[:, 200:, 0] = 255  # red on the right
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    plain, turned = io.BytesIO(), io.BytesIO()
    image.save(plain, "JPEG", quality=95)
    image.save(turned, "JPEG", quality=95, exif=exif)
    for seed in range(20):
        cut = cut_image(plain.getvalue(), 16, seed).astype(int)
        upside_down = cut_image(turned.getvalue(), 16, seed).astype(int)
        assert abs(cut - upside_down[::-1, ::-1]).max() <= 12
        left, _, right, _ = random_part(400, 400, np.random.default_rng(seed))
        red = np.clip((right - 200) / (right - left), 0, 1)
        assert cut[..., 0].mean() / 255 == pytest.approx(red, abs=0.04)


def test_what_is_known_of_images_can_be_forgotten(
    archive: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DECODED_GB", "1")
    load(archive)
    kept = tmp_path / "cache" / "images"
    assert len(list(kept.iterdir())) == 3  # what was checked, the squares, and the lock
    drop_decoded(hashlib.sha256(archive.read_bytes()).hexdigest())
    assert list(kept.iterdir()) == []


def test_squares_that_made_room_are_decoded_again(
    folder: Path, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pixels(load(folder).train_inputs)
    monkeypatch.setenv("HARMONY_DECODED_GB", "1")
    found = load(folder)
    squares(tmp_path / "cache")[0].unlink()
    assert pixels(found.train_inputs) == plain


@pytest.mark.parametrize("place", ["data", "train"])
def test_packed_files_are_found_in_a_folder_of_a_split_or_of_everything(
    shards: Path, parquet: Path, tmp_path: Path, load: Load, place: str
) -> None:
    for form in (shards, parquet):
        outer = tmp_path / f"outer-{form.name}"
        outer.mkdir()
        form.rename(outer / place)
        assert len(load(outer, holdout="share").train_inputs)


def test_a_shard_that_is_a_link_out_of_the_folder_is_refused(
    shards: Path, tmp_path: Path, load: Load
) -> None:
    moved = (shards / "train-0001.tar").rename(tmp_path / "elsewhere.tar")
    (shards / "train-0001.tar").symlink_to(moved)
    with pytest.raises(DataError, match="'train-0001.tar', a link that leaves it"):
        load(shards)
