"""An experiment as CSV tables: a folder or a ZIP of them.

- ``metrics.csv``: a line for each repeat, recorded epoch and method: the figures of the curves.
- ``classes.csv``: also for each class: recall, mean weight, effective samples, norm of its row,
  test samples, and the 95 % interval of the recall that they leave (Wilson).
- ``samples.csv``: weight and gradient norm of every tracked sample.
- ``histograms.csv``: samples, their weights and their weights × gradient norms (``pull``), by class
  and bin of the gradient norm.
- ``densities.csv``: the loss's own density and weights by class and unit region.

Text that a spreadsheet could take for a formula begins with an apostrophe. Numbers have 6
significant digits; a missing number is an empty cell.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from ..analysis.recall_certainty import recall_interval
from ..csv_cells import number_cell, text_cell
from ..errors import RunError
from ..experiments.method_text import method_labels
from ..files import write_atomically
from ..frames import Frame, Scene
from ..runs.record import ExperimentRecord
from ..runs.results import all_frames
from ..runs.store import RunStore
from .results import write_csv

Row = Sequence[object]
KEY_COLUMNS = ("repeat", "epoch", "method")
TABLES = ("metrics", "classes", "samples", "histograms", "densities")
COLUMNS: dict[str, tuple[str, ...]] = {
    "classes": (
        "class", "train_count", "recall", "mean_weight",
        "inter_weight", "effective_samples", "head_norm", "test_count", "recall_low",
        "recall_high",
    ),
    "samples": ("row", "class", "flipped", "weight", "grad_norm"),
    "histograms": ("class", "low", "high", "count", "weight", "pull"),
    "densities": ("class", "low", "high", "density", "weight"),
}  # fmt: skip


def write_tables(
    store: RunStore, record: ExperimentRecord, target: Path, tables: Iterable[str] = TABLES
) -> list[str]:
    """Write tables into the folder ``target``, or into the ZIP file of that name.

    Returns the names of the files. Raises `RunError` if no epoch has been recorded or ``target``
    cannot be written to.
    """
    target, names = Path(target), list(tables)
    if not store.epochs(record.id, 0):
        raise RunError(
            f"Expected experiment {record.id} to have recorded an epoch, but it has not. "
            "Wait for its first epoch, or resume it."
        )

    def table(name: str, raw: IO[bytes]) -> None:
        with _text(raw) as file:
            _write(store, record, name, file)

    def archive(raw: IO[bytes]) -> None:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                with packed.open(f"{name}.csv", "w") as entry:
                    table(name, entry)

    write = partial(write_atomically, parents=True, advice="Name another file or folder.")
    if target.suffix.lower() == ".zip":
        write(target, archive)
    else:
        for name in names:
            write(target / f"{name}.csv", partial(table, name))
    return [f"{name}.csv" for name in names]


def _write(store: RunStore, record: ExperimentRecord, name: str, file: IO[str]) -> None:
    if name == "metrics":
        write_csv(store, record, file)
        return
    labels = method_labels(record.config.methods)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*KEY_COLUMNS, *COLUMNS[name]])
    for scene, frame in all_frames(store, record):
        key = [str(frame.repeat), str(frame.epoch), text_cell(labels[frame.method])]
        for row in _rows(name, scene, frame):
            writer.writerow([*key, *map(_cell, row)])


def _rows(name: str, scene: Scene, frame: Frame) -> Iterator[Row]:
    return {
        "classes": _classes,
        "samples": _samples,
        "histograms": _histograms,
        "densities": _densities,
    }[name](scene, frame)


def _classes(scene: Scene, frame: Frame) -> Iterator[Row]:
    weights = frame.grad_weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = weights**2 / frame.weight_square
    inter = np.full(len(weights), np.nan) if frame.inter_weight is None else frame.inter_weight
    recall, mean_weight, test_counts = frame.recall, frame.mean_weight, frame.tested
    for c, name in enumerate(scene.class_names):
        tested = int(test_counts[c])
        low, high = recall_interval(recall[c], tested) if tested else (np.nan, np.nan)
        yield (
            name, int(scene.train_counts[c]), recall[c], mean_weight[c],
            inter[c], effective[c], frame.head_norms[c], tested, low, high,
        )  # fmt: skip


def _samples(scene: Scene, frame: Frame) -> Iterator[Row]:
    for i, row in enumerate(scene.tracked_index):
        yield (
            int(row), scene.class_names[scene.tracked_targets[i]],
            int(scene.tracked_flipped[i]), frame.tracked_weight[i], frame.tracked_grad_norm[i],
        )  # fmt: skip


def _histograms(scene: Scene, frame: Frame) -> Iterator[Row]:
    edges = np.linspace(0, 1, frame.grad_counts.shape[1] + 1)
    counts, weights, pulls = (
        np.asarray(table) for table in (frame.grad_counts, frame.grad_weights, frame.grad_pull)
    )
    for c, name in enumerate(scene.class_names):
        for b in np.flatnonzero(counts[c]):
            yield (
                name, edges[b], edges[b + 1], int(counts[c, b]), weights[c, b], pulls[c, b]
            )  # fmt: skip


def _densities(scene: Scene, frame: Frame) -> Iterator[Row]:
    if frame.density is None or frame.regions is None or frame.region_weight is None:
        return
    for c, name in enumerate(scene.class_names):
        regions = int(frame.regions[c])
        for u in range(regions):
            yield (
                name, u / regions, (u + 1) / regions, frame.density[c, u], frame.region_weight[c, u]
            )  # fmt: skip


def _cell(value: object) -> str:
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, int):
        return str(value)
    return "" if value is None else number_cell(float(value))  # type: ignore[arg-type]


@contextmanager
def _text(raw: IO[bytes]) -> Iterator[IO[str]]:
    """A text file that writes into a binary one, which stays open."""
    file = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
    yield file
    file.flush()
    file.detach()
