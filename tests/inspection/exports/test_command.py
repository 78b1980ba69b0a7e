"""Files to take along from the shell and from the worker process; one entry adds a form."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.inspection.command import add_parser
from harmony_core.inspection.exports import EXPORTS
from harmony_core.inspection.exports.choice import Choice
from harmony_core.inspection.exports.export import Export
from harmony_core.inspection.process.job import Job
from harmony_core.inspection.process.worker import ExportRequest, Request
from harmony_core.inspection.quality.finding import Quality
from harmony_core.readers.contents import Contents


def flipped(path: Path) -> pd.DataFrame:
    """Two clouds apart; three labels are wrong, and two rows stand twice."""
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame(rng.normal(6 * c, 1, (n, 2)), columns=["x", "y"]).assign(kind=name)
        for c, (name, n) in enumerate((("common", 150), ("rare", 50)))
    ]
    table = pd.concat([*parts, parts[0].iloc[40:42]], ignore_index=True)
    table.loc[[5, 6, 7], "kind"] = "rare"
    table.to_csv(path, index=False)
    return table


def command(*arguments: Any) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    given = parser.parse_args(["inspect", *map(str, arguments)])
    code: int = given.command(given)
    return code


def test_the_shell_writes_what_is_marked_and_a_copy_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, flagged, clean = (tmp_path / name for name in ("a.csv", "flagged.parquet", "clean.csv"))
    table = flipped(path)
    assert command(path, "--flagged", flagged, "--clean", clean) == 0
    said = capsys.readouterr().err
    marks = pd.read_parquet(flagged)
    suspects = marks[marks["check"] == "suspects"]
    assert {5, 6, 7} <= set(suspects["index"])
    assert suspects["suggested_label"].notna().all()
    lines, copied = path.read_text().splitlines(), clean.read_text().splitlines()
    assert copied == [line for i, line in enumerate(lines, -1) if i not in set(suspects["index"])]
    before = int((table["kind"] == "rare").sum())
    removed = int((suspects["label"] == "rare").sum())
    assert f"'rare': {before} before, {removed} left out" in said


def test_the_shell_writes_marks_that_a_result_file_does_not_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harmony_core.inspection.quality import flagged

    monkeypatch.setattr(flagged.flag, "__defaults__", (2,))
    path, target = tmp_path / "a.csv", tmp_path / "flagged.csv"
    flipped(path)
    assert command(path, "--flagged", target, "--quiet") == 0
    assert len(pd.read_csv(target)) > 2


def test_what_the_copy_leaves_out_is_chosen(tmp_path: Path) -> None:
    path, clean = tmp_path / "a.csv", tmp_path / "clean.csv"
    table = flipped(path)
    options = ("--drop", "exact_duplicates", "--relabel", "suspects", "--quiet")
    assert command(path, "--clean", clean, *options) == 0
    copy = pd.read_csv(clean)
    assert len(copy) == len(table) - 2
    assert copy.loc[[5, 6, 7], "kind"].tolist() == ["common"] * 3


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--clean", "a.csv"], "never changed"),
        (["--clean", "clean.csv", "--drop", "nothing"], "'nothing'"),
        (["--drop", "suspects"], "together with --clean"),
        (["--flagged", "flagged.csv", "--fast"], "without --fast"),
        (["--fiftyone", "labels.json"], "images for --fiftyone"),
        (["--flagged", "flagged.exe"], ".csv or .parquet"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    flipped(tmp_path / "a.csv")
    assert command("a.csv", "--quiet", *options) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_the_worker_writes_from_its_result(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table = flipped(path)
    request = Request(str(path), str(tmp_path / "found.npz"))
    wanted = ExportRequest("clean", str(tmp_path / "clean.csv"), ("exact_duplicates",), ())
    for asked in (request, replace(request, export=wanted)):
        assert Request.from_json(asked.to_json()) == asked
        job = Job(asked)
        assert job.wait(300)
        assert job.status.state == "done", job.status.error
    assert "Leaves out 2 of 202 samples" in job.status.message
    assert len(pd.read_csv(tmp_path / "clean.csv")) == len(table) - 2
    job = Job(replace(request, export=replace(wanted, target=str(path))))
    assert job.wait(300)
    assert (job.status.state, "never changed" in job.status.error) == ("failed", True)


def test_one_entry_adds_a_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(
        file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
    ) -> list[str]:
        file.write(f"{contents.labels.rows} rows".encode())
        return ["Counted."]

    count = Export("row_count", "Row count", "the number of rows", ("txt",), ("table",), write)
    monkeypatch.setitem(EXPORTS, "row_count", count)
    flipped(tmp_path / "a.csv")
    assert command(tmp_path / "a.csv", "--row-count", tmp_path / "n.txt", "--quiet") == 0
    assert (tmp_path / "n.txt").read_text() == "202 rows"
