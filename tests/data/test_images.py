"""Folders and ZIPs of images become data sets; odd images are handled, broken ones counted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harmony_core.config import DataConfig
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.errors import DataError
from harmony_core.readers.images import decode as decode_module
from harmony_core.readers.images.decode import Unreadable, decode_all, decode_image
from harmony_core.readers.images.layout import arrange

Pack = Callable[..., Path]
Files = Callable[..., dict[str, bytes]]
Noise = Callable[[int], bytes]
Picture = Callable[..., bytes]


def load(
    source: Path | str,
    profile: str = "as_is",
    seed: int = 0,
    factor: float = 50,
    **params: int | float | str,
) -> LongTailedDataset:
    values = {"source": str(source), "size": 8, **params}
    return build_dataset(DataConfig("images", values, factor, profile), seed)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def one_colour(content: bytes) -> list[int]:
    pixels = decode_image(content, 8)
    assert pixels.shape == (8, 8, 3)
    assert pixels.dtype == np.uint8
    assert (pixels.reshape(-1, 3) == pixels[0, 0]).all()
    return [int(value) for value in pixels[0, 0]]


def test_pixels_arrive_unchanged_when_the_size_fits(noise: Noise) -> None:
    with Image.open(io.BytesIO(noise(5))) as image:
        assert np.array_equal(decode_image(noise(5), 8), np.asarray(image))


def test_grey_alpha_palette_and_cmyk_become_rgb(picture: Picture) -> None:
    assert one_colour(picture(90, "L")) == [90, 90, 90]
    assert one_colour(picture(1, "1")) == [255, 255, 255]
    assert one_colour(picture((200, 30, 60, 255), "RGBA")) == [200, 30, 60]
    assert one_colour(picture((200, 30, 60, 0), "RGBA")) == [255, 255, 255]
    assert one_colour(picture((0, 128), "LA")) == [127, 127, 127]
    assert one_colour(picture((0, 0, 0, 255), "CMYK", "TIFF")) == [0, 0, 0]
    palette = Image.new("RGB", (9, 9), (10, 200, 30)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert one_colour(saved(palette)) == [10, 200, 30]
    assert one_colour(saved(palette, transparency=palette.getpixel((0, 0)))) == [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut(kind: str) -> None:
    pixels = np.full((8, 8), 40_000, dtype=np.uint16)
    assert one_colour(saved(Image.fromarray(pixels), kind)) == [156, 156, 156]


def test_floating_point_images_are_scaled_and_nan_is_unreadable() -> None:
    ramp = np.linspace(-3, 5, 64, dtype=np.float32).reshape(8, 8)
    decoded = decode_image(saved(Image.fromarray(ramp), "TIFF"), 8)
    assert (decoded[0, 0, 0], decoded[7, 7, 0]) == (0, 255)
    ramp[0, 0] = np.nan
    with pytest.raises(Unreadable):
        decode_image(saved(Image.fromarray(ramp), "TIFF"), 8)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert one_colour(content) == [255, 0, 0]


def test_a_photo_on_its_side_is_turned_upright() -> None:
    pixels = np.zeros((16, 16, 3), dtype=np.uint8)
    pixels[:, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(Image.fromarray(pixels), "PNG", exif=exif)
    upright = decode_image(content, 16)
    assert (upright[0] == 255).all()
    assert (upright[15] == 0).all()


def test_a_wide_image_is_cropped_in_the_middle() -> None:
    pixels = np.zeros((10, 30, 3), dtype=np.uint8)
    pixels[:, 10:20] = 200
    decoded = decode_image(saved(Image.fromarray(pixels)), 8)
    assert decoded.astype(int) == pytest.approx(200, abs=25)


def huge_png(side: int) -> bytes:
    """A PNG that declares side × side pixels and holds none."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def damaged(noise: Noise) -> dict[str, bytes]:
    whole = saved(Image.effect_noise((64, 64), 90), "JPEG")
    return {
        "truncated": whole[: len(whole) // 2],
        "empty": b"",
        "text": b"not an image",
        "cut png": noise(1)[:60],
        "bomb": huge_png(30_000),
        "large": huge_png(8_000),
        "warned of": huge_png(10_000),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n",
    }


@pytest.mark.parametrize(
    "name",
    ["truncated", "empty", "text", "cut png", "bomb", "large", "warned of", "postscript"],
)
def test_a_damaged_image_is_skipped(noise: Noise, name: str) -> None:
    content = {"good": noise(0), "bad": damaged(noise)[name]}
    files = [("good",), ("bad",)]
    images, good = decode_all(files, lambda parts: content[parts[0]], 8, lambda _: None)
    assert good.tolist() == [True, False]
    assert not images[1].any()


def test_a_train_and_a_test_split_are_read(pack: Pack, two_classes: Files, noise: Noise) -> None:
    dataset = load(pack(two_classes(train=5, test=2)))
    assert dataset.class_names == ("cat", "dog")
    assert dataset.train_counts.tolist() == [5, 5]
    assert dataset.test_counts.tolist() == [2, 2]
    assert (dataset.kind, dataset.augment, dataset.notes) == ("images", True, ())
    seen = {image.tobytes() for image in dataset.test_inputs}
    assert seen == {decode_image(noise(n), 8).tobytes() for n in (100, 101, 1100, 1101)}


@pytest.mark.parametrize("outer", ["", "my data/"])
@pytest.mark.parametrize("split", [True, False])
def test_one_folder_around_everything_is_looked_through(
    pack: Pack, two_classes: Files, outer: str, split: bool
) -> None:
    files = {
        outer + (n if split else n[6:]): c for n, c in two_classes(6, 2 if split else 0).items()
    }
    dataset = load(pack(files))
    assert dataset.class_names == ("cat", "dog")
    assert dataset.test_counts.tolist() == ([2, 2] if split else [1, 1])


def test_folders_give_what_zips_give(tmp_path: Path, pack: Pack, two_classes: Files) -> None:
    path = pack(two_classes(classes=("große Katze", "猫")))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    one, two = load(path), load(tmp_path / "out")
    assert one.class_names == two.class_names == ("große Katze", "猫")
    assert np.array_equal(one.train_inputs, two.train_inputs)


def no_split(noise: Noise) -> dict[str, bytes]:
    """20 images of a class and 7 of another."""
    return {f"a/{i}.png": noise(i) for i in range(20)} | {
        f"b/{i}.png": noise(50 + i) for i in range(7)
    }


def test_without_a_test_split_a_share_of_every_class_is_held_out(pack: Pack, noise: Noise) -> None:
    path = pack(no_split(noise))
    dataset = load(path)
    assert dataset.test_counts.tolist() == [4, 1]
    assert dataset.train_counts.tolist() == [16, 6]
    assert "20 % of every class, 5 images in all." in dataset.notes[0]
    both = np.concatenate([dataset.train_inputs, dataset.test_inputs])
    assert len(np.unique(both.reshape(27, -1), axis=0)) == 27
    assert not np.array_equal(load(path, seed=1).test_inputs, dataset.test_inputs)
    assert load(path, test_share=0.4).test_counts.tolist() == [8, 3]


def test_equal_images_stay_on_one_side(pack: Pack, noise: Noise) -> None:
    files = {f"{c}/{i}.png": noise(i // 3 + 10 * (c == "b")) for c in "ab" for i in range(18)}
    for seed in range(4):
        dataset = load(pack(files), seed=seed)
        assert dataset.test_counts.tolist() == [3, 3]
        trained = {image.tobytes() for image in dataset.train_inputs}
        assert not trained & {image.tobytes() for image in dataset.test_inputs}


def test_a_class_of_one_image_trains_and_is_not_tested(pack: Pack, noise: Noise) -> None:
    dataset = load(pack({**no_split(noise), "rare one/1.png": noise(99)}))
    assert dataset.train_counts.tolist() == [16, 6, 1]
    assert dataset.test_counts.tolist() == [4, 1, 0]
    assert dataset.notes[1].startswith("No test sample of 'rare one'")


def test_a_test_split_may_lack_a_class(pack: Pack, two_classes: Files) -> None:
    files = two_classes(train=3, test=4, classes=("a", "b", "c"))
    dataset = load(pack({n: c for n, c in files.items() if not n.startswith("test/b")}))
    assert dataset.test_counts.tolist() == [4, 0, 4]
    assert dataset.notes == (
        "No test sample of 'b': trained, but left out of all figures of the test.",
    )


def test_equally_many_test_images_of_every_class(pack: Pack, noise: Noise) -> None:
    path = pack(no_split(noise))
    dataset = load(path, holdout="smallest")
    assert dataset.test_counts.tolist() == [2, 2]
    assert dataset.train_counts.tolist() == [18, 5]
    assert "2 images of every class" in dataset.notes[0]
    both = np.concatenate([dataset.train_inputs, dataset.test_inputs])
    assert len(np.unique(both.reshape(27, -1), axis=0)) == 27
    other = load(path, seed=1, holdout="smallest")
    assert not np.array_equal(other.test_inputs, dataset.test_inputs)


def test_a_long_tail_is_cut_from_what_there_is(pack: Pack, two_classes: Files) -> None:
    path = pack(two_classes(train=10, test=2, classes=("a", "b", "c")))
    assert load(path, "exponential", factor=10).train_counts.tolist() == [10, 3, 1]
    assert load(path, limit_per_class=4).train_counts.tolist() == [4, 4, 4]


def test_an_unbalanced_test_split_is_used_whole_or_cut(pack: Pack, two_classes: Files) -> None:
    files = two_classes(train=3, test=4)
    del files["test/dog/0.png"]
    whole = load(pack(files))
    assert whole.test_counts.tolist() == [4, 3]
    assert whole.notes == ()
    dataset = load(pack(files), holdout="smallest")
    assert dataset.test_counts.tolist() == [3, 3]
    assert "cut to 3 images" in dataset.notes[0]


def test_skipped_images_are_counted_by_class(pack: Pack, two_classes: Files) -> None:
    files = two_classes(train=10, test=2)
    files["train/dog/3.png"] = b"broken"
    dataset = load(pack(files))
    assert dataset.train_counts.tolist() == [10, 9]
    assert dataset.notes == ("Skipped 1 images that could not be decoded: dog (1).",)


def test_too_many_unreadable_images_are_refused(pack: Pack, two_classes: Files) -> None:
    files = two_classes(train=10, test=2)
    for i in range(6):
        files[f"train/dog/{i}.png"] = b"broken"
    with pytest.raises(DataError, match=r"at least 80%.*6 of 24.*dog \(6\)"):
        load(pack(files))


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_class_that_loses_all_its_images_is_named(
    pack: Pack, two_classes: Files, split: str
) -> None:
    files = two_classes(train=20, test=2)
    files = {
        n: c for n, c in files.items() if not n.startswith(f"{split}/dog/") or n.endswith("/0.png")
    }
    files[f"{split}/dog/0.png"] = b"broken"
    with pytest.raises(DataError, match=f"readable {split}.* none of: dog"):
        load(pack(files))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "but got none"),
        (["cat/1.png", "cat/2.png"], "classes, one folder each, but got 1: cat"),
        (["1.png", "2.png"], r"but got '1\.png'"),
        (["cat/1.png", "dog/sub/1.png"], "directly into the folder"),
        (
            [
                "train/cat/1.png",
                "train/dog/1.png",
                "test/cat/1.png",
                "test/dog/1.png",
                "test/eel/1.png",
            ],
            "training image.*none of: eel",
        ),
        (["train/cat/1.png", "train/dog/1.png", "val/cat/1.png"], "got also: val"),
        (["test/cat/1.png", "test/dog/1.png"], "but got"),
    ],
)
def test_folders_that_do_not_fit_are_explained(names: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        arrange([tuple(name.split("/")) for name in names])


def test_equally_many_test_images_need_some_of_every_class(pack: Pack, noise: Noise) -> None:
    files = {"a/1.png": noise(1), "a/2.png": noise(2), "rare one/1.png": noise(3)}
    with pytest.raises(DataError, match=r"at least 2 samples.*rare one \(1\)"):
        load(pack(files), holdout="smallest")
    with pytest.raises(DataError, match="test samples of at least 2 classes, but got 1"):
        load(pack(files))
    split = {f"train/{name}": content for name, content in files.items()}
    with pytest.raises(DataError, match="test image, but got none of: rare one"):
        load(pack({**split, "test/a/1.png": noise(4)}), holdout="smallest")


def test_a_second_load_decodes_nothing(
    pack: Pack, two_classes: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(two_classes())
    first = load(path)
    monkeypatch.setattr("harmony_core.data.images.decode_all", None)
    again = load(path)
    assert np.array_equal(first.train_inputs, again.train_inputs)
    with pytest.raises(TypeError):
        load(path, size=9)


def test_a_broken_cache_is_decoded_again(pack: Pack, two_classes: Files, data_cache: Path) -> None:
    path = pack(two_classes())
    first = load(path)
    (kept,) = (data_cache / "images").glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:100])
    assert np.array_equal(load(path).train_inputs, first.train_inputs)


def test_an_unwritable_cache_stops_nothing(
    pack: Pack, two_classes: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "file"))
    assert load(pack(two_classes())).train_counts.tolist() == [4, 4]


def test_old_arrays_make_room(
    pack: Pack, two_classes: Files, data_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harmony_core.data.cache.KEPT_BYTES", 5000)
    path = pack(two_classes())
    for size in (8, 9, 10):
        load(path, size=size)
    assert len(list((data_cache / "images").iterdir())) == 1


def test_progress_is_told(pack: Pack, two_classes: Files) -> None:
    told: list[tuple[str, float | None]] = []
    config = DataConfig("images", {"source": str(pack(two_classes()))}, profile="as_is")
    build_dataset(config, 0, lambda text, share: told.append((text, share)))
    assert told[0] == ("Decoding 12 images", 0.0)
    assert told[-1] == ("Decoding 12 images", 1.0)


@pytest.mark.parametrize("source", ["", "  ", "/nowhere/at all", "a\0b"])
def test_a_source_that_is_none_is_explained(source: str) -> None:
    with pytest.raises(DataError, match="`source`"):
        load(source)


def test_the_pixel_limit_is_below_what_pillow_warns_of() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert decode_module.MAX_PIXELS < Image.MAX_IMAGE_PIXELS
