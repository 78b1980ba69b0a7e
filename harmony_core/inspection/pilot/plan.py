"""How the pilot's networks are trained: the recipe of each method, and what led to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORDS = re.compile(
    r"learning rate ([\d.e+-]+), weight decay ([\d.e+-]+), (\d+) hidden units, ([\d,]+) epochs in "
    r"batches of (\d+)"
)
"""As `Recipe.describe` puts it."""


@dataclass(frozen=True)
class Recipe:
    """SGD with momentum 0.9 on one hidden layer, the rate falling to zero along a cosine."""

    rate: float
    decay: float
    """Weight decay."""
    hidden: int
    """Units of the hidden layer."""
    batch: int
    epochs: int

    def steps(self, samples: int) -> int:
        """Of a training on so many samples."""
        return self.epochs * -(-samples // self.batch)

    def describe(self) -> str:
        """The recipe in words."""
        return (
            f"learning rate {self.rate:g}, weight decay {self.decay:g}, {self.hidden} hidden units,"
            f" {self.epochs:,} epochs in batches of {self.batch}"
        )

    @classmethod
    def from_words(cls, text: str) -> Recipe | None:
        """The recipe that a text describes; ``None`` if it describes none.

        >>> recipe = Recipe(0.03, 1e-4, 128, 64, 1_200)
        >>> Recipe.from_words(f"{recipe.describe()}; enough") == recipe
        True
        """
        found = _WORDS.search(text)
        if found is None:
            return None
        rate, decay, hidden, epochs, batch = (word.replace(",", "") for word in found.groups())
        return cls(float(rate), float(decay), int(hidden), int(batch), int(epochs))


@dataclass(frozen=True)
class Plan:
    """The recipe of each method by name; what `networks.fit` needs."""

    recipes: dict[str, Recipe] = field(default_factory=dict)
    settled: dict[str, bool] = field(default_factory=dict)
    """Whether longer training no longer lowers the loss."""
    described: dict[str, str] = field(default_factory=dict)
    """In words: rate, decay, width, epochs, and whether they were enough."""
    notes: tuple[str, ...] = ()
