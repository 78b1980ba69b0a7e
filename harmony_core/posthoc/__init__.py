"""Post-hoc steps: after training, the last layer is replaced and the features stay as they are.

>>> import torch
>>> from harmony_core.posthoc import POSTHOC, Head, Trained, new_head
>>> head = Head(torch.tensor([[3.0, 4.0], [0.0, 2.0]]), torch.zeros(2))
>>> trained = Trained(head, torch.eye(2), torch.tensor([0, 1]))
>>> new_head("tau_norm", trained).weight
tensor([[0.6000, 0.8000],
        [0.0000, 1.0000]])
>>> sorted(POSTHOC)
['crt', 'logit_adjustment', 'lws', 'ncm', 'tau_norm']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .registry import POSTHOC, PosthocSpec

__all__ = ["POSTHOC", "Head", "PosthocSpec", "Trained", "new_head"]

if TYPE_CHECKING:
    from .build import new_head
    from .head import Head, Trained

_MODULES = {"new_head": "build", "Head": "head", "Trained": "head"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
