"""A training script for the recommended method on the user's data, to run and to change."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ...config import MethodConfig
from ...readers.format import AUTO
from ..pilot.training import BASE, METHODS

if TYPE_CHECKING:
    from ..analyse import Inspection

EPOCHS = {"table": 40, "images": 20}
RATES = {"table": 0.03, "images": 0.05}


def training_script(found: Inspection, path: str | Path, *, beside: bool = False) -> str:
    """Source of a Python program that trains on ``path``; nothing of the file becomes code.

    The method is the recommended one, cross-entropy if there is none. With ``beside`` the program
    looks for the file in its own folder, whatever folder ``path`` names.
    """
    contents = found.contents
    name = found.recommendation.method if found.recommendation is not None else BASE
    method: MethodConfig = METHODS[name]
    kind = "images" if contents.kind == "images" else "table"
    multi = contents.labels.multi
    values = {
        "file": Path(path).name if beside else str(Path(path).absolute()),
        "label": contents.label if kind == "table" or contents.choices else None,
        "split": contents.split_column if contents.kind == "table" else None,
        "separator": "none" if multi is None else multi.separator,
        "header": contents.header or AUTO,
        "loss": method.loss,
        "settings": dict(method.params),
        "deferred": method.deferral == "drw",
        "model": "small_cnn" if kind == "images" else "mlp",
        "epochs": EPOCHS[kind],
        "rate": RATES[kind],
    }
    return _TEMPLATE.substitute({key: _literal(value) for key, value in values.items()})


def _literal(value: object) -> str:
    """A Python literal in ASCII: text cannot end the string it stands in."""
    if value is None or isinstance(value, bool | int | float | dict):
        return repr(value)
    return json.dumps(value)


_TEMPLATE = Template('''"""Train one method on one's own long-tailed data; written by Harmony.

    python train.py                        # trains and prints the recall of each class
    python train.py --epochs 100 --save model.pt
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from harmony_core import build_loss
from harmony_core.data.tables import load_training_data
from harmony_core.losses import LOSSES
from harmony_core.models import build_model

FILE = Path(__file__).parent / $file
LABEL = $label
SPLIT = $split
SEPARATOR = $separator
HEADER = $header
LOSS, SETTINGS = $loss, $settings
DEFERRED = $deferred  # class-balanced weights for the last fifth of the epochs
MODEL = $model
RATE, DECAY, BATCH = $rate, 5e-3, 64


def class_balanced_weights(counts, beta=0.9999):
    """(1 - beta) / (1 - beta^N) for each class, scaled to their number (Cui et al. 2019)."""
    weights = (1 - beta) / (1 - beta**counts)
    return torch.tensor(weights / weights.sum() * len(counts), dtype=torch.float32)


def prepared(inputs, mean, deviation, device):
    """Inputs as the network takes them: standardised; images as (n, channels, h, w)."""
    tensor = torch.from_numpy(((inputs - mean) / deviation).astype(np.float32))
    return (tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor).to(device)


def train(data, epochs, seed, device):
    axes = (0, 1, 2) if data.kind == "images" else (0,)
    mean = data.train_inputs.mean(axis=axes)
    deviation = np.maximum(data.train_inputs.std(axis=axes), 1e-6)
    inputs = prepared(data.train_inputs, mean, deviation, device)
    targets = torch.from_numpy(data.train_targets).to(device)
    generator = torch.Generator().manual_seed(seed)
    model = build_model(
        MODEL, tuple(inputs.shape[1:]), len(data.class_names),
        head=LOSSES[LOSS].head, generator=generator,
    ).to(device)
    loss = build_loss(LOSS, data.train_counts, **SETTINGS).to(device)
    steps = epochs * -(-len(targets) // BATCH)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(epochs):
        model.train()
        loss.train()
        loss.on_epoch_start(epoch, epochs)
        if DEFERRED and epoch >= 0.8 * epochs:
            loss.set_class_weight(class_balanced_weights(data.train_counts))
        order = torch.randperm(len(targets), generator=generator).to(device)
        for batch in order.split(BATCH):
            optimizer.zero_grad()
            loss(model(inputs[batch]), targets[batch]).backward()
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        tests = prepared(data.test_inputs, mean, deviation, device)
        predicted = torch.cat([model(part).argmax(dim=1) for part in tests.split(512)])
    return model, predicted.cpu().numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=$epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", help="write the trained weights to this file")
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = load_training_data(
        FILE, label=LABEL, split=SPLIT, separator=SEPARATOR, header=HEADER, seed=given.seed
    )
    model, predicted = train(data, given.epochs, given.seed, device)
    hits = predicted == data.test_targets
    recalls = []
    for label, name in enumerate(data.class_names):
        recall = hits[data.test_targets == label].mean()
        recalls.append(recall)
        print(f"{name}: {data.train_counts[label]} training samples, recall {100 * recall:.1f} %")
    print(f"balanced accuracy: {100 * np.mean(recalls):.1f} %")
    if given.save:
        torch.save(model.state_dict(), given.save)


if __name__ == "__main__":
    main()
''')
