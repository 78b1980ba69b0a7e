"""The file on the page: where it is, how it is read, its job, and what was found."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from harmony_core.errors import DataError
from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.exports.choice import Choice
from harmony_core.inspection.exports.export import Export
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.process.digits_example import NAME as DIGITS
from harmony_core.inspection.process.job import Job
from harmony_core.inspection.process.result_file import load_found
from harmony_core.inspection.process.worker import ExportRequest, Request
from harmony_core.inspection.tail.class_counts import BETA
from harmony_core.inspection.tail.statistics import analyse_tail

from .visit_folder import safe_name, visit_folder

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KEY = "inspect-look"
PREFIX = "inspect-"
LONGEST_EXPORT = 300.0
"""Seconds for a file that is written from the result."""
REMOVED = "inspect removed"
"""How many files the button has removed; each time the uploader is replaced by an empty one."""


@dataclass
class InspectedFile:
    """One file and its inspection, kept in the session's state."""

    path: Path
    title: str
    """The name that the visitor knows."""
    digits: bool = False
    example: str = ""
    """What there is to find, if it is an example."""
    counts: bool = False
    """Whether it was typed in as class counts."""
    job: Job | None = None
    result_path: Path = field(default_factory=Path)
    exported: dict[tuple[str, Choice], Path] = field(default_factory=dict)
    """Files that were written from the result, by the form's name and the choice."""
    _read: tuple[int, Inspection] | None = None

    @property
    def busy(self) -> bool:
        return self.job is not None and self.job.status.active

    @property
    def gone(self) -> bool:
        """Whether the file was deleted, because the connection was lost for too long."""
        return not self.path.parent.is_dir()

    @property
    def piloting(self) -> bool:
        return self.busy and self.job is not None and self.job.request.pilot

    def inspect(self, **options: str | None) -> None:
        """Inspect the file, or inspect it again with another label, split or separator."""
        self.cancel()
        if self.result_path.parent.parent == visit_folder().folder:
            shutil.rmtree(self.result_path.parent, ignore_errors=True)
        folder = visit_folder().new_folder()
        self.result_path = folder / "found.npz"
        self._read = None
        self.exported = {}
        request = Request(str(self.path), str(self.result_path), digits=self.digits)
        asked = replace(request, **options)  # type: ignore[arg-type]
        self.job = visit_folder().add_job(Job(asked, str(visit_folder().folder)))

    def judge_by(self, kind: str, upload: UploadedFile | None) -> None:
        """Inspect the file again, read as before, with an upload to judge labels by, or without.

        ``kind`` is the option of the request that takes the file.
        """
        if self.job is None or self.busy:
            return
        before = self.job.request
        options: dict[str, str | None] = {
            "label": before.label, "split": before.split, "separator": before.separator,
            "header": before.header,
        }  # fmt: skip
        if upload is not None:
            path = visit_folder().new_folder() / safe_name(upload.name)
            try:
                path.write_bytes(upload.getbuffer())
            except OSError as error:
                raise DataError(
                    f"Expected room for {path.name} on this server, but got: "
                    f"{error.strerror or error}. Free some space, then try again."
                ) from error
            options[kind] = str(path)
        self.inspect(**options)

    def run_pilot(self, options: PilotOptions, bounds: tuple[float, float] | None) -> None:
        """Run the pilot on the file, unless a job is running."""
        if self.busy or self.job is None:
            return
        request = replace(self.job.request, pilot=True, options=options, bounds=bounds)
        self.job = visit_folder().add_job(Job(request, str(visit_folder().folder)))

    def export(self, export: Export, ending: str, choice: Choice) -> Path:
        """Write a file from the result, in a process of its own; `DataError` if that fails."""
        if self.job is None or self.busy:
            raise DataError("Expected the file to be at rest, but its job is running. Wait for it.")
        name = f"{Path(self.path.name).stem}-{export.name.replace('_', '-')}.{ending}"
        target = visit_folder().new_folder() / safe_name(name)
        wanted = ExportRequest(export.name, str(target), choice.drop, choice.relabel)
        request = replace(self.job.request, pilot=False, export=wanted)
        job = visit_folder().add_job(Job(request, str(visit_folder().folder)))
        if not job.wait(LONGEST_EXPORT):
            job.cancel()
            raise DataError(
                f"Expected the file within {LONGEST_EXPORT:.0f} seconds, but it was not finished. "
                "Write it from the shell; the command is below."
            )
        if job.status.state != "done":
            raise DataError(job.status.error or "Expected the file, but writing was stopped.")
        self.exported[export.name, choice] = target
        return target

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def found(
        self, beta: float = BETA, bounds: tuple[float, float] | None = None
    ) -> Inspection | None:
        """What was found so far, its groups by ``bounds``; ``None`` before the tail is known."""
        try:
            changed = self.result_path.stat().st_mtime_ns
        except OSError:
            return None
        if not self.result_path.is_file():
            return None
        if self._read is None or self._read[0] != changed:
            self._read = (changed, load_found(self.result_path))
        found = self._read[1]
        if beta == BETA and bounds is None:
            return found
        labels = found.contents.labels
        tail = analyse_tail(labels.train_counts, labels.test_counts, beta=beta, bounds=bounds)
        return replace(found, tail=tail)


def current_file() -> InspectedFile | None:
    """The file on the page."""
    file: InspectedFile | None = st.session_state.get(KEY)
    return file


def close_file() -> None:
    """Empty the page, cancel the job, and delete the file and its result."""
    file = current_file()
    if file is not None:
        file.cancel()
        for folder in {file.path.parent, file.result_path.parent}:
            if folder.parent == visit_folder().folder:
                shutil.rmtree(folder, ignore_errors=True)
    for key in [key for key in st.session_state if str(key).startswith("inspect-of-")]:
        del st.session_state[key]
    st.session_state.pop(KEY, None)


def remove_file() -> None:
    """`close_file`, and empty the uploader too."""
    close_file()
    st.session_state[REMOVED] = int(st.session_state.get(REMOVED, 0)) + 1


def open_file(
    name: str, content: bytes | memoryview, example: str = "", *, counts: bool = False
) -> None:
    """Put a file into the visit's folder and inspect it."""
    close_file()
    path = visit_folder().new_folder() / safe_name(name)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(
            f"Expected room for {path.name} on this server, but got: {error.strerror or error}. "
            "Free some space, then try again."
        ) from error
    _begin(InspectedFile(path, name, example=example, counts=counts))


def open_digits(example: str) -> None:
    """Inspect digits-LT, which the worker writes into the visit's folder."""
    close_file()
    _begin(
        InspectedFile(
            visit_folder().new_folder() / DIGITS, "digits-LT", digits=True, example=example
        )
    )


def _begin(file: InspectedFile) -> None:
    st.session_state[KEY] = file
    file.inspect()
