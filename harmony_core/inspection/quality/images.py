"""The checks of images: every file is decoded once, to a thumbnail.

Axes: n images, c classes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.randomness import generator
from .. import limits
from ..contents import Contents, Labels, Progress
from ..image_files import ArrayImages, ImageFiles, Look
from ..samples import stratified_rows
from .finding import EXAMPLES, Finding, Quality, tally
from .near_images import near_pairs
from .odd_images import odd_images
from .twins import Name, Twins

Array = NDArray[Any]


def check_images(
    contents: Contents, images: ImageFiles | ArrayImages, totals: Array, progress: Progress
) -> Quality:
    """Every check, on `limits.NEAR_IMAGES` images at most."""
    labels = contents.labels
    assert labels.codes is not None
    rows = stratified_rows(labels.codes, limits.NEAR_IMAGES, generator(0, "quality"))
    notes: list[str] = []
    if len(rows) < len(labels.codes):
        notes.append(
            f"Looked at {len(rows):,} of {len(labels.codes):,} images, rare classes first."
        )
    look = images.look(rows, lambda share: progress(f"Looking at {len(rows):,} images", share))

    def name(i: int) -> str:
        return images.names[int(rows[i])]

    codes = labels.codes[rows]
    splits = None if labels.split_codes is None else labels.split_codes[rows]
    checked = tally(np.arange(len(rows)), codes, len(labels.names))
    seen = replace(
        labels, rows=len(rows), codes=np.where(look.readable, codes, -1), split_codes=splits
    )
    progress("Looking for near duplicates", None)
    twins = Twins(seen, look.digest, checked, name)
    alone = np.flatnonzero(look.readable & (twins.equal.first == np.arange(len(rows))))
    twins.pairs = alone[near_pairs(look.thumbnails[alone])]
    findings = twins.findings()
    bad = {int(i): "cannot be decoded" for i in np.flatnonzero(~look.readable)}
    for measure, words in (("unreadable", bad), ("odd", odd_images(look))):
        at = np.array(sorted(words), dtype=np.int64)
        examples = tuple((name(i), words[i]) for i in at[:EXAMPLES].tolist())
        counts = tally(at, codes, len(labels.names))
        findings[measure] = Finding(counts, checked, examples, rows[at])
    too_few, more = _add_suspects(findings, seen, look, name, progress)
    return Quality(findings, totals, None, too_few, (*notes, *more))


def _add_suspects(
    findings: dict[str, Finding], labels: Labels, look: Look, name: Name, progress: Progress
) -> tuple[tuple[int, ...], list[str]]:
    """Judge the labels of training images; which classes are too small, and what to say of it."""
    from ..image_features import image_features
    from .suspects import find_suspects

    assert labels.codes is not None
    codes = labels.codes
    if labels.split_codes is not None:
        train = labels.splits.index(labels.train_split)
        codes = np.where(labels.split_codes == train, codes, -1)
    rows = stratified_rows(codes, limits.SUSPECTS, generator(0, "suspects"))
    if len(rows) < 2:
        return (), []
    features = image_features(look.thumbnails[rows], progress)
    progress("Judging labels", None)
    findings["suspects"], too_few = find_suspects(
        features, codes[rows], labels.names, rows, name, linear=True
    )
    trained = int((codes >= 0).sum())
    if len(rows) == trained:
        return too_few, []
    return too_few, [
        f"Suspect labels were looked for in {len(rows):,} of {trained:,} training images, rare "
        "classes first."
    ]
