"""Suspect labels in the form of cleanlab: one row for each sample, in the order of the file.

``CleanLearning().fit(X, y, label_issues=table)`` takes it for ``y`` = ``given_label``, and leaves
out what is an issue. Axes: n samples.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np

from ...errors import DataError
from ...readers.contents import Contents
from ..quality.finding import Quality
from .choice import Choice, flagged_of
from .export import Export
from .flagged_table import write_columns

SUSPECTS = "suspects"


def label_issues(contents: Contents, quality: Quality) -> dict[str, list[Any]]:
    """The columns of cleanlab's ``get_label_issues``, (n,) each, and the names of the classes.

    ``given_label`` and ``predicted_label`` are positions in the sorted classes of the file.
    ``label_quality`` and ``predicted_label`` are known of suspect samples only, else ``None``, as
    is the label of a sample that has none.
    """
    labels = contents.labels
    if labels.codes is None:
        raise DataError(
            "Expected one label for each sample, but got several. cleanlab's table needs one."
        )
    flagged = flagged_of(quality)
    n = len(labels.codes)
    issue = np.zeros(n, dtype=bool)
    score: list[float | None] = [None] * n
    better: list[int | None] = [None] * n
    place = {name: c for c, name in enumerate(labels.names)}
    marks = zip(
        flagged.index.tolist(), flagged.check, flagged.score.tolist(), flagged.suggested_label,
        strict=True,
    )  # fmt: skip
    for i, check, value, name in marks:
        if check == SUSPECTS:
            issue[i], better[i] = True, place.get(name)
            score[i] = None if value != value else value
    given = [None if c < 0 else c for c in labels.codes.tolist()]
    return {
        "is_label_issue": issue.tolist(),
        "label_quality": score,
        "given_label": given,
        "predicted_label": better,
        "given_name": ["" if c is None else labels.names[c] for c in given],
        "predicted_name": ["" if c is None else labels.names[c] for c in better],
    }


def _write(
    file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
) -> list[str]:
    columns = label_issues(contents, quality)
    write_columns(file, columns, target)
    issues = sum(columns["is_label_issue"])
    return [f"{len(columns['is_label_issue']):,} samples, {issues:,} of them label issues."]


LABEL_ISSUES = Export(
    name="label_issues",
    title="Label issues for cleanlab",
    help="every sample with is_label_issue, label_quality, given_label and predicted_label, as "
    "cleanlab's CleanLearning.fit takes it",
    suffixes=("csv", "parquet"),
    kinds=("table", "images"),
    write=_write,
)
