"""Broken and hostile files: one clear message each, nothing written, the process alive."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file, read_file
from harmony_core.inspection.command import add_parser
from harmony_core.inspection.report.document import to_json
from harmony_core.inspection.report.files import classes_csv
from harmony_core.inspection.report.html import report_html

from . import hostile_archives, hostile_tables
from .hostile import BODY, READ, REFUSED

assert hostile_archives
assert hostile_tables


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(READ) >= 100


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_one_clear_message(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build, says = REFUSED[name]
    path = build(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError) as caught:
        read_file(path).close()
    message = str(caught.value)
    assert says in message
    assert message.startswith("Expected ")
    assert len(message) < 500
    assert message.isprintable()
    assert sorted(tmp_path.rglob("*")) == before
    if "\0" not in str(path):
        parser = argparse.ArgumentParser()
        add_parser(parser.add_subparsers())
        given = parser.parse_args(["inspect", str(path), "--fast", "--quiet"])
        assert given.command(given) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1


@pytest.mark.parametrize("name", READ)
def test_it_is_read_for_what_it_is(name: str, tmp_path: Path) -> None:
    build, holds = READ[name]
    path = build(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    contents = read_file(path)
    assert holds(contents), (contents.labels.names[:5], contents.labels.counts, contents.notes)
    contents.close()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", READ)
def test_it_is_looked_through_to_the_end(name: str, tmp_path: Path) -> None:
    """What could be read can be checked, reported and written, however odd it is."""
    path = READ[name][0](tmp_path)
    before = sorted(tmp_path.rglob("*"))
    found = inspect_file(path)
    assert json.loads(to_json(found))["classes"]
    assert classes_csv(found).count("\r\n") > 1
    assert report_html(found)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_label_of_ones_choice_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x,label\n" + "".join(f"u{i},{i}.5,{i % 2}\n" for i in range(200)))
    with pytest.raises(DataError, match="different"):
        read_file(path, label="id")
    with pytest.raises(DataError, match="measurements|different"):
        read_file(path, label="x")


def test_nothing_heavy_is_imported_to_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(BODY)
    code = (
        "import sys; from harmony_core.inspection import inspect_file\n"
        f"inspect_file({str(path)!r}, quality=False)\n"
        "import harmony_core.inspection.command\n"
        "print([m for m in ('torch', 'sklearn', 'cleanlab', 'pandas', 'scipy') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]", done.stderr
