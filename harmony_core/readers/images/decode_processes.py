"""Decode images in further processes, as Python's lock lets one thread at a time decode small ones.

    python -m harmony_core.readers.images.decode_processes

Such a process opens no file: it receives the contents of images and answers with the result of
`shrink_all`, until its input ends, which happens when the parent ends. If one fails, its images are
decoded in this process. Axes: n images.
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

WORTH_A_START = 3_000
"""Images from which a process is worth its start, which takes some tenths of a second."""
MAX_PROCESSES = 3
MAX_PLACES = 8
"""Places to decode at, in all processes together."""
_COUNT = struct.Struct("<I")
_ANSWER = b"\0HAR"
"""In front of every answer, to tell it from anything else that is printed."""


class Decoders:
    """Places to decode at, in this process and in others; each decodes one batch at a time.

    ``threads`` is larger than the number of places, so that a batch is read while all are busy.
    """

    def __init__(self, processes: int, here: int) -> None:
        started = (start_process() for _ in range(processes))
        self.processes = [process for process in started if process is not None]
        self.threads = here + len(self.processes) + bool(self.processes)
        self._free: SimpleQueue[subprocess.Popen[bytes] | None] = SimpleQueue()
        for place in [*self.processes, *[None] * here]:
            self._free.put(place)

    def shrink(self, contents: Sequence[bytes], keep: Sequence[bool]) -> Shrunk:
        """`shrink_all` at the next free place, for any number of threads at once."""
        place = self._free.get()
        try:
            if place is not None:
                try:
                    return _ask(place, contents, keep)
                except (OSError, EOFError, ValueError):
                    place.kill()  # from now on this place decodes here
                    place = None
                    return shrink_all(contents, keep)
            return shrink_all(contents, keep)
        finally:
            self._free.put(place)

    def close(self) -> None:
        """End the processes, even in the middle of a batch."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
            close_pipes(process)


@contextlib.contextmanager
def decoders(images: int) -> Iterator[Decoders]:
    """Places to decode so many images at, for the length of the block."""
    with quiet_decoders():
        places = Decoders(*places_for(images))
        try:
            yield places
        finally:
            places.close()


def places_for(images: int) -> tuple[int, int]:
    """How many processes to start for so many images, and how many places to keep here."""
    processes = min(cores() - 1, MAX_PROCESSES) if images >= WORTH_A_START else 0
    return processes, max(min(cores(), MAX_PLACES) - processes, 1)


def start_process() -> subprocess.Popen[bytes] | None:
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
