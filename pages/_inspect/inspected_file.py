"""The file on the page: where it lies, how it is read, what is going on, what was found."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import streamlit as st

from harmony_core.errors import DataError
from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.process.digits_example import NAME as DIGITS
from harmony_core.inspection.process.job import Job
from harmony_core.inspection.process.result_file import load_found
from harmony_core.inspection.process.worker import Request
from harmony_core.inspection.tail.class_counts import BETA
from harmony_core.inspection.tail.statistics import analyse_tail

from .visit_folder import room, safe_name

KEY = "inspect-look"
PREFIX = "inspect-"
REMOVED = "inspect removed"
"""How many files were removed by the button, so that the uploader is drawn anew."""


@dataclass
class Look:
    """One file and how it is looked at; kept in the session's state."""

    path: Path
    title: str
    """The name the visitor knows it by."""
    digits: bool = False
    example: str = ""
    """What there is to find, for one of our own files."""
    counts: bool = False
    """Typed in as bare counts."""
    job: Job | None = None
    out: Path = field(default_factory=Path)
    _read: tuple[int, Inspection] | None = None

    @property
    def busy(self) -> bool:
        return self.job is not None and self.job.status.active

    @property
    def gone(self) -> bool:
        """Whether the file was deleted, as the connection was lost for too long."""
        return not self.path.parent.is_dir()

    @property
    def piloting(self) -> bool:
        return self.busy and self.job is not None and self.job.request.pilot

    def again(self, **how: str | None) -> None:
        """Look at the file, or look again with another label, split or separator."""
        self.cancel()
        if self.out.parent.parent == room().folder:
            shutil.rmtree(self.out.parent, ignore_errors=True)
        folder = room().new()
        self.out = folder / "found.npz"
        self._read = None
        request = Request(str(self.path), str(self.out), digits=self.digits)
        self.job = room().start(Job(replace(request, **how)))  # type: ignore[arg-type]

    def try_out(self, seeds: int, bounds: tuple[float, float] | None) -> None:
        """Train on it for some seconds."""
        if self.busy or self.job is None:
            return
        request = replace(self.job.request, pilot=True, seeds=seeds, bounds=bounds)
        self.job = room().start(Job(request))

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def found(
        self, beta: float = BETA, bounds: tuple[float, float] | None = None
    ) -> Inspection | None:
        """What was found so far, its groups by ``bounds``; ``None`` before the tail is known."""
        try:
            changed = self.out.stat().st_mtime_ns
        except OSError:
            return None
        if not self.out.is_file():
            return None
        if self._read is None or self._read[0] != changed:
            self._read = (changed, load_found(self.out))
        found = self._read[1]
        if beta == BETA and bounds is None:
            return found
        labels = found.contents.labels
        tail = analyse_tail(labels.train_counts, labels.test_counts, beta=beta, bounds=bounds)
        return replace(found, tail=tail)


def look() -> Look | None:
    """What is on the page."""
    now: Look | None = st.session_state.get(KEY)
    return now


def forget() -> None:
    """Empty the page, end what goes on, and delete the file and what was found."""
    now = look()
    if now is not None:
        now.cancel()
        for folder in {now.path.parent, now.out.parent}:
            if folder.parent == room().folder:
                shutil.rmtree(folder, ignore_errors=True)
    for key in [key for key in st.session_state if str(key).startswith("inspect-of-")]:
        del st.session_state[key]
    st.session_state.pop(KEY, None)


def remove() -> None:
    """`forget`, and empty the uploader too."""
    forget()
    st.session_state[REMOVED] = int(st.session_state.get(REMOVED, 0)) + 1


def take(
    name: str, content: bytes | memoryview, example: str = "", *, counts: bool = False
) -> None:
    """Put a file into the session's folder and look at it."""
    forget()
    path = room().new() / safe_name(name)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(
            f"Expected room for {path.name} on this server, but got: {error.strerror or error}. "
            "Free some space, then try again."
        ) from error
    _begin(Look(path, name, example=example, counts=counts))


def take_digits(example: str) -> None:
    """Look at digits-LT, which the worker writes into the session's folder."""
    forget()
    _begin(Look(room().new() / DIGITS, "digits-LT", digits=True, example=example))


def _begin(now: Look) -> None:
    st.session_state[KEY] = now
    now.again()
