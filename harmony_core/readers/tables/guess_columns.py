"""Where a table keeps its labels and its split, and whether cells hold several labels."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import listing
from ..samples import Sample
from .indicators import Indicators
from .label_column import label_column
from .separators import separator_of
from .split_column import NO_SPLIT, SplitColumn, split_column, unused_splits


@dataclass(frozen=True)
class LabelColumns:
    """The columns that labels are counted from."""

    label: str
    """A column, or the title of a group of columns."""
    reason: str
    """Why it was chosen."""
    others: tuple[str, ...] = ()
    """Other columns that could hold the labels, the likeliest first."""
    group: Indicators | None = None
    """Columns that each mark one class, if the label is such a group."""
    split: SplitColumn = NO_SPLIT
    separator: str | None = None
    """Between several labels in a cell, ``"[]"`` for lists; ``None`` for one label a cell."""
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read."""
        labels = (self.label,) if self.group is None else self.group.columns
        return (*labels, *([self.split.name] if self.split.name else []))


def choose_columns(
    sample: Sample, columns: tuple[str, ...], label: str | None, split: str | None, separator: str
) -> LabelColumns:
    """The columns as given, and guessed where they are ``None`` (the separator where it is auto).

    Raises `DataError` if a given column does not fit, or none looks like labels.
    """
    before = split_column(sample, columns, label or "", split)
    by_word = "" if before.paths else before.name
    found, reason, others = label_column(sample, columns, label, by_word)
    group = found if isinstance(found, Indicators) else None
    chosen = found.title if isinstance(found, Indicators) else found
    parts = group.columns if group is not None else (chosen,)
    used = before if before.name not in parts else split_column(sample, columns, chosen, split)
    if used.name in parts:
        used = NO_SPLIT
    notes = []
    if split is None and (unused := unused_splits(sample, columns, chosen, used.name)):
        notes.append(
            f"Not used as a split, though it looks like one: {listing(unused, 3)}. "
            "Choose it with `--split` if it is."
        )
    return LabelColumns(
        chosen,
        reason,
        others,
        group,
        used,
        None
        if group is not None
        else separator_of(sample.columns[chosen], chosen in sample.lists, separator, chosen),
        tuple(notes),
    )
