"""Inspect a file in a process of its own, so that nothing in it can harm the server.

    python -m harmony_core.inspection.process.worker REQUEST

``REQUEST`` is a `Request` as JSON. Every line of the output is JSON: ``{"message", "share"}`` for
progress, ``{"stage"}`` when the result file has grown, and at the end ``{"done": true}`` with
status 0 or ``{"error": "…", "columns": […], "likely": 2}`` with status 1. The process
ends when its input ends, that is, when its parent ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import DataError, HarmonyError
from ...processes import leave_with_parent, limit_memory
from ...quotas import quotas
from ...readers.contents import Contents
from ...readers.format import AUTO
from ...readers.messages import Progress
from ...readers.tables.label_column import UnclearLabel
from ..pilot.options import PilotOptions

Say = Callable[[dict[str, object]], None]
EVERY = 0.1
"""Seconds between two lines of progress."""
COLUMNS = 500
"""Columns to choose a label from, at most."""
SMALLER = "Keep fewer samples of the frequent classes, then try again."


@dataclass(frozen=True)
class ExportRequest:
    """A file to take along from the result that is in ``Request.out``."""

    name: str
    """Of `exports.EXPORTS`."""
    target: str
    drop: tuple[str, ...] = ()
    relabel: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """A file to inspect, and how."""

    file: str
    out: str
    """The result file."""
    label: str | None = None
    split: str | None = None
    separator: str = AUTO
    header: str = AUTO
    pilot: bool = False
    """Run the pilot, and add it to the result that is in ``out``."""
    options: PilotOptions = field(default_factory=PilotOptions)
    """Of the pilot."""
    bounds: tuple[float, float] | None = None
    """Bounds of head, medium and tail in the pilot."""
    probs: str | None = None
    """A file of predictions to judge labels by."""
    embeddings: str | None = None
    """A file of embeddings to judge labels by."""
    digits: bool = False
    """``file`` is digits-LT, and is written first if it does not exist."""
    export: ExportRequest | None = None
    """Write a file from the result instead of a look at the data."""

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Request:
        values = json.loads(text)
        low_high, export = values.pop("bounds", None), values.pop("export", None)
        if export is not None:
            lists = {key: tuple(export[key]) for key in ("drop", "relabel")}
            export = ExportRequest(**{**export, **lists})
        return cls(
            **{**values, "options": PilotOptions.from_dict(values.get("options", {}))},
            bounds=None if low_high is None else (low_high[0], low_high[1]),
            export=export,
        )


def main(request: Request, say: Say) -> None:
    """Carry out a request; ``say`` gets every line of the output."""
    from ...readers.open import read_file

    path = Path(request.file)
    if request.digits and not path.exists():
        from .digits_example import write_digits

        say({"message": "Drawing digits-LT", "share": None})
        write_digits(path.parent)
    last = (0.0, "")

    def progress(message: str, share: float | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last[0] >= EVERY or message != last[1]:
            last = (now, message)
            say({"message": message, "share": share})

    contents = read_file(
        path,
        label=request.label,
        split=request.split,
        separator=request.separator,
        header=request.header,
        progress=progress,
    )
    try:
        if request.export is not None:
            _export(contents, request, request.export, say)
        elif request.pilot:
            _pilot(contents, request, progress)
        else:
            _inspect(contents, request, say, progress)
    finally:
        contents.close()


def _inspect(contents: Contents, request: Request, say: Say, progress: Progress) -> None:
    from ..analyse import Inspection, look_closer
    from ..quality import check_quality
    from ..quality.given import read_given
    from ..tail.statistics import analyse_tail
    from .result_file import save_found

    labels, out = contents.labels, Path(request.out)
    tail = analyse_tail(labels.train_counts, labels.test_counts)
    save_found(out, Inspection(contents, tail))
    say({"stage": "tail"})
    if contents.kind != "counts":
        given = read_given(labels, request.probs, request.embeddings)
        quality = check_quality(contents, progress, given=given)
        save_found(out, Inspection(contents, tail, quality))
        say({"stage": "quality"})
        bearing = look_closer(contents, tail, progress)
        save_found(out, Inspection(contents, tail, quality, None, None, *bearing))
    say({"stage": "profile"})


def _pilot(contents: Contents, request: Request, progress: Progress) -> None:
    from ..pilot.pilot import run_pilot
    from ..pilot.verdict import recommend
    from .result_file import load_found, save_found

    out = Path(request.out)
    before = load_found(out, bounds=request.bounds)
    trial = run_pilot(contents, before.tail, request.options, progress=progress)
    advice = recommend(trial, before.tail, before.quality)
    save_found(out, dataclasses.replace(before, pilot=trial, recommendation=advice))


def failure(error: BaseException) -> dict[str, object]:
    """The last line of the output: what went wrong, and the columns to choose a label from."""
    columns = error.columns if isinstance(error, UnclearLabel) else ()
    likely = error.likely if isinstance(error, UnclearLabel) else 0
    return {"error": explain(error), "columns": list(columns[:COLUMNS]), "likely": likely}


def _export(contents: Contents, request: Request, wanted: ExportRequest, say: Say) -> None:
    from ..exports import EXPORTS
    from ..exports.choice import Choice
    from ..exports.export import write_export
    from .result_file import load_found

    quality = load_found(Path(request.out)).quality
    if quality is None:
        raise DataError("Expected checked samples, but got none yet. Wait for the checks.")
    said = write_export(
        EXPORTS[wanted.name], Path(wanted.target), Path(request.file), contents, quality,
        Choice(wanted.drop, wanted.relabel),
    )  # fmt: skip
    say({"message": "\n".join(said), "share": 1.0})


def explain(error: BaseException) -> str:
    """One sentence for any error."""
    if isinstance(error, HarmonyError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"Expected the file to fit into memory, but it ran out. {SMALLER}"
    text = " ".join(str(error).split())[:200]
    return (
        f"Expected to look through the file, but got {type(error).__name__}: "
        f"{text or 'no message'}. If it opens elsewhere, save it again as CSV or as a plain ZIP."
    )


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _step_back() -> None:
    """Give the server priority, for the processor and when memory runs out."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900")


if __name__ == "__main__":
    leave_with_parent()
    _step_back()
    limit_memory(quotas().inspect_memory_mb)
    try:
        wanted = Request.from_json(sys.argv[1])
        tempfile.tempdir = str(Path(wanted.out).parent)  # what is unpacked goes with the visit
        main(wanted, _say)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the page has to say it
        _say(failure(error))
        os._exit(1)
    _say({"done": True})
    os._exit(0)
