"""Whether the cells of a label column hold several labels, and what stands between them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Set

from .. import limits
from ..format import AUTO, NONE
from ..labels import MISSING
from .column_facts import words

LISTS = "[]"
"""The separator of cells that are lists."""
SEPARATORS = ("|", ";", ",", "/", "&", "+", " ")
_PLURALS = frozenset((
    "labels", "tags", "classes", "categories", "targets", "genres", "topics", "findings",
    "keywords",
))  # fmt: skip
_LEAST_SHARE = 0.02


def separator_of(
    cells: list[str | None], is_list: bool, given: str = AUTO, name: str = ""
) -> str | None:
    """What separates several labels in a cell, as given or guessed; ``None`` for one label."""
    if given == AUTO:
        return _guess(cells, is_list, name)
    return None if given == NONE else given


def _guess(cells: list[str | None], is_list: bool, name: str) -> str | None:
    values = [v for v in cells if v is not None and v not in MISSING]
    if is_list:
        return LISTS
    if not values:
        return None
    if sum(parse_list(v) is not None for v in values) > 0.9 * len(values):
        return LISTS
    plural = bool(set(words(name)) & _PLURALS)
    return next((s for s in SEPARATORS if _separates(s, values, plural)), None)


def _separates(separator: str, values: list[str], plural: bool) -> bool:
    """Whether the parts of cells are labels of their own.

    They are, if each also fills a cell alone. Else they have to recur in other combinations: fewer
    different parts than different cells, each in two cells on average; a comma or a space, which
    names have too, has to do more. Parts that always stand at the same depth are a taxonomy.
    """
    joined = sum(separator in v for v in values)
    if joined < max(_LEAST_SHARE * len(values), 2):
        return False
    cells = {v: tuple(p.strip() for p in v.split(separator) if p.strip()) for v in set(values)}
    several = [parts for parts in cells.values() if len(parts) > 1]
    if not several or any(len(set(parts)) < len(parts) for parts in several):
        return False
    counted = Counter(p for parts in cells.values() for p in set(parts))
    inside = {part for parts in several for part in parts}
    alone = {parts[0] for parts in cells.values() if len(parts) == 1}
    numbers = all(part.isdigit() for part in counted)
    if _is_taxonomy(several, alone):
        return False
    if inside <= alone and (separator != " " or plural or numbers):
        return True
    fewer = len(counted) < len(cells) + plural
    recur = fewer and counted.total() >= 2 * len(counted)
    if separator in "|;":
        half = sum(counted[part] > 1 for part in inside) >= 0.5 * len(inside)
        return joined >= 0.1 * len(values) and (
            recur or ((half or plural) and bool(inside & alone))
        )
    if joined < 0.1 * len(values) or not recur:
        return False
    if separator == ",":
        return len(inside & alone) >= 0.3 * len(counted)
    if separator == " ":
        lengths = {len(parts) for parts in cells.values()}
        return (plural or numbers) and len(lengths) > 1
    return False


def _is_taxonomy(several: list[tuple[str, ...]], alone: Set[str]) -> bool:
    """Whether every part below the first always stands under the same part, at the same depth."""
    above: dict[str, tuple[int, str]] = {}
    for parts in several:
        for depth in range(1, len(parts)):
            place = (depth, parts[depth - 1])
            if above.setdefault(parts[depth], place) != place or parts[depth] in alone:
                return False
    tops = {parts[0] for parts in several}
    below = set(above)
    return not tops & below and len(below) > len(tops)


def parse_list(cell: str) -> list[str] | None:
    """A cell such as ``["a", "b"]`` or ``['a']`` as a list, or ``None``."""
    text = cell.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > limits.FIELD_CHARACTERS:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        inner = text[1:-1]
        found = [part.strip().strip("'\"") for part in inner.split(",")] if inner.strip() else []
    if not isinstance(found, list) or any(isinstance(v, list | dict) for v in found):
        return None
    return [str(v).strip() for v in found if v is not None]
