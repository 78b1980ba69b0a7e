"""A callback for Lightning: `Trainer(callbacks=[HarmonyCallback("runs")])`.

    from harmony_core.recording.lightning import HarmonyCallback

    trainer = Trainer(callbacks=[HarmonyCallback("runs", classes=names)])

It watches the criterion of the module while the trainer fits, and closes an epoch where Lightning
does, after its validation. Lightning, as ``lightning`` or ``pytorch_lightning``, is imported when
the callback is made.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from torch import nn

from ..errors import ConfigError, RunError
from .recording import Recording, record

PACKAGES = ("lightning.pytorch", "pytorch_lightning")
MISSING = (
    "Expected Lightning to be installed for its callback, but found neither `lightning` nor "
    "`pytorch_lightning`. Install one of them: pip install lightning."
)


class HarmonyCallback:
    """A callback that records the fit of a trainer.

    ``criterion`` is the criterion, or the name of the attribute of the module that holds it;
    ``settings`` are those of `recording.record`.
    """

    def __new__(cls, *given: Any, **settings: Any) -> Self:
        """An instance that is a callback of the installed package too."""
        return super().__new__(_callback() if cls is HarmonyCallback else cls)

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        criterion: nn.Module | str = "criterion",
        **settings: Any,
    ) -> None:
        super().__init__()
        self._root, self._criterion, self._settings = root, criterion, settings
        self.recording: Recording | None = None
        """The recording, once training has begun."""

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin to record, after the sanity check, whose passes are not a test."""
        epochs = trainer.max_epochs
        settings = {
            "loop": "Lightning",
            "model": type(pl_module).__name__,
            "epochs": epochs if epochs and epochs > 0 else None,
            "optimizer": trainer.optimizers[0] if trainer.optimizers else None,
            **self._settings,
        }
        self.recording = record(self._root, loss=self._found(pl_module), **settings)
        self.recording.last_epoch = trainer.current_epoch

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Close the epoch."""
        if self.recording is not None:
            self.recording.epoch()
            stop = self.recording.stop_requested
            if trainer.strategy.reduce_boolean_decision(stop, all=False):
                trainer.should_stop = True

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End the recording as failed, or as stopped by Ctrl-C."""
        if self.recording is not None:
            self.recording.close(exception)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """End the recording."""
        if self.recording is not None:
            self.recording.close()

    def _found(self, module: Any) -> nn.Module:
        found = self._criterion
        if isinstance(found, str):
            found = getattr(module, found, None)  # type: ignore[assignment]
        if not isinstance(found, nn.Module):
            raise ConfigError(
                f"Expected {type(module).__name__} to hold its criterion as a module named "
                f"{self._criterion!r}, but got {type(found).__name__}. Name its attribute, or pass "
                "the criterion itself: HarmonyCallback(criterion=…)."
            )
        return found


def _callback() -> type:
    """The callback, of the package that is already imported where both are installed."""
    for package in sorted(PACKAGES, key=lambda name: name not in sys.modules):
        try:
            base = import_module(package).Callback
        except ImportError:
            continue
        return type("HarmonyCallback", (HarmonyCallback, base), {})
    raise RunError(MISSING)
