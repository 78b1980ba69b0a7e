"""Harmony: train, see and explain long-tailed learning.

`harmony_core` is the library beneath the application. The loss alone needs one import:

    from harmony_core import HarmonizedLoss

torch is imported only when it is used, so that a web server starts fast. Extras such as
`harmony[app]` bring what the losses do not need; where one is missing, an error names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .extras import explain_missing_packages

__version__ = "0.1.0"
__all__ = ["HarmonizedLoss", "build_loss", "class_counts", "record", "__version__"]

if TYPE_CHECKING:
    from .counting import class_counts
    from .losses import HarmonizedLoss, build_loss
    from .recording import record

explain_missing_packages()


def __getattr__(name: str) -> Any:
    if name in {"HarmonizedLoss", "build_loss"}:
        from . import losses

        return getattr(losses, name)
    if name == "record":
        from .recording import record

        return record
    if name == "class_counts":
        from .counting import class_counts

        return class_counts
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
