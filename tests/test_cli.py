"""The command line: what it prints where, its exit codes, and one line for every mistake."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harmony_core.cli import main
from harmony_core.config import ExperimentConfig
from harmony_core.runs import RunStore

ROOT = Path(__file__).parents[1]
SMALL = shlex.split(
    "--data clouds --data-param n_max=60 --data-param test_per_class=20,classes=3 "
    "--imbalance-factor 6 --device cpu"
)


def run(*flags: str) -> int:
    return main(["run", *SMALL, "--quiet", *flags])


@pytest.fixture
def done(capsys: pytest.CaptureFixture[str]) -> str:
    """The id of a small finished experiment of two seeds."""
    code = run("--methods", "ce,ldam:drw", "--epochs", "2", "--repeats", "2", "--title", "My run")
    assert code == 0
    capsys.readouterr()
    return RunStore().ids()[0]


def test_run_prints_a_table_and_who_is_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--methods", "ce,harmonized[alpha=0.4]", "--epochs", "2", "--repeats", "2") == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0].split("  ")[0] == "Method"
    assert [line.split("  ")[0] for line in lines[2:4]] == ["Cross-entropy", "Harmonized α=0.4"]
    assert lines[2].count("±") == 7
    assert "over 2 seeds" in lines[4]
    assert "thirds of the classes by rank" in lines[5]
    assert re.search(r" (beats|is ahead of) ", lines[6])


def test_run_shows_progress_on_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *SMALL, "--methods", "ce", "--epochs", "2", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "2/2" in err
    assert "balanced accuracy" in err
    json.loads(out)


def test_json_is_one_document_without_nan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--methods", "ce", "--epochs", "1", "--json") == 0

    def refuse(word: str) -> None:
        raise AssertionError(word)

    document = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert document["state"] == "done"
    assert document["finished_repeats"] == 1
    (method,) = document["methods"]
    assert method["label"] == "Cross-entropy"
    assert method["balanced_accuracy"]["spread"] is None
    assert 0 <= method["balanced_accuracy"]["mean"] <= 1
    assert ExperimentConfig.from_dict(document["config"]).epochs == 1


def test_flags_reach_the_config(capsys: pytest.CaptureFixture[str]) -> None:
    flags = (
        "--profile step --label-noise 0.1 --model mlp --model-param hidden=8,depth=1 --methods ce "
        "--epochs 2 --batch-size 16 --lr 0.05 --recipe reference --seed 7 --repeats 2 "
        "--record-every 2 --json"
    )
    assert run(*flags.split()) == 0
    config = ExperimentConfig.from_dict(json.loads(capsys.readouterr().out)["config"])
    assert config.data.params["n_max"] == 60
    assert config.data.params["test_per_class"] == 20
    assert (config.data.profile, config.data.label_noise) == ("step", 0.1)
    assert config.model.params == {"hidden": 8, "depth": 1}
    assert (config.optim.batch_size, config.optim.lr, config.optim.schedule) == (16, 0.05, "step")
    assert (config.seeds.data, config.seeds.init, config.seeds.order) == (7, 7, 7)
    assert config.record.every == 2


def test_a_config_file_is_what_export_writes_and_flags_change_it(
    done: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.json"
    assert main(["export", done, "--config", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["run", str(file), "--repeats", "1", "--quiet", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    first = json.loads(file.read_text())
    assert document["config"] == {**first, "seeds": {**first["seeds"], "repeats": 1}}
    a, b = (RunStore().frames(run_id, 0, 2) for run_id in (done, document["id"]))
    np.testing.assert_array_equal(a[0].tracked_logits, b[0].tracked_logits)


def test_list_and_show(done: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert f"{done}  done" in capsys.readouterr().out
    assert main(["list", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["id"] == done
    assert main(["show", "latest"]) == 0
    out = capsys.readouterr().out
    assert "My run" in out
    assert "LDAM-DRW" in out
    assert "Recall % of class" in out
    shots = out[out.index("Recall % by training samples") :].splitlines()
    for text in ("Many-shot (0 classes, > 100)", "Medium-shot (2 classes, 20 to 100)",
                 "Few-shot (1 class, < 20)"):  # fmt: skip
        assert text in shots[0]
    assert re.fullmatch(r"LDAM-DRW +– +[\d.]+ ± [\d.]+ +[\d.]+ ± [\d.]+", shots[3])
    assert main(["show", done[:-1], "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["classes"]) == len(document["methods"][0]["recall"]) == 3
    assert document["methods"][0]["many_shot"]["mean"] is None
    assert document["methods"][0]["few_shot"]["mean"] == pytest.approx(
        document["methods"][0]["recall"][2]["mean"]
    )


def test_list_reports_what_it_cannot_read(done: str, capsys: pytest.CaptureFixture[str]) -> None:
    broken = RunStore().root / "broken"
    broken.mkdir()
    (broken / "record.json").write_text("{")
    assert main(["list"]) == 0
    out, err = capsys.readouterr()
    assert done in out
    assert "experiment broken" in err


def test_csv_has_a_line_for_each_epoch_and_method(
    done: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", done]) == 0
    text = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 * 3 * 2
    last = rows[-1]
    assert (last["repeat"], last["epoch"], last["method"]) == ("1", "2", "LDAM-DRW")
    frame = RunStore().frames(done, 1, 2)[1]
    assert float(last["balanced_accuracy"]) == pytest.approx(frame.balanced_accuracy, abs=1e-5)
    assert rows[0]["train_loss"] == ""  # epoch 0 has none
    assert float(last["few_shot"]) == pytest.approx(frame.recall[2], abs=1e-5)
    assert last["many_shot"] == "", "no class has more than 100 samples"
    assert main(["export", done, "--csv", str(tmp_path / "x.csv")]) == 0
    assert (tmp_path / "x.csv").read_text() == text
    assert main(["export", done, "--csv", str(tmp_path / "no" / "x.csv")]) == 2


def test_delete_asks_or_wants_yes(
    done: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # not a terminal
    assert main(["delete", done]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["delete", done, "--yes"]) == 0
    assert RunStore().ids() == []


@pytest.mark.parametrize("command", ["methods", "datasets"])
def test_listings_name_every_parameter(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from harmony_core.data import DATASETS
    from harmony_core.losses import LOSSES
    from harmony_core.models import MODELS

    specs: list[Any] = (
        [*LOSSES.values()] if command == "methods" else [*DATASETS.values(), *MODELS.values()]
    )
    assert main([command]) == 0
    out = capsys.readouterr().out
    for spec in specs:
        assert f"{spec.name}: {spec.title}" in out
        for parameter in spec.parameters:
            assert f"    {parameter.name}={parameter.default}" in out
    assert main([command, "--json"]) == 0
    json.loads(capsys.readouterr().out)


MISTAKES = {
    "run --methods nonsense": "one of ce, weighted_ce,",
    "run --data nonsense": "hard_head, clouds,",
    "run --model nonsense": "mlp, small_cnn",
    "run --data-param colour=1": "classes",
    "run --data-param colour": "name=value",
    "run --source x": "'source'",
    "run --epochs 0": "epochs to be from 1",
    "run --epochs many": "invalid int value: 'many'",
    "run --imbalance-factor 0.5": "imbalance_factor to be from 1",
    "run --imbalance-factor nan": "imbalance_factor to be a finite number",
    "run --lr inf": "lr to be a finite number",
    "run --batch-size 0": "batch_size",
    "run --repeats 0": "repeats",
    "run --seed -1": "seed",
    "run --recipe slow": "'quick', 'reference'",
    "run --profile flat": "'exponential', 'step'",
    "run --nonsense": "--nonsense",
    "run nothing.json": "cannot be read",
    "run config.json": "`epoch`|'epoch'",
    "nonsense": "'run', 'list', 'show'",
    "": "COMMAND",
    "show nothing": "got 'nothing'",
    "show": "ID",
    "resume latest": "got none",
    "export ../..": "got '../..'",
    "delete nothing --yes": "got 'nothing'",
    "list --runs config.json": "got a file",
}


@pytest.mark.parametrize("line", MISTAKES, ids=str)
def test_a_mistake_is_one_line_and_code_2(
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text('{"epoch": 3}')
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(MISTAKES[line], err), err
    assert RunStore().ids() == []


def test_a_training_that_fails_is_code_1_and_its_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunStore, "free_bytes", lambda self: 0)
    assert run("--methods", "ce", "--epochs", "1") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Expected at least 64 MB free")
    assert err.count("\n") == 1


def test_what_is_done_does_not_go_on(done: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", done]) == 2
    assert "is done" in capsys.readouterr().err


def test_help_is_the_manual(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    for word in ("torchrun", "resume", "130", "HARMONY_RUNS", "harmonized@literal"):
        assert word in out


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "harmony_core", *words]


def test_ctrl_c_stops_gently_and_resume_goes_on(runs_folder: Path) -> None:
    words = ["run", *SMALL, "--methods", "ce", "--epochs", "10000", "--record-every", "1000"]
    with subprocess.Popen(
        command(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        store = RunStore(runs_folder)
        end = time.monotonic() + 120
        while not (store.ids() and store.list() and store.list()[0].epoch > 10):
            assert time.monotonic() < end
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    (run_id,) = store.ids()
    assert f"Continue with: python -m harmony_core resume {run_id}" in err
    stopped = store.get(run_id)
    assert stopped.state == "stopped"
    assert store.checkpoint(run_id, 0)
    # shorten what is left, then go on in this process
    config = stopped.config
    shorter = ExperimentConfig.from_dict({**config.to_dict(), "epochs": stopped.epoch + 2})
    store.save(stopped.replace(config=shorter))
    assert main(["resume", run_id, "--quiet"]) == 0
    assert store.get(run_id).epoch == stopped.epoch + 2


def test_a_reader_that_has_seen_enough_is_no_error(done: str) -> None:
    words = " ".join(command("export", done))
    piped = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {words} | true"],
        cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (0, "")
