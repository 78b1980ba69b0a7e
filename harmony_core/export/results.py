"""The results of an experiment as text tables, CSV and JSON."""

from __future__ import annotations

import csv
import math
from typing import IO, Any

import numpy as np

from ..analysis.accuracy import shots
from ..analysis.recall_certainty import few_samples_warning, interval_text, recall_interval
from ..analysis.seeds import frame_metrics
from ..analysis.summary import (
    SHOT_FIGURES,
    TITLES,
    MethodSummary,
    SeedValues,
    comparisons,
    shown_figures,
    summarise,
)
from ..csv_cells import number_cell, text_cell
from ..experiments.method_text import method_labels
from ..frames import Frame, Scene
from ..printable import printable
from ..runs.record import ExperimentRecord
from ..runs.results import all_frames, final_frames
from ..runs.store import RunStore
from ..text_table import text_table

LATER_COLUMNS = ("pdc", "auprc", "balanced_error")
"""Figures that CSV files of version 0.1.0 lack. They come last: all others keep their place."""


def summary_table(summaries: list[MethodSummary]) -> str:
    """A line for each method: balanced accuracy, recall of head, medium and tail, ECE, …"""
    figures = shown_figures(summaries)
    rows = [["Method", *(TITLES[name] for name in figures)]]
    rows += [[s.label, *(s[name].percent() for name in figures)] for s in summaries]
    return text_table(rows)


def shot_table(summaries: list[MethodSummary], scene: Scene) -> str:
    """A line for each method: recall of the many-, medium- and few-shot classes, a dash for none.

    Empty if all classes are in one group, as its recall is then the balanced accuracy.
    """
    classes = np.bincount(shots(scene.train_counts), minlength=3)
    if (classes > 0).sum() < 2:
        return ""
    heads = [
        f"{word} ({count} {'class' if count == 1 else 'classes'}, {bounds})"
        for word, bounds, count in zip(
            ("Many-shot", "Medium-shot", "Few-shot"), ("> 100", "20 to 100", "< 20"), classes,
            strict=True,
        )
    ]  # fmt: skip
    rows = [["Recall % by training samples", *heads]]
    rows += [[s.label, *(s[name].percent() for name in SHOT_FIGURES)] for s in summaries]
    return text_table(rows)


def recall_table(summaries: list[MethodSummary], scene: Scene) -> str:
    """A line for each class: its training and test samples, and its recall under each method.

    In parentheses the 95 % interval (Wilson) from the test samples of one repeat.
    """
    rows = [
        ["Recall % of class", "Training samples", "Test samples", *(s.label for s in summaries)]
    ]
    for c, name in enumerate(scene.class_names):
        n = int(scene.test_counts[c])
        rows.append([
            name, str(scene.train_counts[c]), str(n), *(_known(s.recall[c], n) for s in summaries)
        ])  # fmt: skip
    return text_table(rows)


def _known(recall: SeedValues, n: int) -> str:
    """A recall with the interval that ``n`` test samples leave."""
    if not n or math.isnan(recall.mean):
        return "–"
    return f"{recall.percent()} ({interval_text(recall.mean, n)})"


def data_notes(scene: Scene) -> list[str]:
    """What a reader of the figures should know of the data, one sentence or two each."""
    warning = few_samples_warning(scene.class_names, scene.test_counts)
    return [printable(note) for note in (*scene.notes, warning) if note]


def to_document(
    store: RunStore, record: ExperimentRecord, *, classes: bool = False
) -> dict[str, Any]:
    """An experiment and its results as a JSON-ready dictionary, with None in place of NaN."""
    scenes, frames = final_frames(store, record)
    summaries = summarise(scenes, frames, method_labels(record.config.methods))
    document = {**record.to_dict(), "finished_repeats": len(scenes)}
    test_counts = scenes[-1].test_counts.tolist() if classes and scenes else []
    document["methods"] = [_method_document(summary, test_counts) for summary in summaries]
    document["notes"] = data_notes(scenes[-1]) if scenes else []
    for name, values in _further_figures(scenes, frames).items():
        for method, figure in zip(document["methods"], values, strict=True):
            method[name] = _figure_document(figure)
    document["comparisons"] = [comparison.sentence() for comparison in comparisons(summaries)]
    if classes and scenes:
        document["classes"] = [
            {"name": name, "train_count": int(count), "test_count": int(tested)}
            for name, count, tested in zip(
                scenes[-1].class_names, scenes[-1].train_counts, scenes[-1].test_counts, strict=True
            )
        ]
    return document


def write_csv(store: RunStore, record: ExperimentRecord, file: IO[str]) -> None:
    """A line for each repeat, recorded epoch and method; shares are in [0, 1]."""
    first = [name for name in TITLES if name not in LATER_COLUMNS]
    labels = method_labels(record.config.methods)
    writer: Any = None
    for scene, frame in all_frames(store, record):
        if writer is None:
            classes = [f"recall {name}" for name in scene.class_names]
            tested = [f"test samples {name}" for name in scene.class_names]
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                [
                    "repeat", "epoch", "method", "lr", "train_loss", "test_loss", *first,
                    "disagreement", *classes, *LATER_COLUMNS, *tested,
                ]
            )  # fmt: skip
        figures = frame_metrics(scene, frame)
        numbers = [
            frame.lr,
            frame.train_loss,
            frame.test_loss,
            *(figures[name] for name in first),
            figures["disagreement"],
            *frame.recall,
            *(figures[name] for name in LATER_COLUMNS),
            *frame.tested,
        ]
        label = labels[frame.method]
        writer.writerow(
            [
                frame.repeat,
                frame.epoch,
                text_cell(label),
                *(number_cell(float(x)) for x in numbers),
            ]
        )


def _method_document(summary: MethodSummary, test_counts: list[int]) -> dict[str, Any]:
    document: dict[str, Any] = {"label": summary.label}
    document |= {name: _figure_document(summary[name]) for name in TITLES}
    if test_counts:
        document["recall"] = [
            {
                **_figure_document(figure),
                "test_interval": _test_interval(figure.mean, n),
            }
            for figure, n in zip(summary.recall, test_counts, strict=True)
        ]
    return document


def _test_interval(recall: float, n: int) -> list[float | None]:
    if not n or math.isnan(recall):
        return [None, None]
    return list(recall_interval(recall, n))


def _further_figures(scenes: list[Scene], frames: list[list[Frame]]) -> dict[str, list[SeedValues]]:
    """Figures that only some data have, such as the difference from Bayes, for each method."""
    rows = [
        [frame_metrics(scene, frame) for frame in row]
        for scene, row in zip(scenes, frames, strict=True)
    ]
    known = {name for row in rows for figures in row for name in figures if name not in TITLES}
    return {
        name: [SeedValues(tuple(row[m][name] for row in rows)) for m in range(len(rows[0]))]
        for name in sorted(known)
        if any(math.isfinite(figures[name]) for row in rows for figures in row)
    }


def _figure_document(figure: SeedValues) -> dict[str, Any]:
    low, high = figure.interval()
    return {
        "mean": _number(figure.mean),
        "spread": _number(figure.spread),
        "interval": [_number(low), _number(high)],
        "values": [_number(value) for value in figure.values],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
