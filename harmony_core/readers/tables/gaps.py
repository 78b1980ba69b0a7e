"""Words that stand for a missing value in a column of numbers: `?`, `-`, `None`, `NA` and the like.

In a column of text they may be categories of their own and stay what they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..labels import MISSING
from ..messages import listed
from ..samples import Sample

NUMERIC_SHARE = 0.95
"""A text column counts as numbers if this share of its values can be read as such."""
_WORDS = frozenset(
    ("", "?", "-", "--", "---", ".", "*", "none", "na", "n/a", "#n/a", "<na>", "n.a.", "nan", "nil",
     "null", "<null>", "missing", "unknown", "not available", "-nan", "–", "—")
)  # fmt: skip


def is_gap(cell: str) -> bool:
    """Whether a cell stands for a missing value, in a column of numbers.

    >>> is_gap(" ? "), is_gap("None"), is_gap("0")
    (True, True, False)
    """
    return cell.strip().lower() in _WORDS


def is_number(cell: str) -> bool:
    """Whether a cell can be read as a number.

    >>> is_number(" 1e3 "), is_number("1,000")
    (True, False)
    """
    try:
        float(cell)
    except ValueError:
        return False
    return True


def holds_numbers(numbers: int, present: int) -> bool:
    """Whether a text column is one of numbers, by its cells that are no gaps."""
    return numbers > 0 and numbers >= NUMERIC_SHARE * present


def gap_notes(sample: Sample, columns: Sequence[str]) -> list[str]:
    """Which words were read as missing values in which columns, as a note; none if it is usual."""
    words: Counter[str] = Counter()
    found = []
    for name in columns:
        cells = [c for c in sample.columns.get(name, []) if c is not None]
        gaps = [c for c in cells if is_gap(c)]
        own = [c for c in gaps if c not in MISSING]
        if name in sample.lists or not own:
            continue
        others = [c for c in cells if not is_gap(c)]
        if holds_numbers(sum(map(is_number, others)), len(others)):
            found.append(name)
            words.update(own)
    if not found:
        return []
    said = [word for word, _ in words.most_common()]
    which, holds = ("Column", "holds") if len(found) == 1 else ("Columns", "hold")
    return [
        f"{which} {listed(found, 4)} {holds} numbers, and missing values written as "
        f"{listed(said, 4)}."
    ]
