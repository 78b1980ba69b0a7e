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
from ...readers.sampled_rows import Column, columns_of, profile_rows, stratified_rows
from .finding import Finding, Gaps, Quality
from .near_rows import near_rows
from .suspects import find_suspects
from .twins import Twins

COARSE = 0.3
"""Share of equal rows above which equality says little about copies."""
BY_CHANCE = 0.5
"""Near duplicates are not reported where chance gives this share of them."""


def check_table(
    contents: Contents, totals: Array, progress: Progress, judge: bool = True
) -> Quality:
    """Every check; near duplicates and suspects, if asked for, among `limits.QUALITY_ROWS` rows."""
    labels = contents.labels
    assert labels.codes is not None
    most = limits.QUALITY_ROWS if judge else 0
    chosen = stratified_rows(labels.codes, most, generator(0, "quality"))
    profile = profile_rows(contents, chosen, progress, "Comparing rows")
    twins = Twins(labels, profile.keys, totals, row_name)
    columns = columns_of(profile.chosen_rows())
    notes: list[str] = []
    if judge:
        progress("Looking for near duplicates", None)
        pairs, notes = _near_pairs(columns, profile.keys[chosen])
        twins.pairs = chosen[pairs]
    findings = twins.findings()
    if not judge:
        del findings["near_duplicates"]
    repeated = findings["exact_duplicates"].total / max(len(labels.codes), 1)
    if repeated > COARSE:
        notes.append(
            f"{repeated:.0%} of the rows equal an earlier one. With so few distinct rows that is "
            "no sign of copying; conflicts and leaks may be chance, too."
        )
    cells = totals * len(contents.features)
    findings["missing_values"] = Finding(profile.missing.sum(axis=1), cells)
    gaps = Gaps(contents.features, profile.missing)
    if not judge:
        return Quality(findings, totals, gaps, notes=tuple(notes))
    too_few, trained, note = _add_suspects(findings, labels, columns, chosen, progress)
    notes += [note] if note else []
    labelled = int((labels.codes >= 0).sum())
    if len(chosen) < labelled:
        notes.append(
            f"Near duplicates were looked for in {len(chosen):,} and suspect labels in "
            f"{trained:,} of {labelled:,} rows, rare classes first."
        )
    return Quality(findings, totals, gaps, too_few, tuple(notes))


def _add_suspects(
    findings: dict[str, Finding],
    labels: Labels,
    columns: list[Column],
    chosen: Array,
    progress: Progress,
) -> tuple[tuple[int, ...], int, str]:
    """Judge training labels; which classes are too small, how many rows, and why not at all."""
    assert labels.codes is not None
    trained = chosen
    if labels.split_codes is not None:
        train = labels.splits.index(labels.train_split)
        trained = chosen[labels.split_codes[chosen] == train]
    few = stratified_rows(labels.codes[trained], limits.SUSPECTS, generator(0, "suspects"))
    trained = trained[few]
    at = np.searchsorted(chosen, trained)
    encoder = TableEncoder.fit(columns, at)
    if not encoder.width:
        return (), 0, "Suspect labels were not looked for: no column is usable as a feature."
    progress("Judging labels", None)
    features = encoder.transform(columns)[at]
    suspects, too_few, note = find_suspects(
        features, labels.codes[trained], labels.names, trained, row_name
    )
    if not note:
        findings["suspects"] = suspects
    return too_few, len(trained), note


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
