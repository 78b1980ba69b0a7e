"""Which images of a listing can be decoded and which are equal: found once, then kept in the cache.

Where there is room, the decoded squares are kept too. Axes: n images, s side.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ...arrays import Array
from ...errors import DataError
from ...readers.images.decode import Unreadable, check_image, decode_image, quiet_decoders
from ..cache import cache_root, load_arrays, save_arrays
from .decoded import SquaresFile, make_room
from .listing import Listing
from .readers import ImageReader
from .workers import start_context, workers_for

RULES = 1
"""Raised when the same file would be judged or decoded differently."""
CHUNK = 128
WAITING = 16
"""Chunks that are being read, at most."""
TURN = 0.5
"""Seconds between two reports while another process reads the same images."""


@dataclass(frozen=True)
class Checked:
    """What is known of n images after all of them were read."""

    good: Array
    """(n,) bool: those that can be decoded."""
    copies: Array
    """(n,) int64: position of the first image with the same file content."""
    decoded: Path | None
    """A file of all squares (n, s, s, 3) uint8, if it was made."""
    note: str
    """Why there is no such file, if one was asked for."""


def check_images(
    listing: Listing, size: int, keep_decoded: bool, report: Callable[[float], None]
) -> Checked:
    """Read all images of a listing; ``keep_decoded`` asks for the file of squares.

    Several processes that ask for the same images at once, as two experiments of a server do, leave
    the reading to one of them. Squares that take too much room or cannot be written are left out,
    which the note says. Raises `DataError` if a process that reads was killed.
    """
    folder = cache_root() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with _turn(folder / f"{listing.key}-check.lock", report):
        return _check_alone(listing, size, keep_decoded, report, folder)


@contextlib.contextmanager
def _turn(path: Path, report: Callable[[float], None]) -> Iterator[None]:
    """Wait for the lock at ``path``; ``report`` is called meanwhile, as it may stop the waiting."""
    lock = FileLock(path, thread_local=False)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=TURN)
        except Timeout:
            report(0.0)
    try:
        yield
    finally:
        lock.release()


def _check_alone(
    listing: Listing,
    size: int,
    keep_decoded: bool,
    report: Callable[[float], None],
    folder: Path,
) -> Checked:
    n, note = len(listing.reader), ""
    kept = folder / f"{listing.key}-checked-{RULES}.npz"
    decoded = folder / f"{listing.key}-{size}-{RULES}.squares.npy"
    known = load_arrays(kept)
    if known is not None and len(known["good"]) != n:
        known = None
    if keep_decoded and not decoded.is_file():
        note = make_room(n * size * size * 3, folder)
    squares = None
    if keep_decoded and not note and not decoded.is_file():
        squares = SquaresFile(decoded, n, size)
    if known is None or squares is not None:
        known = _read_all(listing.reader, size, squares, report)
        note = note or (squares.problem if squares else "")
        save_arrays(kept, known)
    _, first, inverse = np.unique(
        known["digests"].view("V16").ravel(), return_index=True, return_inverse=True
    )
    usable = decoded if keep_decoded and decoded.is_file() else None
    if usable is not None:
        with contextlib.suppress(OSError):
            os.utime(usable)
    return Checked(known["good"], np.asarray(first[inverse], dtype=np.int64), usable, note)


def _read_all(
    reader: ImageReader, size: int, squares: SquaresFile | None, report: Callable[[float], None]
) -> dict[str, Array]:
    """Which images can be decoded, ``good`` (n,), and the ``digests`` (n, 16) of their files."""
    n = len(reader)
    good, digests = np.zeros(n, dtype=bool), np.zeros((n, 16), dtype=np.uint8)
    try:
        with _executor(n, reader, 0 if squares is None else size) as pool:
            start = 0
            for ok, digest, content in _in_order(pool, range(0, n, CHUNK), n):
                stop = start + len(ok)
                good[start:stop], digests[start:stop] = ok, digest
                if squares is not None:
                    squares.write(content)
                start = stop
                report(stop / n)
        if squares is not None:
            squares.finish()
    finally:
        if squares is not None:
            squares.drop()
    return {"good": good, "digests": digests}


@contextlib.contextmanager
def _executor(n: int, reader: ImageReader, size: int) -> Iterator[Executor]:
    """Processes that each have the reader, or a thread where they are not worth their start."""
    workers = workers_for(n)
    pool: Executor
    if workers:
        pool = ProcessPoolExecutor(workers, start_context(), _set_up, (reader, size))
    else:
        pool = ThreadPoolExecutor(1, initializer=_set_up, initargs=(reader, size))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise DataError(
            "Expected the processes that read the images to keep running, but one was ended from "
            "outside, perhaps for lack of memory. Start again; HARMONY_DECODERS=1 needs less."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: Executor, starts: Sequence[int], n: int) -> Iterator[Any]:
    """The results of `_check` in order; few are computed ahead, so that memory stays bounded."""
    waiting: deque[Future[Any]] = deque()
    for start in starts:
        waiting.append(pool.submit(_check, start, min(start + CHUNK, n)))
        if len(waiting) == WAITING:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_given = threading.local()
"""What `_set_up` left in a worker."""


def _set_up(reader: ImageReader, size: int) -> None:
    _given.reader, _given.size = reader, size


def _check(start: int, stop: int) -> tuple[Array, Array, bytes]:
    """Which images can be decoded, digests of their files, and their squares if they are wanted."""
    reader, size = _given.reader, _given.size
    good = np.zeros(stop - start, dtype=bool)
    digests = np.zeros((stop - start, 16), dtype=np.uint8)
    squares = np.zeros((stop - start, size, size, 3), dtype=np.uint8)
    with quiet_decoders():
        for place, i in enumerate(range(start, stop)):
            try:
                content = reader.read(i)
                if size:
                    squares[place] = decode_image(content, size)
                else:
                    check_image(content)
                digests[place] = np.frombuffer(blake2b(content, digest_size=16).digest(), np.uint8)
                good[place] = True
            except (Unreadable, OSError):
                continue
    return good, digests, squares.tobytes()
