"""Run folders written by 0.1.0 are listed, shown, exported, and resumed from their checkpoints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harmony_core.cli import main

from .old_files import (
    OLD,
    RUNS,
    WRITTEN_AT,
    assert_holds,
    assert_same_cells,
    assert_same_training,
    config_today,
    content,
    label_today,
    read_json,
    take,
)

Capture = pytest.CaptureFixture[str]


def said(name: str) -> str:
    """What 0.1.0 exported of a run."""
    return (OLD / "said" / f"{name}.csv").read_text("utf-8")


def shell(capsys: Capture, *words: str) -> str:
    """The output of a command that has to succeed and write nothing to stderr."""
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def shell_json(capsys: Capture, *words: str) -> Any:
    return json.loads(shell(capsys, *words, "--json"))


def test_all_are_listed_as_they_were(runs_folder: Path, capsys: Capture) -> None:
    """In the same order and state, those that were killed, never started or failed included."""
    for name in RUNS:
        take(name, runs_folder)
    listed = shell_json(capsys, "list")
    assert_holds(listed, read_json("said/list.json"), "error", "message")
    states = {record["id"]: record["state"] for record in listed}
    assert {name: states[run_id] for name, run_id in RUNS.items()} == {
        "finished": "done", "every_loss": "done", "members": "done", "stopped": "stopped",
        "killed": "interrupted", "queued": "interrupted", "failed": "failed",
    }  # fmt: skip
    out = shell(capsys, "list")
    assert all(run_id in out for run_id in RUNS.values())
    assert "Three clouds, renamed" in out


@pytest.mark.parametrize("name", ["finished", "every_loss", "members"])
def test_results_are_shown_as_they_were(name: str, runs_folder: Path, capsys: Capture) -> None:
    """The frames of ``members`` have an earlier layout: an archive with a member for each array."""
    run_id = take(name, runs_folder)
    before = read_json(f"said/{name}.json")
    shown = shell_json(capsys, "show", run_id)
    assert_holds(shown, before, "comparisons")
    assert len(shown["comparisons"]) == len(before["comparisons"])
    out = shell(capsys, "show", "latest")
    assert before["title"] in out
    assert all(
        method["label"] in out or label_today(method["label"]) in out
        for method in before["methods"]
    )


@pytest.mark.parametrize("name", ["finished", "every_loss", "members"])
def test_curves_are_exported_as_they_were(name: str, runs_folder: Path, capsys: Capture) -> None:
    assert_same_cells(shell(capsys, "export", take(name, runs_folder), "--csv", "-"), said(name))


def test_everything_else_is_exported(runs_folder: Path, tmp_path: Path, capsys: Capture) -> None:
    """Exporting a run changes no byte of it."""
    run_id = take("finished", runs_folder)
    before = content(runs_folder)
    out = tmp_path / "out"
    out.mkdir()
    for flag, name in (("--html", "run.html"), ("--replay", "run.bin"), ("--csv", "all.zip")):
        assert main(["export", run_id, flag, str(out / name)]) == 0
        assert (out / name).stat().st_size > 1000
    assert "Three clouds, renamed" in (out / "run.html").read_text("utf-8")
    shell(capsys, "export", run_id, "--csv", f"{out}/tables/")
    assert sum(1 for _ in (out / "tables").iterdir()) == 5
    for method in ("1", "ldam", "Ours, α = ½"):
        compile(shell(capsys, "export", run_id, "--snippet", method), "train.py", "exec")
    config = json.loads(shell(capsys, "export", run_id, "--config", "-"))
    old = json.loads((OLD / "runs" / run_id / "record.json").read_text())["config"]
    assert config == config_today(old)
    assert content(runs_folder) == before


def test_drawn_maps_are_exported_and_not_drawn_again(
    runs_folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    run_id = take("finished", runs_folder)
    before = content(runs_folder)
    page = tmp_path / "maps.html"
    shell(capsys, "export", run_id, "--embedding", str(page))
    text = page.read_text("utf-8")
    assert "Three clouds, renamed" in text
    assert "Ours, α = ½" in text
    assert content(runs_folder) == before


def test_maps_with_settings_of_their_own_are_not_drawn_again(runs_folder: Path) -> None:
    """Their folder is named after the settings: under another name they would be drawn again."""
    from harmony_core.analysis.embedding import EmbeddingSettings
    from harmony_core.runs.embedding.store import embed_run, stored_epochs
    from harmony_core.runs.store import RunStore

    run_id = take("finished", runs_folder)
    before = content(runs_folder)
    settings = EmbeddingSettings(layout="pca", mixing=0.5, metric="cosine")
    assert stored_epochs(runs_folder, run_id, 0, settings) == [0, 2]
    assert embed_run(RunStore(runs_folder), run_id, 0, settings) == []
    assert content(runs_folder) == before


@pytest.mark.parametrize(
    ("name", "kept", "per_class"),
    [
        ("stopped", [f"repeat-0/frames/0000{e}.npz" for e in range(6)]
         + [f"repeat-1/frames/0000{e}.npz" for e in range(4)], 20),
        ("killed", [f"repeat-0/frames/0000{e}.npz" for e in range(6)], 10),
    ],
)  # fmt: skip
def test_a_stopped_run_resumes_from_its_checkpoint(
    name: str, kept: list[str], per_class: int, runs_folder: Path, capsys: Capture
) -> None:
    """Five losses on the batched network, and an image network killed after its checkpoint.

    Frames up to the checkpoint are not written again; the rest agrees with what 0.1.0 computed.
    """
    run_id = take(name, runs_folder)
    folder = runs_folder / run_id
    shell(capsys, "resume", run_id, "--quiet")
    untouched = {
        str(path.relative_to(folder))
        for path in folder.glob("repeat-*/frames/*.npz")
        if path.stat().st_mtime == WRITTEN_AT
    }
    assert untouched == set(kept)
    (record,) = shell_json(capsys, "list")
    config = json.loads((OLD / "runs" / run_id / "record.json").read_text())["config"]
    assert (record["state"], record["config"]) == ("done", config_today(config))
    curves = shell(capsys, "export", run_id, "--csv", "-")
    assert_same_training(curves, said(name), per_class)


def test_a_run_that_never_started_is_trained(runs_folder: Path) -> None:
    """By a process of its own, as a user would."""
    run_id = take("queued", runs_folder)
    done = subprocess.run(
        [sys.executable, "-m", "harmony_core", "resume", run_id, "--json"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "done"


def test_a_run_that_failed_says_why_again(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    run_id = take("failed", runs_folder)
    assert main(["resume", run_id, "--quiet"]) == 1
    assert "0123456789ab" in capsys.readouterr().err


def test_every_loss_trains_as_it_did(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The config of an old run, exported and run again, gives the old curves.

    Within a tolerance: see `assert_same_training`.
    """
    run_id = take("every_loss", runs_folder)
    config = tmp_path / "config.json"
    shell(capsys, "export", run_id, "--config", str(config))
    monkeypatch.setenv("HARMONY_RUNS", str(tmp_path / "again"))
    again = shell_json(capsys, "run", str(config), "--quiet")
    assert again["config"] == json.loads(config.read_text())
    assert_same_training(shell(capsys, "export", "latest"), said("every_loss"), 20)


def test_an_old_run_is_deleted(runs_folder: Path, capsys: Capture) -> None:
    run_id = take("killed", runs_folder)
    shell(capsys, "delete", run_id, "--yes")
    assert shell_json(capsys, "list") == []
