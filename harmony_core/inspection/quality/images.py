"""The checks of images: every file is decoded once, to a thumbnail.

Axes: n images, c classes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...readers import limits
from ...readers.contents import Contents
from ...readers.images.thumbnails import GREY
from ...readers.labels import Labels
from ...readers.messages import Progress
from ...readers.sampled_rows import stratified_rows
from ...readers.samples import Images
from ...readers.threads import one_thread
from ..image_features import image_features
from .finding import EXAMPLES, Finding, Quality, tally
from .near_images import near_pairs
from .odd_images import odd_images
from .suspects import find_suspects
from .twins import Twins

ALIKE = 0.05
"""Share of near duplicates from which the set may be one of look-alikes."""


def check_images(
    contents: Contents,
    images: Images,
    totals: Array,
    progress: Progress,
    judge: bool = True,
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
    trained = _trained(labels, rows)
    judged = stratified_rows(trained, limits.SUSPECTS if judge else 0, generator(0, "suspects"))
    keep = np.zeros(len(rows), dtype=bool)
    keep[judged] = True
    decoded = images.decode(
        rows, lambda share: progress(f"Looking at {len(rows):,} images", share), keep
    )

    def name(i: int) -> str:
        return images.name(int(rows[i]))

    codes = labels.codes[rows]
    splits = None if labels.split_codes is None else labels.split_codes[rows]
    checked = tally(np.arange(len(rows)), codes, len(labels.names))
    seen = replace(
        labels, rows=len(rows), codes=np.where(decoded.readable, codes, -1), split_codes=splits
    )
    progress("Looking for near duplicates", None)
    twins = Twins(seen, decoded.digest, checked, name)
    small = decoded.readable & (np.minimum(decoded.width, decoded.height) < GREY)
    alone = np.flatnonzero(decoded.readable & ~small & (twins.equal.first == np.arange(len(rows))))
    with one_thread():
        twins.pairs = near_pairs(decoded.grey, alone)
    findings = twins.findings()
    notes += _likeness(int(small.sum()), findings["near_duplicates"].total, len(rows))
    bad = {int(i): "cannot be decoded" for i in np.flatnonzero(~decoded.readable)}
    for measure, words in (("unreadable", bad), ("odd", odd_images(decoded))):
        at = np.array(sorted(words), dtype=np.int64)
        examples = tuple((name(i), words[i]) for i in at[:EXAMPLES].tolist())
        counts = tally(at, codes, len(labels.names))
        findings[measure] = Finding(counts, checked, examples, rows[at])
    too_few: tuple[int, ...] = ()
    good = decoded.readable[judged]
    if judge and good.sum() > 1:
        progress("Judging labels", None)
        at = judged[good]
        features = image_features(decoded.thumbnails[good], progress)
        suspects, too_few, note = find_suspects(
            features, codes[at], labels.names, at, name, linear=True
        )
        if note:
            notes.append(note)
        else:
            findings["suspects"] = suspects
        total = int((trained >= 0).sum())
        if not note and len(judged) < total:
            notes.append(
                f"Suspect labels were looked for in {len(judged):,} of {total:,} training images, "
                "rare classes first."
            )
    return Quality(findings, totals, None, too_few, tuple(notes))


def _likeness(small: int, near: int, n: int) -> list[str]:
    """Notes for images that are alike without being copies."""
    notes = []
    if small:
        notes.append(
            f"Near duplicates were not looked for among {small:,} images of fewer than {GREY} "
            "pixels on a side, which are alike without being copies."
        )
    if near > ALIKE * n:
        notes.append(
            f"{near / n:.0%} of the images nearly equal another. In drawings, digits and video "
            "frames this may be likeness rather than copying, and so may near leaks."
        )
    return notes


def _trained(labels: Labels, rows: Array) -> Array:
    """(n,) class of each training row, −1 for the others."""
    assert labels.codes is not None
    if labels.split_codes is None:
        return np.asarray(labels.codes[rows])
    train = labels.splits.index(labels.train_split)
    return np.where(labels.split_codes[rows] == train, labels.codes[rows], -1)
