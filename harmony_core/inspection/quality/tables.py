"""The checks of a table: one pass over all rows, then a closer look at chosen ones.

Axes: n rows, c classes, k columns, p pairs.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...data.table_encoder import TableEncoder
from ...readers import limits
from ...readers.contents import Contents
from ...readers.labels import Labels
from ...readers.messages import Progress
from ...readers.sampled_rows import (
    Column,
    columns_at,
    columns_of,
    least_of_each,
    natural_rows,
    profile_rows,
    stratified_rows,
    weights_of,
)
from .copies import copy_groups
from .finding import Finding, Gaps, Quality
from .flagged import flag
from .given import Given
from .near_rows import near_rows
from .predictions import by_model
from .suspects import Suspects, find_suspects
from .twins import Twins

COARSE = 0.3
"""Share of equal rows above which equality says little about copies."""
BY_CHANCE = 0.5
"""Near duplicates are not reported where chance gives this share of them."""
FEWEST_JUDGED = 5_000
"""Rows whose labels are judged at least, however many classes there are."""


def check_table(
    contents: Contents,
    totals: Array,
    progress: Progress,
    judge: bool = True,
    given: Given | None = None,
) -> Quality:
    """Every check; near duplicates, if asked for, among `limits.QUALITY_ROWS` rows."""
    labels = contents.labels
    assert labels.codes is not None
    near = stratified_rows(
        labels.codes, limits.QUALITY_ROWS if judge else 0, generator(0, "quality")
    )
    judged = rows_to_judge(labels, limits.SUSPECT_ROWS, given) if judge else near[:0]
    chosen = np.union1d(near, judged if given is None else near)
    profile = profile_rows(contents, chosen, progress, "Comparing rows")
    twins = Twins(labels, profile.keys, totals, row_name)
    columns = columns_of(profile.chosen_rows())
    notes: list[str] = []
    if judge:
        progress("Looking for near duplicates", None)
        at = np.searchsorted(chosen, near)
        pairs, notes = _near_pairs(columns_at(columns, at), profile.keys[near])
        twins.pairs = near[pairs]
    findings = twins.findings()
    if not judge:
        del findings["near_duplicates"]
    repeated = findings["exact_duplicates"].total / max(len(labels.codes), 1)
    if repeated > COARSE:
        notes.append(
            f"{repeated:.0%} of the rows equal an earlier one. With so few distinct rows that is "
            "no sign of copying; conflicts and leaks may be chance, too."
        )
    labelled = int((labels.codes >= 0).sum())
    suspects = None
    if judge:
        groups = _groups(profile.keys, twins.pairs, chosen, judged)
        suspects = _suspects(labels, columns, chosen, judged, groups, given, progress)
        notes += [*suspects.notes, *(given.notes if given else ())]
        if len(near) < labelled:
            notes.append(
                f"Near duplicates were looked for in {len(near):,} of {labelled:,} rows, "
                f"{drawn(labels.codes, near, 'rows')}"
            )
        if len(judged) < labelled:
            notes.append(sampled_note(len(judged), labelled, "rows"))
        if suspects.judged:
            findings["suspects"] = suspects.finding
    cells = totals * len(contents.features)
    findings["missing_values"] = Finding(profile.missing.sum(axis=1), cells)
    gaps = Gaps(contents.features, profile.missing)
    flagged = flag(findings, labels, row_name)
    if suspects is None:
        return Quality(findings, totals, gaps, notes=tuple(notes), flagged=flagged)
    return Quality(
        findings, totals, gaps, suspects.too_few, suspects.unknown, suspects.agreement,
        tuple(notes), flagged,
    )  # fmt: skip


def rows_to_judge(labels: Labels, most: int, given: Given | None) -> Array:
    """The labelled samples of all splits, or as many of every class as time and memory allow."""
    assert labels.codes is not None
    if given is not None:
        return np.flatnonzero(labels.codes >= 0)
    most = max(min(most, limits.SUSPECT_CELLS // max(len(labels.names), 1)), FEWEST_JUDGED)
    return natural_rows(labels.codes, most, generator(0, "suspects"))


def drawn(codes: Array, rows: Array, unit: str) -> str:
    """How rows that are looked at were drawn, as the end of a sentence."""
    least = least_of_each(codes, rows)
    if least is None:
        return f"those that have a label: every class with all its {unit}."
    return f"drawn so that every class has all its {unit} or at least {least:,}."


def _groups(keys: Array, pairs: Array, chosen: Array, judged: Array) -> Array:
    """The group of copies of each sample that is judged; ``pairs`` are ``chosen`` ones.

    Of a large table the other rows are left out, which would take memory and change nothing.
    """
    if len(chosen) == len(keys) or len(judged) > len(chosen):
        return copy_groups(keys, pairs)[judged]
    return copy_groups(keys[chosen], np.searchsorted(chosen, pairs))[
        np.searchsorted(chosen, judged)
    ]


def sampled_note(judged: int, labelled: int, unit: str) -> str:
    """That not all labels were judged, and which were."""
    return (
        f"The labels of {judged:,} of {labelled:,} {unit} were judged, the same share of every "
        "class, but at least 50 samples; shares refer to these. Your own predictions (--probs) or "
        "embeddings (--embeddings) judge all."
    )


def _suspects(
    labels: Labels,
    columns: list[Column],
    chosen: Array,
    judged: Array,
    groups: Array,
    given: Given | None,
    progress: Progress,
) -> Suspects:
    """Judge the labels of the rows ``judged``; ``columns`` hold the rows ``chosen``.

    ``groups`` are those of the judged rows.
    """
    assert labels.codes is not None
    progress("Judging labels", None)
    codes = labels.codes[judged]
    if given is not None:
        predictions = given.predictions(judged, groups, progress)
        return find_suspects(predictions, codes, labels.names, judged, row_name)
    at = np.searchsorted(chosen, judged)
    encoder = TableEncoder.fit(columns, at)
    if not encoder.width:
        none = np.zeros(len(labels.names), dtype=np.int64)
        note = "Labels were not judged: no column is usable as a feature."
        return Suspects(Finding(none, none), notes=(note,))
    features = encoder.transform(columns_at(columns, at))
    weights = weights_of(labels.codes, judged)
    predictions = by_model(features, groups, weights, progress=progress)
    return find_suspects(predictions, codes, labels.names, judged, row_name)


def check_several(contents: Contents, totals: Array, progress: Progress) -> Quality:
    """The checks of rows with several labels, which do not need one class for each row."""
    profile = profile_rows(contents, np.zeros(0, dtype=np.int64), progress, "Comparing rows")
    times = np.unique(profile.keys, return_counts=True)[1]
    note = (
        f"{int((times - 1).sum()):,} rows equal an earlier one in all features, and "
        f"{int(profile.missing.sum()):,} cells are missing. The other checks need one label per "
        "row."
    )
    return Quality({}, totals, notes=(note,))


def row_name(i: int) -> str:
    """What a person calls the row at position ``i``; the header is not counted."""
    return f"row {i + 1}"


def _near_pairs(columns: list[Column], keys: Array) -> tuple[Array, list[str]]:
    """(p, 2) positions of rows that are nearly but not exactly equal, and a note on them."""
    numeric = [c.numbers for c in columns if c.numbers is not None]
    none = np.zeros((0, 2), dtype=np.int64)
    if len(keys) < 2 or not numeric:
        return none, []
    alone = np.sort(np.unique(keys, return_index=True)[1])
    texts = [c.texts for c in columns if c.numbers is None]
    known: dict[tuple[str | None, ...], int] = {}
    cells = [tuple(column[i] for column in texts) for i in alone.tolist()]
    same_text = np.array([known.setdefault(cell, len(known)) for cell in cells])
    numbers = np.stack(numeric, axis=1)[alone]
    pairs, chance = near_rows(numbers, same_text, generator(0, "chance"))
    if len(pairs) and chance >= BY_CHANCE * len(pairs):
        return none, [
            f"{len(pairs):,} pairs of rows are nearly equal, but chance alone would give about "
            f"{chance:,.0f}: the columns are too few or too coarse to tell copies."
        ]
    return alone[pairs], []
