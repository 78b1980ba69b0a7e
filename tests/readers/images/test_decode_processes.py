"""Images decoded in processes beside this one: the same to the bit, whatever becomes of them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from harmony_core.processes import start_module
from harmony_core.readers.images import decode_processes as decoders
from harmony_core.readers.images import image_files
from harmony_core.readers.open import read_file
from harmony_core.readers.samples import DecodedImages

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
FIELDS = ("grey", "thumbnails", "readable", "digest", "width", "height")
Pack = Callable[..., Path]


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def archive(pack: Pack, picture: Callable[..., bytes]) -> Path:
    """Images of many kinds, some of them broken."""
    turned = Image.Exif()
    turned[0x0112] = 6
    colours = Image.open(io.BytesIO(picture(1, side=48)))
    deep = np.linspace(0, 60_000, 40 * 30).reshape(40, 30).astype(np.uint16)
    bomb = bytearray(encoded(Image.new("L", (9, 9)), "BMP"))
    bomb[18:26] = (60_000).to_bytes(4, "little") * 2
    contents = [
        *(picture(i, form="JPEG") for i in range(24)),
        *(picture(i, side=20 + i, form="PNG") for i in range(12)),
        picture(3)[:150], picture(4, form="JPEG")[:300], b"", b"no image", bytes(bomb),
        encoded(colours, "JPEG", exif=turned), encoded(colours.convert("CMYK"), "JPEG"),
        encoded(colours.convert("RGBA"), "PNG"), encoded(colours.convert("P"), "GIF"),
        encoded(Image.fromarray(deep), "PNG"), encoded(colours.convert("LA"), "WEBP"),
        encoded(colours, "TIFF"), picture(2, mode="L"), picture(2, mode="1"),
    ]  # fmt: skip
    return pack({f"train/c{i % 3}/{i:02}.png": c for i, c in enumerate(contents)})


def decode(path: Path) -> DecodedImages:
    contents = read_file(path)
    images = contents.images
    assert images is not None
    try:
        rows = np.arange(contents.labels.rows)
        return images.decode(rows, lambda _: None, rows % 3 != 1)
    finally:
        images.close()


@pytest.fixture
def alone(archive: Path) -> DecodedImages:
    """What one process makes of the images."""
    decoded = decode(archive)
    assert 0 < decoded.readable.sum() < len(decoded.readable)
    return decoded


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes are worth their start; the list of those that were started."""
    started: list[subprocess.Popen[bytes]] = []

    def watched(*arguments: Any, **options: Any) -> subprocess.Popen[Any]:
        process = start_module(*arguments, **options)
        started.append(process)
        return process

    monkeypatch.setattr(decoders, "WORTH_A_START", 1)
    monkeypatch.setattr(decoders, "cores", lambda: 2)
    monkeypatch.setattr(decoders, "start_module", watched)
    monkeypatch.setattr(image_files, "CHUNK", 8)
    yield started
    assert all(process.poll() is not None for process in started), "left behind"


def same(one: DecodedImages, other: DecodedImages) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FIELDS)


def test_two_processes_see_what_one_sees(
    archive: Path,
    alone: DecodedImages,
    beside: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_here(*_: object) -> None:
        raise AssertionError("decoded here")

    monkeypatch.setattr(decoders, "places_for", lambda _: (1, 0))
    monkeypatch.setattr(decoders, "shrink_all", not_here)
    assert same(decode(archive), alone)
    assert len(beside) == 1


def test_shared_work_is_the_same(
    archive: Path, alone: DecodedImages, beside: list[subprocess.Popen[bytes]]
) -> None:
    assert same(decode(archive), alone)
    assert len(beside) == 1


def stand_in(code: str) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    return start


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.kill(os.getpid(), 9)",
        "import sys; sys.stdin.buffer.read(4); sys.exit(1)",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'\\0HAR' + b'x' * 40)",
        "print('Welcome to this machine' * 1000, flush=True); import time; time.sleep(600)",
    ],
    ids=["dead", "gone", "cut off", "chatty"],
)
def test_a_process_that_fails_changes_nothing(
    archive: Path,
    alone: DecodedImages,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    beside: list[subprocess.Popen[bytes]],
) -> None:
    started = []

    def start(*_: Any, **__: Any) -> subprocess.Popen[bytes]:
        started.append(stand_in(code)())
        return started[0]

    monkeypatch.setattr(decoders, "start_module", start)
    assert same(decode(archive), alone)
    assert [process.poll() is None for process in started] == [False]


def test_a_machine_that_starts_no_process_changes_nothing(
    archive: Path,
    alone: DecodedImages,
    beside: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for program in (str(tmp_path / "missing"), "", None):
        monkeypatch.setattr(sys, "executable", program)
        assert same(decode(archive), alone)
    assert not beside


def test_few_images_and_one_core_start_no_process(
    archive: Path, beside: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "cores", lambda: 1)
    decode(archive)
    monkeypatch.setattr(decoders, "cores", lambda: 2)
    monkeypatch.setattr(decoders, "WORTH_A_START", 1_000)
    decode(archive)
    assert not beside


def test_cancelling_ends_the_processes(
    archive: Path, beside: list[subprocess.Popen[bytes]]
) -> None:
    class Cancelled(Exception):
        pass

    def cancel(_: float) -> None:
        raise Cancelled

    contents = read_file(archive)
    images = contents.images
    assert images is not None
    with pytest.raises(Cancelled):
        images.decode(np.arange(contents.labels.rows), cancel)
    images.close()
    assert [process.poll() is None for process in beside] == [False]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the process in /proc")
def test_a_killed_parent_leaves_no_process_behind() -> None:
    code = (
        "import time\nfrom harmony_core.readers.images import decode_processes as decoders\n"
        "places = decoders.Decoders(processes=1, here=0)\n"
        "print(places.processes[0].pid, flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert running(child)
        os.kill(parent.pid, signal.SIGKILL)
    patience = time.monotonic() + PATIENCE
    while running(child):
        assert time.monotonic() < patience
        time.sleep(0.02)


def running(pid: int) -> bool:
    """Whether a process is there and has not ended; one that nobody has fetched has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
