"""How long an embedding takes, how well it agrees with the network, and how stable it is.

    python benchmarks/embedding.py                        # digits-LT, then speed; prints Markdown
    python benchmarks/embedding.py --cifar cifar10.zip    # also CIFAR-10-LT, from local images
    python benchmarks/embedding.py --points 2000 --skip AlignedUMAP

Cold is a fresh process up to its first picture, with imports and compilation; warm is a further
picture in the same process. CPU seconds sum over all threads and depend little on the machine's
load. All ways get the same vectors, with 15 neighbours and min_dist 0.1; the baselines are timed
without regions and figures, ours with and without.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks._markdown_table import print_table
from harmony_core.arrays import Array

WAYS = ("ours", "ours, layout only", "UMAP", "UMAP, refit from last", "AlignedUMAP")
LOSSES = ("ce", "balanced_softmax", "harmonized")
CLASSES, WIDTH, SNAPSHOTS = 10, 64, 3
STAYED = 0.5
"""A dot stayed if this Jaccard overlap of its neighbours is reached: two thirds of them."""


def snapshots(n: int) -> list[tuple[Array, Array, Array]]:
    """Features, logits and labels of a synthetic training: clouds that drift apart."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, n)
    centres = rng.normal(size=(CLASSES, WIDTH))
    noise = rng.normal(size=(n, WIDTH))
    made = []
    for epoch in range(SNAPSHOTS):
        features = noise + (0.3 + 0.1 * epoch) * centres[labels]
        made.append((features.astype(np.float32), (features @ centres.T / 8), labels))
    return made


def vectors(features: Array, logits: Array) -> Array:
    from harmony_core.analysis.embedding.features import mixed, probabilities

    return mixed(features, probabilities(logits), 0.3)


Layouts = Callable[[Sequence[tuple[Array, Array]]], list[Array]]


def plain_umap(seed: int | None = 0, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap
    return umap.UMAP(n_neighbors=15, min_dist=0.1, random_state=seed, **options)


def fit(parts: Sequence[tuple[Array, Array]]) -> list[Array]:
    """Plain umap on every snapshot."""
    return [plain_umap().fit_transform(vectors(*part)) for part in parts]


def refit(parts: Sequence[tuple[Array, Array]]) -> list[Array]:
    """umap on every snapshot, started from the layout of the one before."""
    found: list[Array] = []
    for part in parts:
        options = {"init": found[-1]} if found else {}
        found.append(plain_umap(**options).fit_transform(vectors(*part)))
    return found


def aligned(parts: Sequence[tuple[Array, Array]]) -> list[Array]:
    """AlignedUMAP, which needs all snapshots at once."""
    plain_umap()
    from umap import AlignedUMAP

    rows = [vectors(*part) for part in parts]
    if len(rows) == 1:
        rows = [rows[0], rows[0]]
    same = {i: i for i in range(len(rows[0]))}
    made = AlignedUMAP(n_neighbors=15, min_dist=0.1, random_state=0)
    made.fit(rows, relations=[same] * (len(rows) - 1))
    return [np.asarray(e) for e in made.embeddings_][: len(parts)]


def chained(parts: Sequence[tuple[Array, Array]]) -> list[Array]:
    """Ours without regions and figures."""
    from harmony_core.analysis.embedding.layout import Placed, lay_out, start_positions, task

    found: list[Array] = []
    before: Placed | None = None
    for epoch, part in enumerate(parts):
        rows = vectors(*part)
        one = task(rows, 15, before)
        start = None if before else start_positions(rows, 0)
        found.append(lay_out([one], start, 0, epoch, 0.1)[0])
        before = Placed(found[-1], one.index)
    return found


def movie(parts: Sequence[tuple[Array, Array]]) -> list[Array]:
    """Ours as the app makes it, with regions and figures."""
    from harmony_core.analysis.embedding import EmbeddingMovie, Landmarks, View

    n, c = parts[0][1].shape
    marks = Landmarks(np.arange(n) % c, np.ones(n, dtype=bool), np.arange(c, 0, -1))
    made = EmbeddingMovie(marks)
    return [made.step(i, [View(*part)]).panels[0].positions for i, part in enumerate(parts)]


MAKE: dict[str, Layouts] = dict(zip(WAYS, (movie, chained, fit, refit, aligned), strict=True))


def one_way(way: str, n: int) -> None:
    """Measure one way in this fresh process and print JSON."""
    parts = [(features, logits) for features, logits, _ in snapshots(n)]
    warnings.simplefilter("ignore")
    marks = [clock()]
    MAKE[way](parts[:1])
    marks.append(clock())
    MAKE[way](parts[:1])
    marks.append(clock())
    MAKE[way](parts)
    marks.append(clock())
    cold, first, more = ([b - a for a, b in zip(x, y, strict=True)] for x, y in pairwise(marks))
    later = [(a - b) / (SNAPSHOTS - 1) for a, b in zip(more, first, strict=True)]
    if way in ("UMAP", "AlignedUMAP"):
        later = [a / (2 if way == "AlignedUMAP" else 1) for a in first]
    print(json.dumps({"cold": cold, "first": first, "later": later}))


def clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def speed(points: Sequence[int], skip: Sequence[str]) -> None:
    print("\n## Seconds\n")
    print_table(
        ("way", "points", "cold", "first picture, warm", "later picture, warm"),
        ((way, f"{n:,}", *seconds(way, n)) for n in points for way in WAYS if way not in skip),
    )
    print("Wall clock; CPU seconds in brackets.")


def seconds(way: str, n: int) -> tuple[str, ...]:
    """Wall and CPU seconds of one way in a fresh process: cold, first and later picture."""
    command = [sys.executable, __file__, "--one", way, "--points", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1:]}", "", ""
    found = json.loads(done.stdout.splitlines()[-1])
    return tuple(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in found.values())


def train(
    data: str, epochs: int, keep: int, *, factor: float = 50.0, **params: Any
) -> tuple[Any, list[list[Any]]]:
    """The scene of one run of the three losses, and the frames of about ``keep`` epochs."""
    from harmony_core.config import (
        DataConfig,
        ExperimentConfig,
        MethodConfig,
        ModelConfig,
        RecordConfig,
    )
    from harmony_core.data import build_dataset
    from harmony_core.experiments.complete import complete
    from harmony_core.training.lockstep import Lockstep

    config = complete(
        ExperimentConfig(
            data=DataConfig(data, params, imbalance_factor=factor),
            model=ModelConfig("small_cnn"),
            methods=tuple(MethodConfig(loss) for loss in LOSSES),
            epochs=epochs,
            device="cpu",
            record=RecordConfig(every=max(1, epochs // keep), tracked=10, embedding=True),
        )
    )
    dataset = build_dataset(config.data, config.seeds.data)
    started = time.perf_counter()
    run = Lockstep(config, dataset)
    frames = [frames for frames in run.run() if frames]
    counts = run.scene().train_counts
    print(
        f"\n{data}: {counts.sum():,} training images ({counts.max():,} to {counts.min():,}), "
        f"{run.scene().test_counts.sum():,} for testing, {time.perf_counter() - started:.0f} s"
    )
    return run.scene(), frames


def still(before: Array, after: Array, kept: Array) -> float:
    """Median move of dots that kept their neighbours, in radii, after the best rotation."""
    from harmony_core.analysis.embedding.features import radius_of
    from harmony_core.analysis.embedding.layout import turned_onto

    moved = np.linalg.norm(turned_onto(after, before) - before, axis=1)[kept >= STAYED]
    return float(np.median(moved) / radius_of(after)) if len(moved) else float("nan")


def quality(scene: Any, frames: list[list[Any]], skip: Sequence[str]) -> None:
    """Agreement and stability of every way over the epochs of the first method."""
    from harmony_core.analysis.embedding.features import probabilities
    from harmony_core.analysis.embedding.fidelity import agreement, trustworthiness
    from harmony_core.analysis.embedding.neighbours import nearest, overlap
    from harmony_core.analysis.embedding.regions import read_map
    from harmony_core.runs.embedding.store import landmarks_of

    marks = landmarks_of(scene)
    parts = [(f[-1].landmark_features.astype(np.float32), f[-1].landmark_logits) for f in frames]
    near = [nearest(vectors(*part), 15).index for part in parts]
    kept = [overlap(a, b) for a, b in pairwise(near)]
    print(f"\n## Agreement and stability: {LOSSES[-1]}, {len(marks.targets)} samples, "
          f"{len(parts)} epochs\n")  # fmt: skip

    def row(way: str) -> tuple[str, ...]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layouts = MAKE[way](parts)
        shares, trust = [], []
        for (features, logits), dots in zip(parts, layouts, strict=True):
            p = probabilities(logits)
            answer = read_map(dots, dots, p, leave_out_self=True)
            shares.append(agreement(marks, p.argmax(axis=1), answer))
            trust.append(trustworthiness(features, dots))
        rates = [np.nanmean([s[name].rate for s in shares]) for name in ("all", "tail", "errors")]
        moves = [still(a, b, k) for a, b, k in zip(layouts, layouts[1:], kept, strict=False)]
        return (
            way.replace(", layout only", ""),
            *(f"{100 * rate:.1f} %" for rate in rates),
            f"{np.mean(trust):.3f}",
            f"{100 * np.nanmean(moves):.1f} %",
        )

    print_table(
        ("way", "agrees", "tail", "errors", "trustworthiness", "moves"),
        (row(way) for way in WAYS[1:] if way not in skip),
    )
    print(
        "Means over the epochs. Moves: median of dots that kept two thirds of their neighbours, "
        "in % of the map's radius, after the best rotation."
    )


def fidelity(title: str, scene: Any, frames: list[list[Any]]) -> None:
    """The last epoch's figures for each loss, with λ = 0.3 and 0."""
    print(f"\n## Fidelity: {title}\n")
    heads = (
        "loss", "λ", "balanced accuracy", "agrees", "tail", "errors", "clear", "pale",
        "trustworthiness", "silhouette head / medium / tail",
    )  # fmt: skip
    print_table(heads, fidelity_rows(scene, frames))


def fidelity_rows(scene: Any, frames: list[list[Any]]) -> Iterator[tuple[str, ...]]:
    from harmony_core.analysis.embedding import EmbeddingMovie, EmbeddingSettings, View
    from harmony_core.runs.embedding.store import landmarks_of

    for mixing in (0.3, 0.0):
        made = EmbeddingMovie(landmarks_of(scene), EmbeddingSettings(mixing=mixing))
        for row in frames:
            views = [
                View(f.landmark_features, f.landmark_logits, LOSSES[f.method], f.method,
                     f.balanced_accuracy) for f in row
            ]  # fmt: skip
            picture = made.step(row[0].epoch, views)
        for panel in picture.panels:
            shown = panel.fidelity
            shares = [shown.agreement[k].percent() for k in
                      ("all", "tail", "errors", "clear", "pale")]  # fmt: skip
            apart = [f"{shown.silhouette.get(k, np.nan):.2f}" for k in ("head", "medium", "tail")]
            yield (
                panel.label, f"{mixing:g}", f"{100 * (shown.balanced_accuracy or 0):.1f} %",
                *shares, f"{shown.trustworthiness:.3f}", " / ".join(apart),
            )  # fmt: skip


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--points", type=int, nargs="+", default=[2000, 10_000])
    ask.add_argument("--skip", nargs="*", default=[], choices=[*WAYS, "speed", "digits"])
    ask.add_argument("--cifar", default="", help="ZIP archive or folder of CIFAR-10's images")
    ask.add_argument("--epochs", type=int, default=4, help="epochs on CIFAR-10-LT")
    ask.add_argument("--one", default="", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.one:
        one_way(given.one, given.points[0])
        return
    import torch

    torch.set_num_threads(2)
    print(f"# Embedding benchmark\n\n{os.cpu_count()} CPU cores, Python {sys.version.split()[0]}")
    if "digits" not in given.skip:
        scene, frames = train("digits", 60, 12)
        quality(scene, frames, given.skip)
        fidelity("digits-LT, factor 50, small CNN, 60 epochs, seeds 0", scene, frames)
    if given.cifar:
        scene, frames = train(
            "cifar10-lt", given.epochs, given.epochs, archive=given.cifar, factor=100.0
        )
        fidelity(
            f"CIFAR-10-LT, factor 100, small CNN, {given.epochs} epochs, seeds 0", scene, frames
        )
    if "speed" not in given.skip:
        speed(given.points, given.skip)


if __name__ == "__main__":
    main()
