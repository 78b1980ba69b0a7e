"""The shell's export: which flag writes what, and one line for every mistake."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harmony_core.cli import main
from harmony_core.errors import ConfigError
from harmony_core.experiments.method_text import parse_methods
from harmony_core.export.command import chosen_method
from tests.export.conftest import Experiment


def export(experiment: Experiment, *flags: str) -> int:
    store, run_id = experiment
    return main(["export", "--runs", str(store.root), run_id, *flags])


def test_each_flag_writes_its_file_and_nothing_else(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = {
        "--html": "run.html", "--replay": "run.bin", "--config": "c.json", "--csv": "all.zip",
    }  # fmt: skip
    for flag, name in flags.items():
        assert export(experiment, flag, str(tmp_path / name)) == 0
    assert export(experiment, "--csv", f"{tmp_path}/tables/") == 0
    assert export(experiment, "--snippet", "harmonized", str(tmp_path / "train.py")) == 0
    ast.parse((tmp_path / "train.py").read_text("utf-8"))
    names = {path.name for path in tmp_path.iterdir()} - {"runs"}
    assert names == {*flags.values(), "run.bin.json", "train.py", "tables"}
    assert len(list((tmp_path / "tables").iterdir())) == 5
    assert capsys.readouterr() == ("", "")


def test_a_snippet_goes_to_stdout(
    experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(experiment, "--snippet", "2") == 0
    assert "HarmonizedLoss(counts, warmup=1)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["3", "GHM", "ghm"])
def test_a_method_is_named_by_number_loss_or_label(text: str) -> None:
    assert chosen_method(parse_methods("ce,harmonized,ghm~GHM"), text) == 2


@pytest.mark.parametrize("text", ["0", "5", "ldam", "ce", "", "-1", "²"])
def test_another_name_lists_the_known_ones(text: str) -> None:
    with pytest.raises(ConfigError, match=r"1 Cross-entropy \(1\), 2 "):
        chosen_method(parse_methods("ce,ce,harmonized,ghm"), text)


def test_mistakes_are_one_line(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for flags in (
        ("--html", str(tmp_path / "no" / "x.html")),
        ("--replay", str(tmp_path / "no" / "x.bin")),
        ("--snippet", "nothing"),
        ("--snippet", "1", "2", "3"),
        ("--embedding", str(tmp_path / "x.html")),
    ):
        assert export(experiment, *flags) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("harmony: Expected")
        assert err.count("\n") == 1
