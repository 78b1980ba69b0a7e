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
from ...readers.messages import Progress
from ...readers.sampled_rows import stratified_rows, weights_of
from ...readers.samples import Images
from ...readers.threads import one_thread
from ..image_features import image_features
from .copies import copy_groups
from .finding import EXAMPLES, Finding, Quality, tally
from .flagged import Flagged, flag
from .given import Given
from .near_images import near_pairs
from .odd_images import odd_images
from .predictions import by_model
from .suspects import Suspects, find_suspects
from .tables import drawn, rows_to_judge, sampled_note
from .twins import Twins

ALIKE = 0.05
"""Share of near duplicates from which the set may be one of look-alikes."""
PICTURES = 400
"""Pictures of marked images that are kept, of 3 kB each."""
_NONE = np.zeros(0, dtype=np.int64)


def check_images(
    contents: Contents,
    images: Images,
    totals: Array,
    progress: Progress,
    judge: bool = True,
    given: Given | None = None,
) -> Quality:
    """Every check, on `limits.NEAR_IMAGES` images at most."""
    labels = contents.labels
    assert labels.codes is not None
    judged = rows_to_judge(labels, limits.SUSPECT_IMAGES, given) if judge else _NONE
    rows = _looked_at(labels.codes, judged if given is None else _NONE)
    notes: list[str] = []
    if len(rows) < len(labels.codes):
        notes.append(
            f"Looked at {len(rows):,} of {len(labels.codes):,} images, "
            f"{drawn(labels.codes, rows, 'images')}"
        )
    keep = np.zeros(len(rows), dtype=bool)
    judged = np.searchsorted(rows, np.intersect1d(judged, rows))
    keep[judged] = given is None
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
    findings = {check: _placed(found, rows) for check, found in twins.findings().items()}
    notes += _likeness(int(small.sum()), findings["near_duplicates"].total, len(rows))
    bad = {int(i): "cannot be decoded" for i in np.flatnonzero(~decoded.readable)}
    for measure, words in (("unreadable", bad), ("odd", odd_images(decoded))):
        at = np.array(sorted(words), dtype=np.int64)
        said = tuple(words[i] for i in at.tolist())
        examples = tuple((name(i), words[i]) for i in at[:EXAMPLES].tolist())
        counts = tally(at, codes, len(labels.names))
        findings[measure] = Finding(counts, checked, examples, rows[at], reasons=said)
    suspects = None
    if judge:
        progress("Judging labels", None)
        at = judged[decoded.readable[judged]]
        groups = copy_groups(decoded.digest, twins.pairs)[at]
        if given is not None:
            predictions = given.predictions(rows[at], groups, progress)
        else:
            good = decoded.thumbnails[decoded.readable[judged]]
            weights = weights_of(labels.codes, rows[at])
            features = image_features(good, progress) if len(good) > 1 else np.zeros((len(good), 1))
            predictions = by_model(features, groups, weights, linear=True)
        suspects = find_suspects(predictions, codes[at], labels.names, rows[at], images.name)
        notes += [*suspects.notes, *(given.notes if given else ())]
        labelled = int((labels.codes >= 0).sum())
        if len(judged) < labelled:
            notes.append(
                sampled_note(len(judged), labelled, "images")
                if given is None
                else f"The labels of the {len(judged):,} images looked at were judged, of "
                f"{labelled:,}."
            )
        if suspects.judged:
            findings["suspects"] = suspects.finding
    flagged = _pictured(flag(findings, labels, images.name), images)
    judged_labels = suspects or Suspects(Finding(checked, checked))
    return Quality(
        findings, totals, None, judged_labels.too_few, judged_labels.unknown,
        judged_labels.agreement, tuple(notes), flagged,
    )  # fmt: skip


def _looked_at(codes: Array, judged: Array) -> Array:
    """Sorted positions of the images to decode, `limits.NEAR_IMAGES` at most, with the judged."""
    most = limits.NEAR_IMAGES
    if np.count_nonzero(codes >= 0) <= most:
        return np.flatnonzero(codes >= 0)
    drawn_rows = stratified_rows(codes, max(most - len(judged), 0), generator(0, "quality"))
    return np.union1d(drawn_rows, judged)


def _placed(found: Finding, rows: Array) -> Finding:
    """A finding about the images ``rows`` with their positions in the file."""
    return replace(found, rows=rows[found.rows])


def _pictured(flagged: Flagged, images: Images) -> Flagged:
    """The table with pictures of some images: of every check those at the top, `PICTURES` in all.

    Unreadable images have none.
    """
    at = [i for i, check in enumerate(flagged.check) if check != "unreadable"]
    rank: dict[str, int] = {}
    order = []
    for i in at:
        rank[flagged.check[i]] = rank.get(flagged.check[i], -1) + 1
        order.append((rank[flagged.check[i]], i))
    shown = np.array(sorted(i for _, i in sorted(order)[:PICTURES]), dtype=np.int64)
    if not len(shown):
        return flagged
    rows, place = np.unique(flagged.index[shown], return_inverse=True)
    pictures = images.decode(rows, lambda _: None).thumbnails[place]
    return replace(flagged, pictured=shown, pictures=pictures)


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
