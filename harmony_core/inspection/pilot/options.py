"""What a user may choose about the pilot, declared once for the shell, the page and the worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import ConfigError
from ...parameters import check_number, choose, show
from .metrics import CHOOSABLE

QUICK_SPLITS, QUICK_SECONDS = 5, 120.0
THOROUGH_SPLITS, THOROUGH_SECONDS = 10, 600.0


@dataclass(frozen=True)
class Option:
    """A choice: its name is the field of `PilotOptions`, the flag and the key of the control."""

    name: str
    title: str
    kind: type
    default: int | float | str | None
    """``None``: the pilot chooses."""
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """In the shell: ``--test-share``."""
        return "--" + self.name.replace("_", "-")


OPTIONS: tuple[Option, ...] = (
    Option(
        "seeds", "Splits", int, None,
        f"Splits into training and test part, repeated stratified folds: {QUICK_SPLITS} unless "
        "chosen. More give narrower intervals and take longer.", low=2, high=60,
    ),
    Option(
        "methods", "Methods", tuple, None,
        "Methods or families to compare, in the order of simplicity; all that suit the data unless "
        "chosen.",
    ),
    Option(
        "epochs", "Epochs", int, None,
        "Passes of the networks over the training part; until the loss has settled unless chosen.",
        low=1, high=10_000,
    ),
    Option(
        "test_share", "Test share", float, 0.2,
        "Share of every class that is held out in a split: one over the number of folds.",
        low=0.05, high=0.5,
    ),
    Option(
        "metric", "Judged by", str, "balanced_accuracy",
        f"The figure that decides: {', '.join(CHOOSABLE)}.", choices=CHOOSABLE,
    ),
    Option(
        "seconds", "Time budget, seconds", float, None,
        f"Time for everything: {QUICK_SECONDS:.0f} up to {QUICK_SPLITS} splits, "
        f"{THOROUGH_SECONDS:.0f} for more, unless chosen. What does not finish is named.",
        low=5, high=7_200,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class PilotOptions:
    """The choices; ``None`` lets the pilot choose. Raises `ConfigError` outside the ranges."""

    seeds: int | None = None
    methods: tuple[str, ...] | None = None
    """Names or families of `CONTESTANTS`."""
    epochs: int | None = None
    test_share: float = 0.2
    metric: str = "balanced_accuracy"
    seconds: float | None = None

    def __post_init__(self) -> None:
        for option in OPTIONS:
            value = getattr(self, option.name)
            if value is None and option.default is None:
                continue
            if option.choices:
                choose(value, option.choices, option.flag)
            elif option.kind in (int, float):
                check_number(value, option.flag, option.low, option.high, whole=option.kind is int)
        if self.methods is not None:
            from .contestants import chosen

            chosen(self.methods)

    @property
    def splits(self) -> int:
        """How many splits."""
        return QUICK_SPLITS if self.seeds is None else self.seeds

    @property
    def budget(self) -> float:
        """Seconds for everything."""
        if self.seconds is not None:
            return self.seconds
        return QUICK_SECONDS if self.splits <= QUICK_SPLITS else THOROUGH_SECONDS

    @property
    def folds(self) -> int:
        """Folds of the cross-validation: the test share is one over it."""
        return max(2, round(1 / self.test_share))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**dataclasses.asdict(self), "methods": self.methods and list(self.methods)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PilotOptions:
        """Options from JSON or from a form; an unknown key raises `ConfigError`."""
        known = {option.name for option in OPTIONS}
        for key in values:
            if key not in known:
                raise ConfigError(
                    f"Expected an option of the pilot ({', '.join(sorted(known))}), but got "
                    f"{show(key)}."
                )
        methods = values.get("methods")
        return cls(**{**values, "methods": None if methods is None else tuple(methods)})


QUICK = PilotOptions(QUICK_SPLITS, seconds=QUICK_SECONDS)
THOROUGH = PilotOptions(THOROUGH_SPLITS, seconds=THOROUGH_SECONDS)
