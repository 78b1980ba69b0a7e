"""What the sampled cells of a column have in common."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ..labels import MISSING

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
_FILE = re.compile(
    r".*\.(jpe?g|jfif|png|bmp|gif|tiff?|webp|heic|dcm|nii|npy|wav|mp3|ogg|flac|mp4|avi|txt|json|xml)$"
    r"|[^ ]*[/\\][^ ]*[/\\.][^ ]*$|[a-z0-9]+://.*",
    re.IGNORECASE,
)
_SHOWN = 300
"""Characters of a cell that are looked at."""
_ANSWERS = frozenset(("yes", "no", "y", "n", "true", "false"))
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4}([ T]|$)|\d\d?:\d\d")


@dataclass(frozen=True)
class Facts:
    """Shares and means over the cells that hold anything."""

    values: int
    distinct: int
    numeric: float
    whole: float
    length: float
    """Mean characters."""
    files: float = 0.0
    """Paths, file names and addresses."""
    dates: float = 0.0
    records: float = 0.0
    """JSON objects, or lists of them."""
    answers: bool = False
    """Whether all say yes or no."""

    @property
    def unique(self) -> float:
        return self.distinct / max(self.values, 1)


def facts_of(cells: list[str | None]) -> Facts:
    """The facts of a column's sampled cells."""
    values = [cell for cell in cells if cell is not None and cell not in MISSING]
    n = max(len(values), 1)
    numbers = [v for v in values if _NUMBER.match(v)]
    whole = sum("." not in v.rstrip("0").rstrip(".") and "e" not in v.lower() for v in numbers)
    texts = {} if len(numbers) == len(values) else Counter(v[:_SHOWN] for v in values)
    shown = max(sum(texts.values()), 1)
    return Facts(
        len(values),
        len(set(values)),
        len(numbers) / n,
        whole / n,
        sum(map(len, values)) / n,
        sum(k for v, k in texts.items() if _FILE.match(v)) / shown,
        sum(k for v, k in texts.items() if _DATE.match(v)) / shown,
        sum(k for v, k in texts.items() if v.startswith(("{", "[{"))) / shown,
        bool(texts) and all(v.lower() in _ANSWERS for v in texts),
    )


def letters(name: str) -> str:
    """The letters and digits of a name, in lower case.

    >>> letters("Class Label")
    'classlabel'
    """
    return re.sub(r"[\W_]", "", name.lower())


def words(name: str) -> list[str]:
    """The words of a name, in lower case.

    >>> words("airline_sentiment"), words("HeartDisease"), words("isFraud")
    (['airline', 'sentiment'], ['heart', 'disease'], ['is', 'fraud'])
    """
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[\W_]+", apart.lower()) if word]
