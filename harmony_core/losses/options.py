"""The options of `nn.CrossEntropyLoss` that every loss takes; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from ..errors import ConfigError
from ..parameters import check_number, choose, show

REDUCTIONS = ("mean", "sum", "none")


class Options(TypedDict, total=False):
    """What a loss takes by name beside its own parameters, as `nn.CrossEntropyLoss` does.

    >>> from harmony_core.losses import build_loss
    >>> build_loss("ce", [3, 1], reduction="none", class_dim=-1)
    CrossEntropy(classes=2, head='linear', ignore_index=-100, reduction='none', \
label_smoothing=0.0, class_dim=-1)
    """

    ignore_index: int | None
    """Samples with this label count nowhere: not in the loss, nor in what the loss remembers.
    −100 by default; ``None`` ignores no label."""
    reduction: str
    """``mean`` divides by Σ unit, ``sum`` by nothing; ``none`` has the targets' shape."""
    label_smoothing: float
    """ε in [0, 1]: trains on (1 − ε) q + ε/C."""
    class_dim: int
    """The dimension of the logits with one entry for each class: 1, or −1 for (b, t, c)."""


OPTION_NAMES = ("ignore_index", "reduction", "label_smoothing", "class_dim")


@dataclass(frozen=True)
class CallForm:
    """The options of a loss, checked.

    >>> CallForm.of({"reduction": "sum"})
    CallForm(ignore_index=-100, reduction='sum', label_smoothing=0.0, class_dim=1)
    """

    ignore_index: int | None = -100
    reduction: str = "mean"
    label_smoothing: float = 0.0
    class_dim: int = 1

    @staticmethod
    def of(given: Mapping[str, object]) -> CallForm:
        """The given options, else the defaults; raises `ConfigError` on unknown or wrong ones."""
        for name in given:
            if name not in OPTION_NAMES:
                raise ConfigError(
                    f"Expected a parameter of the loss, or one of {', '.join(OPTION_NAMES)}, but "
                    f"got {show(name)}. `python -m harmony_core methods` lists the parameters."
                )
        form = CallForm(**{**vars(CallForm()), **given})
        choose(form.reduction, REDUCTIONS, "reduction")
        if form.ignore_index is not None:
            check_number(form.ignore_index, "ignore_index", whole=True)
        check_number(form.label_smoothing, "label_smoothing", 0, 1)
        check_number(form.class_dim, "class_dim", whole=True)
        return form
