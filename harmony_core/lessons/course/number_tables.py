"""The numbers of a step's run as two tables: by method, and by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...experiments.method_text import method_labels
from .expression import fill
from .facts import LETTERS
from .outcome import Outcome

FIGURES = {
    "balanced": "Balanced accuracy",
    "head": "Head",
    "medium": "Medium",
    "tail": "Tail",
    "differs": "Differs from best",
}
OVER_SEEDS = "The first table is the mean over all seeds, the second is of the first seed."


@dataclass(frozen=True)
class NumberTable:
    """Rows of a name and cells, all as text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def by_method(outcome: Outcome, numbers: Mapping[str, float | str]) -> NumberTable:
    """The figures of every method, means over the seeds; ``numbers`` are those of `facts`."""
    labels = method_labels(outcome.config.methods)
    names = [n for n in FIGURES if f"{n}_A" in numbers]
    rows = [
        (label, tuple(fill(f"[[{n}_{LETTERS[m]}]]", numbers) for n in names))
        for m, label in enumerate(labels)
    ]
    head = ("Method, in %", *(FIGURES[n] for n in names))
    return NumberTable("Recall by method, in percent", head, tuple(rows))


def by_class(outcome: Outcome) -> NumberTable:
    """The recall of every class under every method in the first seed."""
    scene = outcome.scenes[0]
    rows = [
        (
            name,
            (
                f"{scene.train_counts[c]:,}",
                *(f"{100 * frame.recall[c]:.1f}" for frame in outcome.last[0]),
            ),
        )
        for c, name in enumerate(scene.class_names)
    ]
    labels = method_labels(outcome.config.methods)
    head = ("Class", "Training samples", *(f"Recall, {label}" for label in labels))
    return NumberTable("Recall by class, in percent", head, tuple(rows))
