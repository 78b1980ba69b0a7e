"""The named numbers of an outcome: what a lesson's text, condition or formula may use.

Methods are A, B, … in the order of the config. Shares are in percent. Numbers of a method are means
over the repeats. Classes are ranked by training samples: ``first`` is the largest, ``last`` the
rarest; ``n_1``, ``recall_A_1`` … count ranks from 1. What cannot be known of a run is absent.
"""

from __future__ import annotations

import math

import numpy as np

from ...analysis.accuracy import frame_figures, thirds
from ...analysis.boundary import disagreement
from ...analysis.intervals import mean_interval
from ...arrays import Array
from ...config import ExperimentConfig
from ...data import DATASETS
from ...data.scenarios.scenario import ScenarioSpec
from ...experiments.method_text import method_labels
from ...frames import Frame, Scene
from ...top_logits import predicted_of
from .outcome import Outcome

LETTERS = "ABCDEFGH"
HARD = 0.5
"""Gradient norm from which a sample counts as hard."""
SMALL = 0.2
"""Parts of a class with at most this share of it are its hard parts."""
PAIRED = ("balanced", "tail", "head", "differs", "hard")
"""Figures of which two methods are compared seed by seed."""


def facts(outcome: Outcome) -> dict[str, float | str]:
    """All numbers there are, by name."""
    scene, config = outcome.scenes[0], outcome.config
    found: dict[str, float | str] = dict(_of_data(scene, config))
    rows = [
        [_of_method(outcome, r, m) for m in range(len(config.methods))]
        for r in range(len(outcome.scenes))
    ]
    labels = method_labels(config.methods)
    for m, label in enumerate(labels):
        letter = LETTERS[m]
        found[f"name_{letter}"] = label
        for name in rows[0][m]:
            # NaN stays NaN: a number that one repeat lacks is not known.
            found[f"{name}_{letter}"] = float(np.mean([row[m][name] for row in rows]))
    _ranked(found, outcome)
    if len(rows) > 1:
        _over_seeds(found, rows)
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str) or math.isfinite(value)
    }


def _of_data(scene: Scene, config: ExperimentConfig) -> dict[str, float | str]:
    counts = scene.train_counts.astype(float)
    order = np.argsort(-counts, kind="stable")
    first, last, total = order[0], order[-1], counts.sum()
    found: dict[str, float | str] = {
        "classes": len(counts),
        "epochs": config.epochs,
        "repeats": config.seeds.repeats,
        "seed": config.seeds.data,
        "n_all": total,
        "n_test": float(scene.test_counts[last]),
        "n_first": counts[first],
        "n_last": counts[last],
        "share_first": 100 * counts[first] / total,
        "share_last": 100 * counts[last] / total,
        "factor": counts[first] / counts[last],
        "prior_first": math.log(counts[first] / total),
        "prior_last": math.log(counts[last] / total),
        "name_first": scene.class_names[first],
        "name_last": scene.class_names[last],
        "wrong_labels": float(scene.tracked_flipped.sum()),
    }
    if scene.bayes_accuracy is not None:
        found["bayes"] = 100 * scene.bayes_accuracy
    for rank, c in enumerate(order, start=1):
        found[f"n_{rank}"] = counts[c]
    return found


def _of_method(outcome: Outcome, repeat: int, method: int) -> dict[str, float]:
    """The numbers of one method in one repeat; NaN where there is none."""
    scene, frame = outcome.scenes[repeat], outcome.last[repeat][method]
    counts = scene.train_counts.astype(float)
    figures = {name: 100 * x for name, x in frame_figures(frame, scene.train_counts).items()}
    figures["balanced"] = figures.pop("balanced_accuracy")
    recall = 100 * frame.recall
    order = np.argsort(-counts, kind="stable")
    apart = disagreement(scene, frame.grid_class)
    curve = outcome.curves[repeat]
    best = int(np.argmax(curve[:, 1 + method]))
    return {
        **figures,
        "first": float(recall[order[0]]),
        "last": float(recall[order[-1]]),
        "skewed": float((recall * counts).sum() / counts.sum()),
        "differs": math.nan if apart is None else 100 * apart,
        "hard": hard_part(outcome.config, scene, frame),
        "effective": _effective(frame),
        "probe": 100 * float(outcome.probes[repeat][method]),
        "best": 100 * float(curve[best, 1 + method]),
        "best_epoch": float(curve[best, 0]),
        **_of_training(scene, frame),
    }


def _of_training(scene: Scene, frame: Frame) -> dict[str, float]:
    """What the tracked training samples say: recall, difficulty, weight, and that of wrong labels.

    The shares of the hard samples are of all samples of the last epoch, not of the tracked ones.
    """
    counts = scene.train_counts
    order = np.argsort(-counts, kind="stable")
    targets = scene.tracked_targets
    groups = thirds(counts)[targets]
    hit = predicted_of(frame.tracked_logits) == targets
    g = frame.tracked_grad_norm.astype(float)
    weight = frame.tracked_weight.astype(float)
    flipped = scene.tracked_flipped
    late = slice(frame.grad_counts.shape[1] // 2, None)
    hard = np.asarray(frame.grad_counts)[:, late].sum(axis=1)
    return {
        "train_tail": 100 * _mean(hit[groups == 2]),
        "train_head": 100 * _mean(hit[groups == 0]),
        "g_first": _mean(g[targets == order[0]]),
        "g_last": _mean(g[targets == order[-1]]),
        "hard_count": float(hard.sum()),
        "hard_first": 100 * float(hard[order[0]] / hard.sum()) if hard.sum() else math.nan,
        "hard_last": 100 * float(hard[order[-1]] / hard.sum()) if hard.sum() else math.nan,
        "hardness_first": 100 * float(hard[order[0]] / counts[order[0]]),
        "hardness_last": 100 * float(hard[order[-1]] / counts[order[-1]]),
        "wrong_g": _mean(g[flipped]),
        "right_g": _mean(g[~flipped]),
        "wrong_weight": _mean(weight[flipped]),
        "right_weight": _mean(weight[~flipped & np.isin(targets, targets[flipped])]),
    }


def _effective(frame: Frame) -> float:
    """Kish's effective number of samples of an epoch, (Σw)² / Σw²."""
    square = float(frame.weight_square.sum())
    return float(np.asarray(frame.grad_weights).sum()) ** 2 / square if square else math.nan


def hard_part(config: ExperimentConfig, scene: Scene, frame: Frame) -> float:
    """Mean recall in percent, on the decision grid, of those parts that hold little of their class.

    NaN for data whose classes have no such parts.
    """
    spec = DATASETS.get(config.data.name)
    if not isinstance(spec, ScenarioSpec) or not spec.rare_parts or spec.truth is None:
        return math.nan
    if scene.extent is None or frame.grid_class is None:
        return math.nan
    truth = spec.truth(config.data.params)
    small = np.flatnonzero(truth.weights <= SMALL)
    density = np.exp(truth.log_components(plane(scene.extent, len(frame.grid_class)))[:, small])
    mine = frame.grid_class.ravel()[:, None] == truth.owner[small]
    return 100 * float(((density * mine).sum(axis=0) / density.sum(axis=0)).mean())


def plane(extent: tuple[float, float, float, float], side: int) -> Array:
    """Centres of the decision grid, (side², 2), rows from the lowest y up."""
    x0, x1, y0, y1 = extent
    step = (np.arange(side) + 0.5) / side
    xs, ys = np.meshgrid(x0 + step * (x1 - x0), y0 + step * (y1 - y0))
    return np.stack([xs.ravel(), ys.ravel()], axis=1)


def _ranked(found: dict[str, float | str], outcome: Outcome) -> None:
    """Recall of every class by rank, and what each step down the ranks costs."""
    order = np.argsort(-outcome.scenes[0].train_counts, kind="stable")
    for m in range(len(outcome.config.methods)):
        recall = np.mean([row[m].recall for row in outcome.last], axis=0)
        for rank, c in enumerate(order, start=1):
            found[f"recall_{LETTERS[m]}_{rank}"] = 100 * float(recall[c])


def seed_values(outcome: Outcome) -> dict[str, tuple[float, ...]]:
    """One value for each repeat: figures of `PAIRED` by method, as ``differs_A``, and gaps.

    ``gap_balanced_BA`` is B minus A of the same repeat. Figures that a run lacks are absent.
    """
    methods = range(len(outcome.config.methods))
    rows = [[_of_method(outcome, r, m) for m in methods] for r in range(len(outcome.scenes))]
    return _by_seed(rows)


def _by_seed(rows: list[list[dict[str, float]]]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for name in PAIRED:
        table = np.array([[row[m][name] for m in range(len(row))] for row in rows])
        for a, letter in enumerate(LETTERS[: table.shape[1]]):
            found[f"{name}_{letter}"] = tuple(table[:, a].tolist())
            for b, other in enumerate(LETTERS[: table.shape[1]]):
                if a != b:
                    gap = table[:, a] - table[:, b]
                    found[f"gap_{name}_{letter}{other}"] = tuple(gap.tolist())
    return {name: values for name, values in found.items() if all(map(math.isfinite, values))}


def _over_seeds(found: dict[str, float | str], rows: list[list[dict[str, float]]]) -> None:
    """Spread and interval of each method, and of the paired differences of any two.

    A text names the two it compares beforehand, so each interval is of its own pair alone.
    """
    for key, values in _by_seed(rows).items():
        one = np.array(values)
        low, high = mean_interval(one)
        if key.startswith("gap_"):
            pair = key.removeprefix("gap_")
            found[f"wins_{pair}"] = float((one > 0).sum())
            found[key] = float(one.mean())
            found[f"gap_low_{pair}"], found[f"gap_high_{pair}"] = low, high
        else:
            name, _, letter = key.rpartition("_")
            found[f"{name}_sd_{letter}"] = float(one.std(ddof=1))
            found[f"{name}_min_{letter}"] = float(one.min())
            found[f"{name}_max_{letter}"] = float(one.max())
            found[f"{name}_low_{letter}"], found[f"{name}_high_{letter}"] = low, high


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan
