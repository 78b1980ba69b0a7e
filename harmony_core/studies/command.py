"""`python -m harmony_core study FILE`: train a study, or go on with it, and report.

Results go to stdout, progress and errors to stderr. Exit codes: 0 all cells are done; 1 a cell has
failed; 130 stopped by Ctrl-C, the same command goes on. Errors are left to the command line.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..command_name import as_called
from ..errors import ConfigError, RunError
from ..extras import require
from ..files import write_atomically
from ..parameters import choose
from .document import result_document
from .environment import environment_of
from .folder import RESULT_FILE, STUDY_FILE, StudyFolder, default_folder
from .plan import Study
from .progress import Progress
from .report import as_markdown, as_text
from .results import CellResult
from .shipped_studies import shipped_studies
from .sources import check_sources, find_sources
from .statistics import Statistics, statistics_of
from .study_file import read_study
from .train import Runner, StudyTraining

DONE, FAILED, STOPPED = 0, 1, 130
MOST_WORKERS = 64
EPILOG = """\
examples:
  python -m harmony_core study quick                    # one that comes with Harmony
  python -m harmony_core study mine.yaml --workers 4
  python -m harmony_core study cifar-cpu --source cifar10=images.zip
  python -m harmony_core study mine.yaml --scheduler tcp://10.0.0.1:8786
  python -m harmony_core study mine.yaml --report --markdown result.md

A study is kept in a folder and resumes where it stopped; what the file adds later is trained next.
"""


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `study` to the subcommands of a parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "study",
        help="Train many settings, methods and seeds, and compare them.",
        description="Trains every method on every seed of every setting of a study, and compares "
        "the methods with one baseline. A study can be stopped and resumed.",
        epilog=as_called(EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=study)
    add = parser.add_argument
    add("file", nargs="?", metavar="FILE", help="YAML file, name of a study, or its folder")
    add("--folder", metavar="DIR", help="where to keep it (default: studies/NAME among the runs)")
    add("--only", action="append", metavar="SETTING", help="train only this setting; repeatable")
    add("--workers", type=int, metavar="N", help="processes (default: one for each core, 1 for "
        "`device: cuda`)")  # fmt: skip
    add("--scheduler", metavar="ADDRESS", help="train on the cluster of this dask scheduler")
    add("--source", action="append", metavar="NAME=PATH", help="path of the file of a data set")
    add("--sources", metavar="DIR", help="folder with the files of the data sets, by name")
    add("--report", action="store_true", help="train nothing; compute table and result anew")
    add("--markdown", metavar="FILE", help="write the report as Markdown too")
    add("--list", action="store_true", help="list the studies that come with Harmony")
    add("--json", action="store_true", help="print the result as one JSON document")
    add("--quiet", action="store_true", help="no progress")
    return parser


def study(given: argparse.Namespace) -> int:
    """Do what the parsed arguments say; returns the exit code."""
    require("study")
    if given.list:
        return _list(given.json)
    if given.file is None:
        raise ConfigError("Expected a study, but got none. `study --list` shows those there are.")
    path, folder = _locate(given)
    plan = read_study(path)
    only = _only(plan, given.only or [])
    sources = find_sources(plan, given.source or [], given.sources, folder.sources())
    if given.report:
        if not folder.path.is_dir():
            raise RunError(f"Expected the folder of a study, but {folder.path} does not exist.")
        training = StudyTraining(plan, folder, sources)
        return _report(given, plan, folder, training.write_table(), stopped=False)
    chosen = [setting for setting in plan.settings if not only or setting.name in only]
    check_sources(chosen, sources, plan.get)
    runner = _runner(given, plan, folder)
    folder.make()
    progress = Progress(quiet=given.quiet)
    with folder.training(), _termination_interrupts():
        folder.write(STUDY_FILE, path.read_bytes())
        folder.save_sources(sources)
        training = StudyTraining(plan, folder, sources, progress)
        stopped = False
        try:
            cells = training.train(runner(), only)
        except KeyboardInterrupt:
            stopped = True
            cells = training.write_table()
        finally:
            progress.close()
        return _report(given, plan, folder, cells, stopped=stopped)


def _list(as_json: bool) -> int:
    found = {name: read_study(path).title for name, path in shipped_studies().items()}
    lines = (f"{name:<12}{title}" for name, title in found.items())
    sys.stdout.write((json.dumps(found, indent=1) if as_json else "\n".join(lines)) + "\n")
    return DONE


def _locate(given: argparse.Namespace) -> tuple[Path, StudyFolder]:
    """The study's file and its folder, from a file, the name of a study, or a folder."""
    path = Path(given.file)
    if path.is_dir():
        folder = StudyFolder(Path(given.folder) if given.folder else path)
        return path / STUDY_FILE, folder
    shipped = shipped_studies()
    if not path.exists():
        if given.file not in shipped:
            raise ConfigError(
                f"Expected the file of a study or the name of one ({', '.join(shipped)}), "
                f"but got {given.file!r}."
            )
        path = shipped[given.file]
    return path, StudyFolder(Path(given.folder) if given.folder else default_folder(path.stem))


def _only(plan: Study, names: Sequence[str]) -> list[str]:
    for name in names:
        choose(name, dict.fromkeys(s.name for s in plan.settings), "--only")
    return list(names)


def _runner(given: argparse.Namespace, plan: Study, folder: StudyFolder) -> Callable[[], Runner]:
    """What makes the runner that the flags ask for."""
    if given.workers is not None and not 1 <= given.workers <= MOST_WORKERS:
        raise ConfigError(
            f"Expected --workers to be from 1 to {MOST_WORKERS}, but got {given.workers}."
        )
    if given.scheduler is not None:
        from .cluster import ClusterRunner

        return lambda: ClusterRunner(folder.store, given.scheduler)
    from .local import MOST_BY_DEFAULT, LocalRunner, cores

    on_gpu = any(setting.config.device == "cuda" for setting in plan.settings)
    workers = given.workers or (1 if on_gpu else min(cores(), MOST_BY_DEFAULT))
    return lambda: LocalRunner(folder.store, workers)


def _report(
    given: argparse.Namespace,
    plan: Study,
    folder: StudyFolder,
    cells: Sequence[CellResult],
    *,
    stopped: bool,
) -> int:
    """Write ``result.json``, print the report and what has failed; the exit code."""
    statistics = statistics_of(plan, cells)
    document = result_document(statistics, environment_of(folder.store.list()))
    folder.write_json(RESULT_FILE, document)
    if given.markdown:
        text = as_markdown(statistics)
        write_atomically(Path(given.markdown), text.encode(), advice="Name another file.")
    _print(given, statistics, document)
    failed = [cell for cell in cells if cell.state == "failed"]
    for cell in failed:
        setting, method = cell.cell.setting.title, cell.cell.method.label
        sys.stderr.write(f"Failed: {setting}, seed {cell.cell.seed}, {method}: {cell.error}\n")
    if stopped:
        sys.stderr.write(
            f"Stopped with {statistics.done} of {statistics.cells} cells done, in {folder.path}. "
            "Give the same command again to go on.\n"
        )
        return STOPPED
    if not given.json:
        sys.stderr.write(f"The study is in {folder.path}.\n")
    return FAILED if failed else DONE


def _print(given: argparse.Namespace, statistics: Statistics, document: object) -> None:
    if given.json:
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
    else:
        sys.stdout.write(as_text(statistics) + "\n")


@contextmanager
def _termination_interrupts() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
