"""Put the results of a study where Harmony ships them, rounded and checked.

    scripts/publish-study runs/studies/quick

Into the folder of its name in ``harmony_core/studies/results`` go the study, its table without ids
of runs and texts of errors, and ``result.json``, computed from the rounded table. The results in
the README and on their page are then written again.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import HarmonyError, RunError
from ..files import make_folder, write_atomically
from .document import result_document
from .environment import Environment, environment_of
from .folder import RESULT_FILE, STUDY_FILE, TABLE_FILE, StudyFolder
from .readme import write_documents
from .results import CellResult
from .sources import source_parameter
from .study_result import RESULTS, StudyResult, read_study_result
from .table import table_csv

DIGITS = 5
"""Decimals of a figure in the table: a thousandth of a point."""
DECIMALS = 6
"""Decimals of the numbers in ``result.json``."""
ADVICE = "Free some space, then publish again."


def publish(folder: Path, results: Path = RESULTS) -> StudyResult:
    """Copy the results of the study in ``folder`` into ``results``, rounded; what was written.

    A study without finished cells, or one whose file names a path, raises `RunError`.
    """
    found = read_study_result(folder)
    if not any(cell.state == "done" for cell in found.cells):
        raise RunError(f"Expected a study with finished runs, but {found.name} has none. Train it.")
    _check_no_path(found)
    cells = [rounded(cell) for cell in found.cells]
    environment = environment_of(StudyFolder(folder).store.list())
    if environment == Environment():
        environment = found.environment
    published = replace(found, cells=tuple(cells), environment=environment)
    document = result_document(published.statistics(), environment)
    target = results / found.name
    make_folder(target, parents=True)
    for name, content in (
        (STUDY_FILE, (folder / STUDY_FILE).read_bytes()),
        (TABLE_FILE, table_csv(cells).encode()),
        (RESULT_FILE, _json(document)),
    ):
        write_atomically(target / name, content, advice=ADVICE)
    again = read_study_result(target)
    if result_document(again.statistics(), again.environment) != document:
        raise RunError(f"Expected the figures of {target} to be those of {folder}. Publish again.")
    return again


def rounded(cell: CellResult) -> CellResult:
    """A cell with rounded figures, without the id of its run and the text of its error."""
    figures = {name: round(value, DIGITS) for name, value in cell.figures.items()}
    return CellResult(cell.cell, state=cell.state, figures=figures)


def _check_no_path(found: StudyResult) -> None:
    for setting in found.study.settings:
        data = setting.config.data
        parameter = source_parameter(data.name)
        if parameter is not None and data.params.get(parameter):
            raise RunError(
                f"Expected setting {setting.name!r} to name its file by `source`, but its "
                f"`{parameter}` is {data.params[parameter]!r}. Write `source: NAME` instead."
            )


def _json(document: object) -> bytes:
    return (json.dumps(_shortened(document), indent=1, allow_nan=False) + "\n").encode()


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) and math.isfinite(value) else value


def main(arguments: Sequence[str]) -> int:
    """Publish the studies in these folders, and write the documents again; the exit code."""
    try:
        for folder in arguments:
            found = publish(Path(folder).resolve())
            done = sum(cell.state == "done" for cell in found.cells)
            sys.stdout.write(f"{found.name}: {done} of {len(found.cells)} cells are done.\n")
        write_documents()
    except HarmonyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
