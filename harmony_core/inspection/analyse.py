"""The whole inspection of a file: its tail, its quality and, on request, the pilot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..readers.contents import Contents
from ..readers.format import AUTO
from ..readers.messages import Progress, silent
from ..readers.open import read_file
from .pilot.options import PilotOptions
from .tail.class_counts import BETA
from .tail.statistics import Tail, analyse_tail

if TYPE_CHECKING:
    from .detection.detection import Detection
    from .pilot.pilot import Pilot
    from .pilot.verdict import Recommendation
    from .profile import Profile
    from .quality import Quality
    from .quality.given import Given


@dataclass(frozen=True)
class Inspection:
    """The results for one file; parts that were not asked for are ``None``."""

    contents: Contents
    tail: Tail
    quality: Quality | None = None
    pilot: Pilot | None = None
    recommendation: Recommendation | None = None
    profile: Profile | None = None
    detection: Detection | None = None


def inspect_file(
    path: str | Path,
    *,
    label: str | None = None,
    split: str | None = None,
    separator: str = AUTO,
    header: str = AUTO,
    beta: float = BETA,
    bounds: tuple[float, float] | None = None,
    quality: bool = True,
    judge: bool = True,
    pilot: bool | PilotOptions = False,
    probs: str | Path | None = None,
    embeddings: str | Path | None = None,
    progress: Progress = silent,
) -> Inspection:
    """Read a file and inspect it; see `read_file` for the first arguments.

    ``bounds`` (low, high) separate head, medium and tail. ``quality`` checks the samples, with
    ``judge`` also their labels, by the predictions in the file ``probs`` or the embeddings in the
    file ``embeddings``, if given, else by a model of its own; ``pilot`` compares methods on them,
    as its options say. ``progress`` may raise to cancel. Raises `DataError` for a file that cannot
    be used.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "counts.csv")
    ...     _ = file.write_text("class,count\\ncat,300\\nemu,3\\n")
    ...     found = inspect_file(file)
    >>> found.contents.kind, found.tail.figures["imbalance_factor"]
    ('counts', 100.0)
    """
    contents = read_file(
        path, label=label, split=split, separator=separator, header=header, progress=progress
    )
    try:
        from .quality.given import read_given

        given = read_given(contents.labels, probs, embeddings)
        return inspect_contents(
            contents,
            given=given,
            beta=beta,
            bounds=bounds,
            quality=quality,
            judge=judge,
            pilot=pilot,
            progress=progress,
        )
    finally:
        contents.close()


def inspect_contents(
    contents: Contents,
    *,
    beta: float = BETA,
    bounds: tuple[float, float] | None = None,
    quality: bool = True,
    judge: bool = True,
    pilot: bool | PilotOptions = False,
    given: Given | None = None,
    progress: Progress = silent,
) -> Inspection:
    """`inspect_file` for contents that are already open; they stay open."""
    labels = contents.labels
    tail = analyse_tail(labels.train_counts, labels.test_counts, beta=beta, bounds=bounds)
    if not (quality or pilot) or contents.kind == "counts":
        return Inspection(contents, tail)
    from .quality import check_quality

    checked = check_quality(contents, progress, judge=judge, given=given) if quality else None
    bearing = look_closer(contents, tail, progress) if quality and judge else (None, None)
    if not pilot:
        return Inspection(contents, tail, checked, None, None, *bearing)
    from .pilot.pilot import run_pilot
    from .pilot.verdict import recommend

    options = pilot if isinstance(pilot, PilotOptions) else None
    trial = run_pilot(contents, tail, options, progress=progress)
    return Inspection(contents, tail, checked, trial, recommend(trial, tail, checked), *bearing)


def look_closer(
    contents: Contents, tail: Tail, progress: Progress
) -> tuple[Profile | None, Detection | None]:
    """What in the samples bears on the tail, and what annotations of objects say about it."""
    from .detection.detection import look_at_objects
    from .profile.profile import profile_contents

    return profile_contents(contents, tail, progress), look_at_objects(contents)
