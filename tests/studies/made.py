"""A study on disk with values made up by a formula, as if it had been trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harmony_core.studies.folder import STUDY_FILE, TABLE_FILE
from harmony_core.studies.plan import Cell, Study
from harmony_core.studies.results import CellResult
from harmony_core.studies.study_file import parse_study
from harmony_core.studies.table import table_csv

TEXT = """\
title: {title}
device: cpu
baseline: balanced_softmax
record: {{grid: 160}}
seeds: {{first: 500, count: 4}}
methods: [ce, balanced_softmax, harmonized]
settings:
  - {{data: spirals, factors: [50], epochs: 20}}
  - {{data: clouds, factors: [10, 50], epochs: 20}}
"""


def made_study(title: str = "Made") -> Study:
    return parse_study(TEXT.format(title=title))


def made_cells(study: Study) -> list[CellResult]:
    """Cross-entropy clearly worse, the harmonized loss a little better, noise between the seeds."""
    found = []
    for s, setting in enumerate(study.settings):
        for seed in setting.seeds:
            for m, method in enumerate(setting.methods):
                noise = ((7 * seed + 3 * s + 5 * m) % 11) / 1000
                value = (0.6, 0.8, 0.803)[m] + noise
                figures = {
                    "balanced_accuracy": value,
                    "head": 0.9,
                    "tail": value - 0.2,
                    "disagreement": 1 - value,
                    "test_loss": 2 - value,
                }
                figures = {name: round(figure, 6) for name, figure in figures.items()}
                cell = Cell(setting, seed, method)
                found.append(CellResult(cell, run_id="a-run", state="done", figures=figures))
    return found


def write_made(folder: Path, title: str = "Made", done: bool = True) -> Study:
    """Write study and table into ``folder``; unless ``done``, nothing in it is trained."""
    study = made_study(title)
    cells = made_cells(study)
    if not done:
        cells = [replace(cell, state="missing", figures={}) for cell in cells]
    folder.mkdir(parents=True)
    (folder / STUDY_FILE).write_text(TEXT.format(title=title))
    (folder / TABLE_FILE).write_text(table_csv(cells))
    return study
