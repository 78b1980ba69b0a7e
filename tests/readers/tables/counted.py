"""Shared by the tests of tables: what was counted, and rows to count."""

from __future__ import annotations

import random
from pathlib import Path

from harmony_core.readers.contents import Contents
from harmony_core.readers.open import read_file

PETS = {"cat": 50, "dog": 20, "emu": 5}


def counts(contents: Contents) -> dict[str, int]:
    """Samples of each class to train on, without classes that have none."""
    labels = contents.labels
    found = dict(zip(labels.names, labels.train_counts.tolist(), strict=True))
    return {name: count for name, count in found.items() if count}


def counted(path: Path, **options: str) -> dict[str, int]:
    """`counts` of a file."""
    contents = read_file(path, **options)  # type: ignore[arg-type]
    try:
        return counts(contents)
    finally:
        contents.close()


def rows(form: str, classes: dict[str, int], seed: int = 0) -> list[str]:
    """Lines in mixed order: {c} is the class, {i} its row, {x} and {y} numbers."""
    rng = random.Random(seed)
    lines = []
    for name, count in classes.items():
        for i in range(count):
            x, y = f"{rng.random():.4f}", f"{rng.random() * 9:.2f}"
            fields = {"c": name, "i": i, "x": x, "y": y, "cx": x.replace(".", ",")}
            lines.append(form.format(**fields, cy=y.replace(".", ",")))
    rng.shuffle(lines)
    return lines
