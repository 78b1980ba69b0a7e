"""Pages change experiments through `serving.access` alone, which asks whether the visitor may."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from harmony_core.runs.jobs import JobQueue
from harmony_core.runs.one_process import OneProcess
from harmony_core.runs.store import RunStore

ROOT = Path(__file__).parents[1]
READS = {
    RunStore: "list scan listed get find ids scene epochs frames damaged_frames checkpoint "
    "checkpoint_time size owner class_code pinned stop_requested locked free_bytes folder "
    "existing repeat_folder",
    JobQueue: "workers position warm ready pids counts",
    OneProcess: "command broke_off current error error_of",
}
"""The public methods that change no experiment; all others do."""
CHANGES = {
    name
    for kind, reads in READS.items()
    for name, _ in inspect.getmembers(kind, inspect.isfunction)
    if not name.startswith("_") and name not in reads.split()
} | {"open", "key"}  # of a class, which `serving.class_owners` decides on
HOLDERS = re.compile(r"(\w+\.)*(store|queue|process|runs|classroom|shared_\w+)(\(.*\))?")
EXEMPT = {
    "pages/_learn/class_seat.py": ["queue().stop"],  # of the runs of classes that are over
}
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def unasked_changes(tree: ast.Module) -> list[str]:
    """Uses of store, queue, processes and uploads that change something without asking."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CHANGES:
            if HOLDERS.fullmatch(ast.unparse(node.value)):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            found += [alias.name for alias in node.names if alias.name == "store_upload"]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_change_experiments_only_through_access(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert unasked_changes(ast.parse(path.read_text("utf-8"))) == EXEMPT.get(name, [])


@pytest.mark.parametrize(
    "code",
    [
        "store().delete(run)",
        "button(on_click=queue().stop)",
        "def f(runs): runs.save(record)",
        "process().start(request)",
        "from harmony_core.data.uploads import store_upload",
        "classroom().open()",
    ],
)
def test_the_rule_sees_a_breach(code: str) -> None:
    assert unasked_changes(ast.parse(code))


def test_the_rule_lets_the_right_way_pass() -> None:
    code = "access().delete(run)\nstore().get(run)\nqueue().position(run)"
    assert not unasked_changes(ast.parse(code))
