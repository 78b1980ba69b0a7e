"""Measure every claim of the presets over several seeds.

    python benchmarks/presets.py [--seeds 10] [--first 100] [--only NAME …] [--markdown FILE]

Trains every preset in this process, seed by seed, on the CPU. Exits with 1 if a claim fails.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from harmony_core.analysis.intervals import mean_interval
from harmony_core.analysis.seeds import frame_metrics
from harmony_core.arrays import Array
from harmony_core.config import ExperimentConfig, RecordConfig, Seeds
from harmony_core.data import build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.experiments.method_text import format_methods, method_labels
from harmony_core.experiments.presets import PRESETS, Claim, Preset

SHOWN = ("balanced_accuracy", "head", "medium", "tail", "disagreement", "hard_part")
HEADS = ("Balanced accuracy", "Head", "Medium", "Tail", "Off the best boundary", "Hard parts")


def measure(config: ExperimentConfig, seeds: Seeds) -> Array:
    """(r, m, figures) of the last epoch, in percent."""
    import torch

    from harmony_core.training.lockstep import Lockstep

    torch.set_num_threads(1)
    record = RecordConfig(every=10_000, grid=160, tracked=10, bins=10)
    config = complete(replace(config, device="cpu", record=record, seeds=seeds))
    rows = []
    for repeat in range(seeds.repeats):
        dataset = build_dataset(config.data, config.seeds.of_repeat(repeat).data)
        lockstep = Lockstep(config, dataset, repeat)
        last = [frames for frames in lockstep.run() if frames][-1]
        scene = lockstep.scene()
        row = []
        for frame in last:
            figures = frame_metrics(scene, frame)
            row.append([100 * figures[name] for name in SHOWN])
        rows.append(row)
    return np.array(rows)


def judge(claim: Claim, values: Array, labels: tuple[str, ...]) -> tuple[bool, str]:
    """Whether a claim holds, and a sentence with its numbers."""
    column = SHOWN.index(claim.figure)
    gain = values[:, claim.better, column] - values[:, claim.worse, column]
    if claim.figure == "disagreement":
        gain = -gain
    low, high = mean_interval(gain)
    wins, seeds = int((gain > 0).sum()), len(gain)
    better, worse = labels[claim.better], labels[claim.worse]
    verb = "is closer to Bayes than" if claim.figure == "disagreement" else "beats"
    return low > 0, (
        f"{HEADS[column]}: {better} {verb} {worse} in {wins} of {seeds} seeds, by "
        f"{gain.mean():.1f} points on average (95 % interval {low:.1f} to {high:.1f})"
        f"{'' if low > 0 else '; NOT CLEAR'}."
    )


def report(preset: Preset, seeds: Seeds) -> tuple[bool, list[str]]:
    """Whether all claims of a preset hold, and its section in Markdown."""
    start = time.perf_counter()
    values = measure(preset.config, seeds)
    labels = method_labels(preset.config.methods)
    data = preset.config.data
    params = "".join(f", {name} {value}" for name, value in data.params.items())
    lines = [
        f"## {preset.title}", "", preset.sentence, "",
        f"`{preset.name}`: data `{data.name}`, imbalance factor {data.imbalance_factor:g}{params}; "
        f"{preset.config.epochs} epochs; learning rate {preset.config.optim.lr:g}; "
        f"methods `{format_methods(preset.config.methods)}`.", "",
        f"| Method | {' | '.join(HEADS)} |", f"|---|{'---|' * len(HEADS)}",
    ]  # fmt: skip
    for m, label in enumerate(labels):
        cells = [
            "–" if math.isnan(mean) else f"{mean:.1f} ± {spread:.1f}"
            for mean, spread in zip(values[:, m].mean(0), values[:, m].std(0, ddof=1), strict=True)
        ]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    verdicts = [judge(claim, values, labels) for claim in preset.claims]
    lines += ["", *(f"- {sentence}" for _, sentence in verdicts), ""]
    print("\n".join(lines), f"({time.perf_counter() - start:.0f} s)\n", sep="\n", flush=True)
    return all(holds for holds, _ in verdicts), lines


INTRODUCTION = """# Presets

Experiments that make one point each (`harmony_core/experiments/presets.py`) and their results,
written by `python benchmarks/presets.py --markdown docs/presets.md`. Settings that are not named
have their default values.

The seeds of data, initial weights and order are {first} to {last}, the same for all methods; the
settings were chosen on other seeds, below 10. Each preset names in advance the two methods that a
claim compares, so a 95 % interval covers that claim alone, not all of them together.

Figures are percentages at the last epoch on a balanced test set, mean ± sample standard deviation
over {seeds} seeds. *Off the best boundary* is the share of the plane, under the balanced density,
where the decision differs from the Bayes decision. *Hard parts* is the recall, on new points, of
components that hold at most a fifth of their class.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=100)
    parser.add_argument("--only", nargs="*", choices=tuple(PRESETS))
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    seeds = Seeds(given.first, given.first, given.first, repeats=given.seeds)
    reports = [report(PRESETS[name], seeds) for name in given.only or PRESETS]
    if given.markdown is not None:
        head = INTRODUCTION.format(
            seeds=given.seeds, first=given.first, last=given.first + given.seeds - 1
        )
        text = "\n".join([head, *("\n".join(lines) for _, lines in reports)])
        given.markdown.write_text(text.rstrip() + "\n", encoding="utf-8")
    return 0 if all(holds for holds, _ in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
