"""All checks that a file allows, one after the other."""

from __future__ import annotations

from ...readers.contents import Contents
from ...readers.messages import Progress
from .finding import Quality


def check_quality(contents: Contents, progress: Progress, *, judge: bool = True) -> Quality:
    """Duplicates, leaks, contradictions, suspect labels, gaps, unreadable and odd images.

    Without ``judge`` no labels are judged and no near duplicates of rows looked for, which takes
    a model and a few seconds more.
    """
    labels = contents.labels
    totals = labels.counts.sum(axis=0)
    if contents.kind == "images" and contents.images is not None and labels.codes is not None:
        from .images import check_images

        return check_images(contents, contents.images, totals, progress, judge)
    if contents.kind == "table" and contents.table is not None and contents.features:
        from .tables import check_several, check_table

        if labels.codes is None:
            return check_several(contents, totals, progress)
        return check_table(contents, totals, progress, judge)
    if contents.kind == "annotations":
        note = "The annotations were checked, the images were not: boxes without area are counted."
    else:
        note = "The file holds only labels, so there are no samples to compare."
    return Quality({}, totals, notes=(note,))
