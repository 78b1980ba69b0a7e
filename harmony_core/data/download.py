"""Getting a file from the network once, whole, and with its progress shown."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from ..errors import DataError
from .cache import cache_root
from .spec import Progress

ATTEMPTS = 2
PATIENCE = 60.0
"""Seconds without a new byte after which a download counts as failed."""
POLL = 0.1


def matches(path: Path, md5: str) -> bool:
    """Whether a file is there, whole and unchanged."""
    try:
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    except OSError:
        return False
    return found.hexdigest() == md5


def fetch(url: str, md5: str, size: int, title: str, progress: Progress | None = None) -> Path:
    """The file at ``url`` in the data cache, downloaded if it is not there yet.

    A part or a damaged file is removed and the download tried once more; of several processes one
    downloads and the others wait. Raises `DataError` with the manual steps if that fails too.
    """
    folder = cache_root()
    path = folder / url.rsplit("/", 1)[-1]
    if matches(path, md5):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{path.name}.lock"):
            if matches(path, md5):
                return path
            path.unlink(missing_ok=True)
            prefix = f".{path.name}.part-"
            for abandoned in folder.glob(f"{prefix}*"):  # by a process that was killed
                shutil.rmtree(abandoned, ignore_errors=True)
            for _ in range(ATTEMPTS):
                with TemporaryDirectory(
                    dir=folder, prefix=prefix, ignore_cleanup_errors=True
                ) as scratch:
                    part = Path(scratch) / path.name
                    problem = _download(url, md5, size, title, part, progress)
                    if not problem:
                        os.replace(part, path)
                        return path
    except OSError as error:
        problem = str(error)
    raise DataError(
        f"Expected to download {title} from {url}, but got: {problem}. Check the network, or get "
        f"the file in another way (md5 {md5}) and put it at {path}."
    )


def _download(
    url: str, md5: str, size: int, title: str, path: Path, progress: Progress | None
) -> str:
    """Download with torchvision in a thread, watched from here; returns what went wrong."""
    problems: list[str] = []

    def work() -> None:
        try:
            from torchvision.datasets.utils import download_url

            download_url(url, str(path.parent), path.name, md5)
        except (OSError, RuntimeError, HTTPException, ImportError, ValueError) as error:
            problems.append(str(error) or type(error).__name__)

    thread = threading.Thread(target=work, name=f"download {path.name}", daemon=True)
    thread.start()
    have, since = -1, time.monotonic()
    while thread.is_alive():
        thread.join(POLL)
        now = path.stat().st_size if path.exists() else 0
        if now != have:
            have, since = now, time.monotonic()
            if progress:
                text = f"Downloading {title}: {now / 1e6:.0f} of {size / 1e6:.0f} MB"
                progress(text, min(now / size, 1.0))
        elif time.monotonic() - since > PATIENCE:
            return f"nothing more after {have / 1e6:.0f} MB in {PATIENCE:.0f} s"
    return problems[0] if problems else ""
