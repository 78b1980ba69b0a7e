"""`python -m harmony_core study` as a user gives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import harmony_core.training.lockstep
from harmony_core import cli
from harmony_core.errors import RunError
from harmony_core.runs import RunStore
from harmony_core.studies.folder import StudyFolder

from .small import study_text, train


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A study that is trained already, so that the command has only to report."""
    path = tmp_path / "mine.yaml"
    path.write_text(study_text())
    return path


@pytest.fixture
def trained(file: Path, runs_folder: Path) -> Path:
    from harmony_core.studies.study_file import read_study

    folder = runs_folder / "studies" / "mine"
    train(read_study(file), folder)
    return folder


def test_a_finished_study_reports_at_once(
    file: Path, trained: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    markdown = tmp_path / "result.md"
    assert cli.main(["study", str(file), "--markdown", str(markdown)]) == 0
    out, err = capsys.readouterr()
    assert "Trainings: all 4 have finished." in out
    assert "Gain over Cross-entropy" in out
    assert str(trained) in err
    assert markdown.read_text().startswith("## Small\n")
    document = json.loads((trained / "result.json").read_text())
    assert document["cells"] == {"done": 4}
    assert (trained / "study.yaml").read_text() == file.read_text()
    assert StudyFolder(trained).result() == document


def test_the_folder_stands_for_the_study(
    file: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["study", str(file), "--quiet"]) == 0
    (trained / "table.csv").unlink()
    capsys.readouterr()
    assert cli.main(["study", str(trained), "--report", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["cells"] == {"done": 4}
    assert err == ""
    assert len((trained / "table.csv").read_text().splitlines()) == 5


def test_the_runs_are_ordinary_runs(
    file: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["list", "--runs", str(trained / "runs"), "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert {record["title"] for record in records} == {
        "Clouds, factor 4, seed 3", "Clouds, factor 4, seed 4",
    }  # fmt: skip


def test_the_list_names_the_studies_that_come_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["study", "--list", "--json"]) == 0
    assert "quick" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--list"),
        (["quack"], "quick"),
        (["quick", "--only", "spiral"], "spirals"),
        (["quick", "--workers", "0"], "--workers"),
        (["quick", "--source", "a=b"], "--source"),
        (["tables"], "uci_tables.py"),
        (["quick", "--report"], "does not exist"),
    ],
)
def test_a_wrong_command_is_one_line_and_trains_nothing(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], runs_folder: Path
) -> None:
    assert cli.main(["study", *arguments]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert len(err.splitlines()) == 1
    assert out == ""
    assert not runs_folder.exists()


def test_a_second_command_on_one_folder_is_told(
    file: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with StudyFolder(trained).training():
        assert cli.main(["study", str(file)]) == 2
    assert "another process" in capsys.readouterr().err


def test_failed_cells_are_listed_and_the_exit_code_says_so(
    tmp_path: Path,
    runs_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_arguments: object, **_params: object) -> object:
        raise RunError("Expected a loss, but this one is broken.")

    path = tmp_path / "bad.yaml"
    path.write_text(study_text(methods="ce", count=1))
    from harmony_core.studies.study_file import read_study

    with monkeypatch.context() as patch:
        patch.setattr(harmony_core.training.lockstep, "build_loss", broken)
        train(read_study(path), runs_folder / "studies" / "bad")
    assert cli.main(["study", str(path), "--report"]) == 1
    out, err = capsys.readouterr()
    assert "0 of 1 have finished (1 failed)" in out
    assert "Failed: Clouds, factor 4, seed 3, Cross-entropy: Expected a loss" in err


def test_sources_are_remembered(
    tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"{'ab'[i % 2]},{i % 7},{i % 5}" for i in range(60))
    (tmp_path / "fish.csv").write_text(f"kind,x,y\n{rows}\n")
    path = tmp_path / "fishes.yaml"
    setting = "- {data: table, source: fish, epochs: 1, params: {label_column: 0}}"
    path.write_text(study_text(methods="ce", count=1, settings=setting))
    command = ["study", str(path), "--workers", "1", "--quiet"]
    assert cli.main([*command, "--source", f"fish={tmp_path / 'fish.csv'}"]) == 0
    assert cli.main(command) == 0
    assert "Trainings: all 1 have finished." in capsys.readouterr().out
    assert len(RunStore(runs_folder / "studies" / "fishes" / "runs").ids()) == 1
