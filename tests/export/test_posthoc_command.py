"""`python -m harmony_core posthoc`: a table or JSON, and one line for every mistake."""

from __future__ import annotations

import json
import shlex

import pytest

from harmony_core.cli import main
from harmony_core.posthoc import POSTHOC
from harmony_core.runs.store import RunStore

Capture = pytest.CaptureFixture[str]
SMALL = shlex.split(
    "run --data clouds --data-param n_max=60,test_per_class=20,classes=3 --imbalance-factor 6 "
    "--device cpu --epochs 2 --repeats 2 --methods ce,ldam:drw --quiet"
)


@pytest.fixture
def done(capsys: Capture) -> str:
    """The id of a small finished experiment of two seeds."""
    assert main(SMALL) == 0
    capsys.readouterr()
    return RunStore().ids()[0]


def shell(capsys: Capture, *words: str) -> str:
    assert main(["posthoc", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_all_steps_of_the_first_repeat_as_a_table(done: str, capsys: Capture) -> None:
    lines = shell(capsys, "latest").splitlines()
    assert lines[0].split()[:2] == ["Method", "Step"]
    rows = lines[2 : 2 + 2 * len(POSTHOC)]
    assert [row.split()[1] for row in rows] == [*POSTHOC, *POSTHOC]
    assert all(row.count("→") == 4 for row in rows)
    assert lines[12].startswith("Post hoc: ")
    assert "repeat 1 (seed 0), one seed" in lines[12]
    assert "tau_norm: τ-normalisation (tau 1.0)." in lines


def test_all_repeats_with_a_spread(done: str, capsys: Capture) -> None:
    words = (done, "--step", "tau_norm", "logit_adjustment", "--repeat", "all", "--tau", "0.5")
    out = shell(capsys, *words)
    rows = out.splitlines()[2:6]
    assert [row.split()[1] for row in rows] == ["logit_adjustment", "tau_norm"] * 2
    assert all(row.count("±") == 8 for row in rows)
    assert "over 2 repeats" in out
    document = json.loads(shell(capsys, *words, "--json"))
    assert document["id"] == done
    assert len(document["rows"]) == 8
    assert [row["repeat"] for row in document["rows"]] == [0] * 4 + [1] * 4
    for row in document["rows"]:
        assert row["parameters"] == {"tau": 0.5}
        assert set(row["before"]) == set(row["after"]) == set(document["figures"])
        assert 0 <= row["after"]["balanced_accuracy"] <= 1
    shown = json.loads(main_json(capsys, "show", done))
    for m, method in enumerate(shown["methods"]):
        before = [r["before"]["balanced_accuracy"] for r in document["rows"][2 * m :: 4]]
        assert before == pytest.approx(method["balanced_accuracy"]["values"])


def main_json(capsys: Capture, *words: str) -> str:
    assert main([*words, "--json"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--step nope", "Expected post-hoc step to be one of logit_adjustment"),
        ("--tau 9", "to be from 0 to 3, but got 9"),
        ("--step ncm --tau 1", "chosen post-hoc steps (metric), but got 'tau'"),
        ("--step ncm --param metric=nope", "to be one of cosine, euclidean"),
        ("--repeat 3", "`all` or a number from 1 to 2, but got '3'"),
        ("--repeat -1", "`all` or a number from 1 to 2, but got '-1'"),
    ],
)
def test_mistakes_take_one_line(done: str, capsys: Capture, words: str, message: str) -> None:
    assert main(["posthoc", done, *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert message in err


def test_a_run_without_its_checkpoint_says_so(done: str, capsys: Capture) -> None:
    RunStore().drop_checkpoint(done, 1)
    assert main(["posthoc", done, "--repeat", "all"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Expected a checkpoint of experiment {done}, repeat 2" in err
    assert "→" in shell(capsys, done)  # the other repeat has one
