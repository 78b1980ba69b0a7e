"""All checks that a file allows, one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...readers.contents import Contents
from ...readers.messages import Progress
from .finding import Quality
from .given import Given
from .tables import row_name


def check_quality(
    contents: Contents, progress: Progress, *, judge: bool = True, given: Given | None = None
) -> Quality:
    """Duplicates, leaks, contradictions, suspect labels, gaps, unreadable and odd images.

    Without ``judge`` no labels are judged and no near duplicates of rows looked for, which takes
    a model and some seconds more. ``given`` are predictions or embeddings to judge labels by.
    """
    labels = contents.labels
    totals = labels.counts.sum(axis=0)
    if contents.kind == "images" and contents.images is not None and labels.codes is not None:
        from .images import check_images

        return check_images(contents, contents.images, totals, progress, judge, given)
    if contents.kind == "table" and contents.table is not None and contents.features:
        from .tables import check_several, check_table

        if labels.codes is None:
            return check_several(contents, totals, progress)
        return check_table(contents, totals, progress, judge, given)
    if contents.kind == "annotations":
        note = "The annotations were checked, the images were not: boxes without area are counted."
    else:
        note = "The file holds only labels, so there are no samples to compare."
    found = Quality({}, totals, notes=(note,))
    if given is None or labels.codes is None:
        return found
    from .flagged import flag
    from .suspects import find_suspects

    rows = np.flatnonzero(labels.codes >= 0)
    suspects = find_suspects(
        given.predictions(rows), labels.codes[rows], labels.names, rows, row_name
    )
    findings = {"suspects": suspects.finding} if suspects.judged else {}
    return replace(
        found,
        findings=findings,
        too_few=suspects.too_few,
        unknown=suspects.unknown,
        agreement=suspects.agreement,
        notes=(note, *suspects.notes, *given.notes),
        flagged=flag(findings, labels, row_name),
    )
