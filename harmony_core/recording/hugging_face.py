"""A callback for Hugging Face's Trainer: `Trainer(callbacks=[HarmonyCallback("runs")])`.

    from harmony_core.recording.hugging_face import HarmonyCallback

    trainer = Trainer(model, arguments, callbacks=[HarmonyCallback("runs", classes=names)])

Without ``loss`` it listens to the model, which then computes cross-entropy of its labels, as the
models for classification of sequences, tokens and images do. With ``loss`` it listens to that
criterion, which the Trainer calls by its ``compute_loss_func``. transformers is imported when the
callback is made.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from ..errors import ConfigError, RunError
from .recording import Recording, record

MISSING = (
    "Expected transformers to be installed for its callback, but it is not. Install it: "
    "pip install transformers."
)
IGNORED = -100
"""The label that models of transformers leave out."""
OTHER_PROBLEMS = ("regression", "multi_label_classification")


class HarmonyCallback:
    """A callback that records the training of a Trainer.

    ``settings`` are those of `recording.record`; classes are named by the model's config if they
    are not given.
    """

    def __new__(cls, *given: Any, **settings: Any) -> Self:
        """An instance that is a callback of the installed package too."""
        return super().__new__(_callback() if cls is HarmonyCallback else cls)

    def __init__(
        self, root: Path | str | None = None, *, loss: nn.Module | None = None, **settings: Any
    ) -> None:
        super().__init__()
        self._root, self._loss, self._settings = root, loss, settings
        self._hook: Any = None
        self._open = False
        self.recording: Recording | None = None
        """The recording, once training has begun."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Begin to record the model, or the criterion."""
        model = given["model"]
        config = getattr(model, "config", None)
        names = getattr(config, "id2label", None)
        settings: dict[str, Any] = {
            "loop": "Hugging Face's Trainer",
            "model": type(model).__name__,
            "classes": [names[i] for i in sorted(names)] if names else None,
            "epochs": max(round(args.num_train_epochs), 1) if args.max_steps <= 0 else None,
            "optimizer": given.get("optimizer"),
            "ignore_index": IGNORED,
            "class_dim": -1,
            **self._settings,
        }
        if self._loss is None:
            _check_labels(model)
            self.recording = record(self._root, loss=nn.CrossEntropyLoss(), **settings)
            self._hook = model.register_forward_hook(self._listen, with_kwargs=True)
        else:
            self.recording = record(self._root, loss=self._loss, **settings)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the epoch before, if no evaluation came after it."""
        self._close_epoch(control)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """An epoch has ended; its evaluation follows, if there is one."""
        self._open = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Close the epoch, if it has ended."""
        self._close_epoch(control)

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """End the recording."""
        self._close_epoch(control)
        if self._hook is not None:
            self._hook.remove()
        if self.recording is not None:
            self.recording.close()

    def _close_epoch(self, control: Any) -> None:
        if self._open and self.recording is not None:
            self._open = False
            self.recording.epoch()
            if self.recording.stop_requested:
                control.should_training_stop = True

    def _listen(self, model: Any, given: Any, named: Any, output: Any) -> None:
        """The forward hook of the model."""
        labels = named.get("labels")
        logits = output.get("logits") if hasattr(output, "get") else None
        if not isinstance(labels, Tensor) or not isinstance(logits, Tensor):
            raise ConfigError(
                "Expected a model that is called with `labels` and returns `logits`, but one of "
                "them is missing. The Trainer removes the labels for label smoothing and for "
                "`compute_loss_func`: pass that criterion as HarmonyCallback(loss=…)."
            )
        _check_labels(model)
        if self.recording is None:
            return
        if torch.is_grad_enabled():
            self.recording.step(logits, labels, loss=output.get("loss"))
        else:
            self.recording.test(logits, labels)


def _check_labels(model: Any) -> None:
    """Refuse models whose labels are not one class for each position of the logits."""
    name = type(model).__name__
    problem = getattr(getattr(model, "config", None), "problem_type", None)
    if name.endswith(("ForCausalLM", "LMHeadModel")) or problem in OTHER_PROBLEMS:
        raise ConfigError(
            f"Expected a model that gives one class to each sample or token, but got {name}"
            f"{f' for {problem}' if problem else ''}. Its training cannot be recorded."
        )


def _callback() -> type:
    try:
        base = import_module("transformers").TrainerCallback
    except ImportError as error:
        raise RunError(MISSING) from error
    return type("HarmonyCallback", (HarmonyCallback, base), {})
