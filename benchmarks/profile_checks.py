"""How often the checks of the profile find what is planted, and what is not there.

    python benchmarks/profile_checks.py [--draws 20] [--first 100] [--check split_drift]

Prints a markdown table over draws of three overlapping classes (300, 90 and 45 samples, two columns
that tell and one that does not) with and without a plant.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from _markdown_table import print_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harmony_core.inspection import analyse_tail, read_file
from harmony_core.inspection.profile import Profile
from harmony_core.inspection.profile.profile import profile_contents

Plant = Callable[[pd.DataFrame, np.random.Generator], None]


def drawn(seed: int, sizes: tuple[int, ...] = (300, 90, 45)) -> pd.DataFrame:
    """Three classes in natural proportions, and a third of the rows for the test."""
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    n = len(codes)
    return pd.DataFrame(
        {
            "length": codes + rng.normal(0, 1.0, n),
            "width": -codes + rng.normal(0, 1.5, n),
            "noise": rng.normal(size=n),
            "label": [f"kind {'abc'[c]}" for c in codes],
            "split": rng.permutation(np.where(np.arange(n) % 3, "train", "test")),
        }
    )


def nothing(frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """Nothing is planted."""


def leak(share: float) -> Plant:
    """A column that is the label, but for a share of rows."""

    def plant(frame: pd.DataFrame, rng: np.random.Generator) -> None:
        codes = frame["label"].astype("category").cat.codes.to_numpy()
        wrong = rng.random(len(frame)) < share
        frame["ward"] = np.where(wrong, rng.integers(0, 3, len(frame)), codes)

    return plant


def drift(by: float) -> Plant:
    """A column of noise that is shifted in the test split, in standard deviations."""

    def plant(frame: pd.DataFrame, rng: np.random.Generator) -> None:
        frame.loc[frame["split"] == "test", "noise"] += by

    return plant


def rings(ordered: bool) -> Plant:
    """A label of eight numbers that a column follows, in order or with the numbers shuffled."""

    def plant(frame: pd.DataFrame, rng: np.random.Generator) -> None:
        shares = np.arange(8, 0, -1) / 36
        rank = rng.choice(8, len(frame), p=shares)
        frame["length"] = rank + rng.normal(0, 1.2, len(frame))
        frame["width"] = rng.normal(size=len(frame))
        frame["label"] = 3 + (rank if ordered else rng.permutation(8)[rank])

    return plant


def plain_tail(frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """No column tells the classes apart."""
    for name in ("length", "width"):
        frame[name] = rng.normal(size=len(frame))


CASES: tuple[tuple[str, str, Plant, tuple[str, ...]], ...] = (
    ("target_leakage", "no leak", nothing, ()),
    ("target_leakage", "a column that is the label", leak(0.0), ("found",)),
    ("target_leakage", "... but for 5 % of the rows", leak(0.05), ("found", "perhaps")),
    ("ordinal_label", "eight numbers in order", rings(True), ("found",)),
    ("ordinal_label", "eight numbers, shuffled", rings(False), ()),
    ("split_drift", "no drift", nothing, ()),
    ("split_drift", "one column shifted by 0.5", drift(0.5), ("found", "perhaps")),
    ("split_drift", "one column shifted by 1", drift(1.0), ("found", "perhaps")),
    ("tail_columns", "two columns tell the tail", nothing, ("found", "perhaps")),
    ("tail_columns", "no column does", plain_tail, ()),
)


def looked(frame: pd.DataFrame) -> Profile:
    """The profile of a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        frame.to_csv(path, index=False)
        contents = read_file(path, label="label", split="split")
        labels = contents.labels
        found = profile_contents(contents, analyse_tail(labels.train_counts, labels.test_counts))
    assert found is not None
    return found


def states(plant: Plant, seeds: range) -> tuple[list[dict[str, str]], float]:
    """How sure each check was in every draw, and seconds a draw."""
    found: list[dict[str, str]] = []
    started = time.perf_counter()
    for seed in seeds:
        frame = drawn(seed)
        plant(frame, np.random.default_rng(1000 + seed))
        found.append({name: f.state for name, f in looked(frame).findings.items()})
    return found, (time.perf_counter() - started) / len(seeds)


def rows(seeds: range, only: str) -> Iterator[list[str]]:
    """The lines of the table, as they are measured; each plant is drawn once."""
    known: dict[str, tuple[list[dict[str, str]], float]] = {}
    for check, what, plant, wanted in CASES:
        if only not in ("", check):
            continue
        key = plant.__name__ if plant in (nothing, plain_tail) else what
        if key not in known:
            known[key] = states(plant, seeds)
        found, seconds = known[key]
        said = [each[check] for each in found]
        counts = [str(said.count(s)) for s in ("found", "perhaps", "none", "unknown")]
        right = " or ".join(wanted) or "neither found"
        yield [check, what, right, *counts, f"{seconds:.1f}"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--check", default="", help="only this one")
    head = ["check", "planted", "right is", "found", "perhaps", "no sign", "cannot say", "seconds"]
    args = parser.parse_args()
    print_table(head, rows(range(args.first, args.first + args.draws), args.check))


if __name__ == "__main__":
    main()
