"""What is declared about a loss, without importing torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..parameters import Parameter, Value, choose, resolve


@dataclass(frozen=True)
class LossSpec:
    """All that is declared about a loss.

    ``factory`` names a class called as ``factory(class_counts, **parameters)``; ``explanation`` a
    `harmony_core.explain.base.LossExplanation`. Both are imported when first used. ``equation`` is
    LaTeX; ``presets`` are named settings; ``head`` is the kind of last layer its logits come from;
    ``short_title`` is for legends, if the title up to its first bracket or colon is too long there.
    ``random`` losses draw random numbers while training, from their parameter ``seed``.

    >>> from harmony_core.losses import LOSSES
    >>> LOSSES["focal"].resolve({"gamma": 1.0})
    {'gamma': 1.0}
    """

    name: str
    title: str
    summary: str
    equation: str
    factory: str
    reference: str
    parameters: tuple[Parameter, ...] = ()
    presets: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    head: str = "linear"
    needs_features: bool = False
    explanation: str = "harmony_core.explain.base:RecordedExplanation"
    short_title: str = ""
    reconstructed: bool = False
    """Whether the equations are our reconstruction of a paper, not the paper's own."""
    random: bool = False

    def resolve(self, values: Mapping[str, object]) -> dict[str, Value]:
        """All parameters: the given ones, else those of the named ``preset``, else the defaults.

        >>> from harmony_core.losses import LOSSES
        >>> LOSSES["harmonized"].resolve({"preset": "inter_only", "tau": 2})["alpha"]
        0.0
        """
        given = dict(values)
        preset = given.pop("preset", None)
        if preset is not None:
            known = self.presets or ("none",)
            choose(preset, known, f"preset of loss `{self.name}`")
            given = {**self.presets.get(str(preset), {}), **given}
        return resolve(given, self.parameters, f"loss `{self.name}`")
