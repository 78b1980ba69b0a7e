"""The callback for Hugging Face's Trainer, with the Trainer and a small model of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from harmony_core.errors import ConfigError
from harmony_core.losses import build_loss
from harmony_core.runs.store import RunStore

from .loops import only_frame

pytestmark = pytest.mark.filterwarnings("ignore")  # what transformers warns of is its own

transformers = pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("accelerate", reason="the Trainer needs accelerate")
TAGS = ("O", "PER", "LOC")
SENTENCES, LENGTH, EPOCHS = 12, 8, 2


def sentences(seed: int) -> list[dict[str, Tensor]]:
    """Sentences of tokens whose tag follows from the token; the last two are padding."""
    draw = torch.Generator().manual_seed(seed)
    tokens = torch.randint(1, 20, (SENTENCES, LENGTH), generator=draw)
    labels = (tokens > 14).long() + (tokens > 17).long()
    labels[:, -2:] = -100
    return [{"input_ids": t, "labels": y} for t, y in zip(tokens, labels, strict=True)]


def tagger(**settings: Any) -> Any:
    """A small BERT that gives a tag to each token."""
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, id2label=dict(enumerate(TAGS)), **settings,
    )  # fmt: skip
    return transformers.BertForTokenClassification(config)


def fit(root: Path, *, evaluates: bool = True, criterion: nn.Module | None = None) -> Any:
    """Train on `sentences` with the callback; the callback."""
    from harmony_core.recording.hugging_face import HarmonyCallback

    callback = HarmonyCallback(root / "runs", loss=criterion)
    arguments = transformers.TrainingArguments(
        output_dir=str(root / "out"), num_train_epochs=EPOCHS, per_device_train_batch_size=4,
        eval_strategy="epoch" if evaluates else "no", save_strategy="no", report_to=[],
        use_cpu=True, disable_tqdm=True, learning_rate=1e-2,
    )  # fmt: skip
    by_criterion: Any = None
    if criterion is not None:

        def by_criterion(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
            kept = labels.flatten() != -100
            loss: Tensor = criterion(outputs.logits.flatten(0, 1)[kept], labels.flatten()[kept])
            return loss

    trainer = transformers.Trainer(
        tagger(), arguments, train_dataset=sentences(0), eval_dataset=sentences(1),
        callbacks=[callback], compute_loss_func=by_criterion,
    )  # fmt: skip
    trainer.train()
    return callback


def counts_of(seed: int) -> list[int]:
    labels = torch.stack([one["labels"] for one in sentences(seed)])
    return torch.bincount(labels[labels >= 0], minlength=3).tolist()


def test_tokens_are_recorded_without_padding(tmp_path: Path) -> None:
    run = fit(tmp_path).recording.id
    record = RunStore(tmp_path / "runs").get(run)
    assert (record.state, record.epoch) == ("done", EPOCHS)
    assert record.config.recorded is not None
    assert record.config.recorded.model == "BertForTokenClassification"
    assert RunStore(tmp_path / "runs").scene(run).class_names == TAGS
    for epoch in (1, EPOCHS):
        frame = only_frame(tmp_path / "runs", run, epoch)
        assert frame.grad_counts.sum(axis=1).tolist() == counts_of(0)
        assert frame.tested.tolist() == counts_of(1)
        assert np.isfinite(frame.train_loss)


def test_epochs_are_closed_without_an_evaluation_too(tmp_path: Path) -> None:
    run = fit(tmp_path, evaluates=False).recording.id
    assert RunStore(tmp_path / "runs").epochs(run) == [1, 2]
    frame = only_frame(tmp_path / "runs", run, EPOCHS)
    assert frame.grad_counts.sum(axis=1).tolist() == counts_of(0)
    assert not frame.tested.any()


def test_a_loss_of_harmony_is_recorded_with_its_weights(tmp_path: Path) -> None:
    run = fit(tmp_path, criterion=build_loss("weighted_ce", counts_of(0))).recording.id
    weight = only_frame(tmp_path / "runs", run, 1).mean_weight
    assert weight[0] < weight[1] < weight[2]


def test_a_model_of_several_labels_a_sample_is_refused(tmp_path: Path) -> None:
    from harmony_core.recording.hugging_face import HarmonyCallback

    model = tagger(problem_type="multi_label_classification")
    arguments = transformers.TrainingArguments(output_dir=str(tmp_path), report_to=[], use_cpu=True)
    with pytest.raises(ConfigError, match="one class to each sample or token"):
        HarmonyCallback(tmp_path).on_train_begin(arguments, None, None, model=model)
