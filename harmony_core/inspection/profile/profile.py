"""All checks of the profile that a file allows, within a time.

Each check has an equal part of the time that is left; columns it did not reach are counted in what
it says.
"""

from __future__ import annotations

import time
from importlib import import_module

from ...readers.contents import Contents
from ...readers.messages import Progress, silent
from ...readers.threads import one_thread
from ..tail.statistics import Tail
from .checks import PROFILE_CHECKS
from .clock import Clock
from .finding import Profile, ProfileFinding
from .profiled_rows import profiled_rows

SECONDS = 40.0
"""Of all checks together, after the samples have been read."""
MODELS = ("sklearn.ensemble", "sklearn.metrics", "sklearn.model_selection", "sklearn.naive_bayes")


def profile_contents(
    contents: Contents, tail: Tail, progress: Progress = silent, seconds: float = SECONDS
) -> Profile | None:
    """Look for leaking columns, an ordered label, drift and columns that tell the tail apart.

    ``tail`` gives the groups. ``None`` if the file has no samples with one class each.
    ``progress`` may raise to cancel.
    """
    started = time.monotonic()
    chosen = profiled_rows(contents, tail.groups, progress)
    if chosen is None:
        return None
    rows, notes = chosen
    total = int(contents.labels.counts.sum())
    findings: dict[str, ProfileFinding] = {}
    for module in MODELS:  # seconds on a busy machine, which are not those of the first check
        import_module(module)
    begun = time.monotonic()
    with one_thread():
        for i, (name, check) in enumerate(PROFILE_CHECKS.items()):
            message = f"Looking for {check.measure.title[0].lower()}{check.measure.title[1:]}"
            progress(message, None)
            left = seconds - (time.monotonic() - begun)
            clock = Clock(
                left / (len(PROFILE_CHECKS) - i),
                lambda message=message: progress(message, None),  # type: ignore[misc]
            )
            module, _, function = check.look.partition(":")
            found = getattr(import_module(module), function)(rows, clock)
            if found is not None:
                findings[name] = found
    if len(rows.codes) < total:
        notes = (
            *notes,
            f"The profile uses {len(rows.codes):,} different {rows.unit} of the {total:,} in the "
            "file, all of those of rare classes; equal ones count once, with the weight of all.",
        )
    return Profile(findings, len(rows.codes), total, time.monotonic() - started, notes)
