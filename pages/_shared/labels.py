"""Texts for readers: titles of data and experiments, numbers and counts."""

from __future__ import annotations

from harmony_core.config import ExperimentConfig
from harmony_core.data import DATASETS
from harmony_core.runs.record import ExperimentRecord


def number_text(number: float) -> str:
    """A number without needless decimals or exponent."""
    return f"{number:,.10g}" if abs(number) < 1e15 else f"{number:g}"


def data_title(config: ExperimentConfig) -> str:
    """The data's title, with its imbalance factor where one was set."""
    if config.recorded is not None:
        return config.recorded.data or "Recorded training"
    data = config.data
    title = DATASETS[data.name].title if data.name in DATASETS else data.name
    return (
        title if data.profile == "as_is" else f"{title}, {number_text(data.imbalance_factor)} to 1"
    )


def run_title(record: ExperimentRecord) -> str:
    """The title that was given to an experiment, or that of its data."""
    return record.title or data_title(record.config)


def count(number: int, noun: str) -> str:
    """``three methods``, ``one epoch``, ``12 epochs``."""
    names = ("no", "one", "two", "three", "four", "five", "six")
    word = names[number] if number < len(names) else str(number)
    return f"{word} {noun}{'' if number == 1 else 's'}"
