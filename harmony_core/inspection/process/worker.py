"""Inspect a file in a process of its own, so that nothing in it can harm the server.

    python -m harmony_core.inspection.process.worker REQUEST

``REQUEST`` is a `Request` as JSON. Every line of the output is JSON: ``{"message", "share"}`` for
progress, ``{"stage"}`` when the result file has grown, and at the end ``{"done": true}`` with
status 0 or ``{"error": "…"}`` with status 1. The process ends when its input ends, that is, when
its parent ends.
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
from dataclasses import dataclass
from pathlib import Path

from ...errors import HarmonyError
from ...processes import leave_with_parent
from ...readers.contents import Contents
from ...readers.format import AUTO
from ...readers.messages import Progress

Say = Callable[[dict[str, object]], None]
EVERY = 0.1
"""Seconds between two lines of progress."""
SMALLER = "Keep fewer samples of the frequent classes, then try again."


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
    seeds: int | None = None
    """Seeds of the pilot; ``None`` chooses by the size of the data."""
    steps: int | None = None
    bounds: tuple[float, float] | None = None
    """Bounds of head, medium and tail in the pilot."""
    digits: bool = False
    """``file`` is digits-LT, and is written first if it does not exist."""

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Request:
        values = json.loads(text)
        low_high = values.pop("bounds", None)
        return cls(**values, bounds=None if low_high is None else (low_high[0], low_high[1]))


def main(request: Request, say: Say) -> None:
    """Carry out a request; ``say`` gets every line of the output."""
    from ...readers.open import read_file

    path, out = Path(request.file), Path(request.out)
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
        if request.pilot:
            _pilot(contents, request, progress)
        else:
            _inspect(contents, out, say, progress)
    finally:
        contents.close()


def _inspect(contents: Contents, out: Path, say: Say, progress: Progress) -> None:
    from ..analyse import Inspection
    from ..quality import check_quality
    from ..tail.statistics import analyse_tail
    from .result_file import save_found

    labels = contents.labels
    tail = analyse_tail(labels.train_counts, labels.test_counts)
    save_found(out, Inspection(contents, tail))
    say({"stage": "tail"})
    if contents.kind != "counts":
        save_found(out, Inspection(contents, tail, check_quality(contents, progress)))
    say({"stage": "quality"})


def _pilot(contents: Contents, request: Request, progress: Progress) -> None:
    from ..pilot.pilot import run_pilot
    from ..pilot.recommend import recommend
    from ..pilot.training import STEPS
    from .result_file import load_found, save_found

    out = Path(request.out)
    before = load_found(out, bounds=request.bounds)
    trial = run_pilot(
        contents, before.tail, seeds=request.seeds, steps=request.steps or STEPS, progress=progress
    )
    advice = recommend(trial, before.tail, before.quality)
    save_found(out, dataclasses.replace(before, pilot=trial, recommendation=advice))


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
    try:
        wanted = Request.from_json(sys.argv[1])
        tempfile.tempdir = str(Path(wanted.out).parent)  # what is unpacked goes with the visit
        main(wanted, _say)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the page has to say it
        _say({"error": explain(error)})
        os._exit(1)
    _say({"done": True})
    os._exit(0)
