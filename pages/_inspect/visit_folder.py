"""The folder of one visit: uploaded files are kept there, and deleted when the tab is closed.

A connection that comes back within `GRACE` finds its folder again.

They lie in the one folder of this server's process; `scratch` removes that of a server that was
killed when the next one starts.
"""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import streamlit as st
from filelock import Timeout

from harmony_core.data.uploads import SESSIONS, uploads_root
from harmony_core.errors import DataError
from harmony_core.inspection.process.job import Job
from harmony_core.scratch import own_folder

_FOLDER = "inspect room"
_NAME = 80
GRACE = 60.0
"""Seconds after which a lost connection counts as a closed tab."""


@dataclass
class VisitFolder:
    """The folder of a session and the jobs that use it."""

    folder: Path
    jobs: list[Job] = field(default_factory=list)
    _leaving: threading.Timer | None = None
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def leave(self) -> None:
        """The connection is gone: close the folder unless it comes back soon."""
        with self._lock:
            self._leaving = threading.Timer(GRACE, self.close)
            self._leaving.daemon = True
            self._leaving.start()

    def stay(self) -> bool:
        """The connection is back; return whether the folder still exists."""
        with self._lock:
            if self._leaving is not None:
                self._leaving.cancel()
            return not self._closed

    def add_job(self, job: Job) -> Job:
        """Remember a job, so that it is cancelled with the session."""
        self.jobs = [old for old in self.jobs if old.status.active] + [job]
        return job

    def new_folder(self) -> Path:
        """A fresh folder for one file."""
        path = self.folder / uuid4().hex[:12]
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise DataError(
                f"Expected room for the file on this server, but got: {error.strerror or error}. "
                "Free some space, then try again."
            ) from error
        return path

    def close(self) -> None:
        """Cancel all jobs and remove everything."""
        with self._lock:
            self._closed = True
        for job in self.jobs:
            job.cancel()
        for job in self.jobs:
            job.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)


def visit_folder() -> VisitFolder:
    """The folder of this session."""
    return _session_folder(str(uploads_root()))


@st.cache_resource(scope="session", on_release=VisitFolder.leave, show_spinner=False)
def _session_folder(root: str) -> VisitFolder:
    server = _server_folder(root)
    kept: VisitFolder | None = st.session_state.get(_FOLDER)
    if kept is None or kept.folder.parent != server or not kept.stay():
        kept = st.session_state[_FOLDER] = VisitFolder(server / uuid4().hex)
    return kept


def safe_name(name: str) -> str:
    """A visitor's file name as one that is valid in any folder, with its ending."""
    base = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w.\- ()+]", "_", base).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        return kept[:_NAME] or "file"
    return f"{stem[:_NAME].strip(' .') or 'file'}.{suffix[:12]}"


def _server_folder(root: str) -> Path:
    """The folder of this server process; what servers that were killed left beside it goes."""
    sessions = Path(root) / SESSIONS
    try:
        return own_folder(sessions)
    except (OSError, Timeout) as error:
        raise DataError(
            f"Expected to be able to write to {sessions}, but got: {error}. Choose another folder "
            "with the environment variable HARMONY_UPLOADS."
        ) from error
