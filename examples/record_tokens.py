"""Record Hugging Face's Trainer while a small BERT learns to tag tokens.

    python examples/record_tokens.py [--runs runs] [--epochs 4]

Needs transformers and accelerate, and nothing from the network: sentences and vocabulary are made
up. The callback is the only line that is there for recording.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from torch import Tensor
from transformers import BertConfig, BertForTokenClassification, Trainer, TrainingArguments

from harmony_core.recording.hugging_face import HarmonyCallback

TAGS = ("O", "PERSON", "PLACE", "EVENT")
RAREST = (0, 80, 93, 98)
"""Words of a vocabulary of 100 from which on each tag begins."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", default="runs", metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=4, metavar="N")
    given = parser.parse_args()
    config = BertConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, id2label=dict(enumerate(TAGS)),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as out:
        arguments = TrainingArguments(
            output_dir=out, num_train_epochs=given.epochs, per_device_train_batch_size=16,
            eval_strategy="epoch", save_strategy="no", report_to=[], learning_rate=3e-3,
        )  # fmt: skip
        callback = HarmonyCallback(given.runs, title="Tags of tokens", data="made-up sentences")
        trainer = Trainer(
            BertForTokenClassification(config), arguments, train_dataset=sentences(400, 0),
            eval_dataset=sentences(200, 1), callbacks=[callback],
        )  # fmt: skip
        trainer.train()
    print(callback.recording.id)


def sentences(number: int, seed: int) -> list[dict[str, Tensor]]:
    """Sentences of 12 words, the last three of which are padding, which has no tag."""
    draw = torch.Generator().manual_seed(seed)
    words = torch.randint(0, 100, (number, 12), generator=draw)
    tags = torch.bucketize(words, torch.tensor(RAREST), right=True) - 1
    tags[:, -3:] = -100
    return [{"input_ids": w, "labels": t} for w, t in zip(words, tags, strict=True)]


if __name__ == "__main__":
    main()
