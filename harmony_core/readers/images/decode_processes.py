"""Decoding in processes beside this one, as Python's lock lets one thread decode small images.

    python -m harmony_core.readers.images.decode_processes

Such a process opens no file: it is sent the contents of images and answers with what `shrink_all`
makes of them, until its input ends, as it does when the parent goes. Whatever becomes of one, the
images it had are decoded here. Axes: n images.
"""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import IO

from ...processes import close_pipes, start_module
from ..threads import cores
from .decode import quiet_decoders
from .thumbnails import Shrunk, shrink_all

MANY = 3_000
"""Images from which a process is worth its start, some tenths of a second."""
MOST = 3
THREADS = 8
_COUNT = struct.Struct("<I")
_ANSWER = b"\0HAR"
"""Before every answer, lest something else that was printed is taken for one."""


class Decoders:
    """Places to decode at, here and in processes beside; each does one batch at a time.

    There are fewer places than ``threads`` may ask for one, so that the next batch is read while
    the places are taken.
    """

    def __init__(self, images: int) -> None:
        beside = min(cores() - 1, MOST) if images >= MANY else 0
        here = max(min(cores(), THREADS) - beside, 1)
        self._processes = [one for one in (_start() for _ in range(beside)) if one is not None]
        self.threads = here + len(self._processes) + bool(self._processes)
        self._free: SimpleQueue[subprocess.Popen[bytes] | None] = SimpleQueue()
        for place in [*self._processes, *[None] * here]:
            self._free.put(place)

    def shrink(self, contents: Sequence[bytes], keep: Sequence[bool]) -> Shrunk:
        """`shrink_all` at the next free place, for any number of threads at once."""
        place = self._free.get()
        try:
            if place is not None:
                try:
                    return _ask(place, contents, keep)
                except (OSError, EOFError, ValueError):
                    place.kill()  # it is of no more use: one batch more, here
                    place = None
                    return shrink_all(contents, keep)
            return shrink_all(contents, keep)
        finally:
            self._free.put(place)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            close_pipes(process)


@contextlib.contextmanager
def decoders(images: int) -> Iterator[Decoders]:
    """Places to decode so many images at, for the length of the block."""
    with quiet_decoders():
        open_ = Decoders(images)
        try:
            yield open_
        finally:
            open_.close()


def _start() -> subprocess.Popen[bytes] | None:
    """A process that decodes, or ``None`` where none may be started."""
    variables = {"PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        return start_module(__name__, binary=True, environment=variables)
    except OSError:
        return None


def _ask(
    process: subprocess.Popen[bytes], contents: Sequence[bytes], keep: Sequence[bool]
) -> Shrunk:
    assert process.stdin is not None
    assert process.stdout is not None
    n, kept = len(contents), sum(keep)
    lengths = struct.pack(f"<{n}I", *map(len, contents))
    process.stdin.write(_COUNT.pack(n) + bytes(keep) + lengths + b"".join(contents))
    process.stdin.flush()
    if _exactly(process.stdout, len(_ANSWER)) != _ANSWER:
        raise ValueError("no answer")
    return Shrunk.from_bytes(_exactly(process.stdout, Shrunk.bytes_of(n, kept)), n, kept)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError(f"got {len(content)} of {size} bytes")
    return content


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the requests end."""
    while head := requests.read(_COUNT.size):
        (n,) = _COUNT.unpack(head)
        keep = [bool(kept) for kept in _exactly(requests, n)]
        lengths = struct.unpack(f"<{n}I", _exactly(requests, 4 * n))
        contents = [_exactly(requests, length) for length in lengths]
        answers.write(_ANSWER + shrink_all(contents, keep).to_bytes())
        answers.flush()


if __name__ == "__main__":
    with contextlib.suppress(OSError, EOFError), quiet_decoders():  # the parent is gone
        serve(sys.stdin.buffer, sys.stdout.buffer)
