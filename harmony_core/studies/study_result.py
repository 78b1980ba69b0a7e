"""A study with its results, read back from a folder: shipped with Harmony, or local.

The numbers come from ``table.csv`` alone, so that every figure in it can be compared, and whatever
is shown or said follows from the same cells. A folder may come from anywhere: sizes are limited,
everything is checked, and all that is wrong raises a `HarmonyError`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from ..analysis.accuracy import LOWER_IS_BETTER
from ..arrays import Array
from ..errors import ConfigError, RunError
from .environment import Environment, read_environment
from .folder import RESULT_FILE, STUDY_FILE, TABLE_FILE
from .plan import Setting, Study
from .results import CellResult
from .statistics import Figures, Statistics, statistics_of
from .study_file import FIGURES, parse_study
from .table_reading import read_table

RESULTS = Path(str(files(__package__) / "results"))
"""The results that come with Harmony, a folder for each."""
MOST_BYTES = {STUDY_FILE: 2**16, RESULT_FILE: 2**22, TABLE_FILE: 2**23}
MOST_SETTINGS = 200
ADVICE = "Restore the folder from a copy, or report the study again."


@dataclass(frozen=True)
class StudyResult:
    """A study and all of its cells."""

    name: str
    """Of its folder."""
    study: Study
    cells: tuple[CellResult, ...]
    environment: Environment

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that some cell has, the study's own first."""
        known = [
            name
            for name in FIGURES
            if any(math.isfinite(cell.figures.get(name, math.nan)) for cell in self.cells)
        ]
        own = self.study.figure
        return (own, *(name for name in known if name != own))

    def statistics(self, figure: str = "") -> Statistics:
        """The statistics of the study by one of `figures`, or by its own."""
        return statistics_of(replace(self.study, figure=figure or self.study.figure), self.cells)

    def gains(self, setting: Setting, label: str, figure: str) -> tuple[Array, Array]:
        """Seeds (s,) that have a pair, and the gain of a method over the baseline on each (s,)."""
        figures = Figures([cell for cell in self.cells if cell.cell.setting is setting])
        own = figures.of(setting, label, figure, setting.seeds)
        base = figures.of(setting, self.study.baseline, figure, setting.seeds)
        both = np.isfinite(own) & np.isfinite(base)
        sign = -1 if figure in LOWER_IS_BETTER else 1
        return np.array(setting.seeds)[both], sign * (own - base)[both]

    def typical_seed(self, setting: Setting, label: str, figure: str) -> int | None:
        """The seed whose gain is nearest to the mean gain, the first of several; None without."""
        seeds, gains = self.gains(setting, label, figure)
        if not len(seeds):
            return None
        return int(seeds[np.argmin(np.abs(gains - gains.mean()).round(9))])


BROADEST = "quick"
"""The study that README and page show first."""


def shipped_results() -> dict[str, Path]:
    """The folders of the results that come with Harmony, by name; the broadest study first."""
    folders = result_folders(RESULTS)
    return {name: folders[name] for name in sorted(folders, key=lambda name: name != BROADEST)}


def result_folders(root: Path) -> dict[str, Path]:
    """The folders in ``root`` that hold a table, by name."""
    found = sorted(root.iterdir()) if root.is_dir() else []
    return {path.name: path for path in found if (path / TABLE_FILE).is_file()}


def read_study_result(folder: Path) -> StudyResult:
    """The study in ``folder``; one that is missing, damaged or too large raises `HarmonyError`.

    Without ``result.json`` only versions and devices are unknown.
    """
    study_text = _text(folder, STUDY_FILE)
    _check_size(study_text)
    study = parse_study(study_text, folder.name)
    cells = read_table(_text(folder, TABLE_FILE), study)
    return StudyResult(folder.name, study, tuple(cells), _environment(folder))


def _environment(folder: Path) -> Environment:
    if not (folder / RESULT_FILE).exists():
        return Environment()
    try:
        document = json.loads(_text(folder, RESULT_FILE))
    except (ValueError, RecursionError) as error:
        raise RunError(
            f"Expected {RESULT_FILE} of the study {folder.name!r} to be JSON, but got: "
            f"{str(error)[:100]}. {ADVICE}"
        ) from error
    if not isinstance(document, dict):
        raise RunError(
            f"Expected {RESULT_FILE} of the study {folder.name!r} to be an object. {ADVICE}"
        )
    return read_environment(document.get("environment"))


def _text(folder: Path, name: str) -> str:
    path, most = folder / name, MOST_BYTES[name]
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise RunError(
                f"Expected {name} of the study {folder.name!r} to have at most {most:,} bytes, "
                "but got more. Divide it into several studies."
            )
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise RunError(
            f"Expected {name} of the study {folder.name!r} to be readable, but got: {reason}. "
            f"{ADVICE}"
        ) from error


def _check_size(text: str) -> None:
    """Refuse what would take long to check: aliases, which repeat a part, and many settings."""
    import yaml  # type: ignore[import-untyped]

    try:
        repeats = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text))
        values = None if repeats else yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return  # `parse_study` says what is wrong
    if repeats:
        raise ConfigError("Expected a study without YAML aliases (*name). Write the part out.")
    settings = values.get("settings") if isinstance(values, dict) else None
    count = 0
    for setting in settings if isinstance(settings, list) else ():
        factors = setting.get("factors") if isinstance(setting, dict) else None
        count += len(factors) if isinstance(factors, list) else 1
    if count > MOST_SETTINGS:
        raise ConfigError(
            f"Expected a study of at most {MOST_SETTINGS} settings, but got {count}. "
            "Divide it into several studies."
        )
