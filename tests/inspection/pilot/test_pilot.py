"""The pilot on data whose answer is known: what it holds out, trains and reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.cli import main
from harmony_core.errors import DataError
from harmony_core.inspection import analyse_tail, inspect_file, read_file
from harmony_core.inspection.pilot.contestants import CONTESTANTS
from harmony_core.inspection.pilot.data import cut_counts, pilot_data
from harmony_core.inspection.pilot.metrics import METRICS
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import Pilot, run_pilot
from harmony_core.inspection.process.result_file import load_found, save_found
from harmony_core.inspection.process.worker import Request
from harmony_core.inspection.process.worker import main as work
from harmony_core.inspection.report.document import to_json
from harmony_core.readers.contents import Contents

LINEAR = ("logistic", "logistic_balanced", "logistic_adjusted")


def clouds(counts: list[int], distance: float, seed: int = 0) -> pd.DataFrame:
    """Overlapping normal clouds on a circle, with a text column that says nothing."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts)
    angle = 2 * np.pi * labels / len(counts)
    points = distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    frame = pd.DataFrame(points + rng.normal(size=points.shape), columns=["x", "y"])
    frame["colour"] = rng.choice(["red", "blue"], len(labels))
    frame["label"] = [f"class {i}" for i in labels]
    return frame.sample(frac=1, random_state=seed)


def opened(frame: pd.DataFrame, folder: Path) -> Contents:
    frame.to_csv(folder / "a.csv", index=False)
    return read_file(folder / "a.csv")


def trained(contents: Contents, *, curve: bool = False, **options: Any) -> Pilot:
    tail = analyse_tail(contents.labels.train_counts, contents.labels.test_counts)
    chosen = PilotOptions(**{"seeds": 3, "methods": LINEAR, **options})
    return run_pilot(contents, tail, chosen, curve=curve)


def test_a_remedy_gains_on_the_tail_and_pays_in_accuracy(tmp_path: Path) -> None:
    pilot = trained(opened(clouds([900, 300, 120, 90], 1.4), tmp_path), seeds=5)
    assert [t.name for t in pilot.trials] == list(LINEAR)
    gain = pilot.gain("logistic_balanced", "tail", "logistic")
    assert gain.low > 0
    assert pilot.gain("logistic_balanced", "accuracy", "logistic").high < 0
    assert pilot.gain("logistic_balanced", "log_loss", "logistic").mean < 0  # more is worse
    assert set(pilot.trials[0].values) == set(METRICS)
    assert pilot.trials[0].values["accuracy"].shape == (5,)
    assert pilot.trials[0].auprc.shape == (5, 4)
    assert pilot.plain("logistic_balanced") == pilot.trial("logistic")


def test_every_sample_of_every_class_is_tested_with_its_n_and_interval(tmp_path: Path) -> None:
    pilot = trained(opened(clouds([600, 90, 17], 3.0), tmp_path), seeds=5)
    assert pilot.tested.tolist() == [600, 90, 17]
    assert pilot.tests.sum(axis=0).tolist() == [600, 90, 17]
    assert pilot.too_few == ("class 2",)
    assert pilot.overlap == pytest.approx(0.25, abs=0.01)
    low, high = pilot.recall_interval("logistic", 2)
    assert 0 < low < pilot.trial("logistic").recall[2] <= high <= 1
    narrow_low, narrow_high = pilot.recall_interval("logistic", 0)
    assert narrow_high - narrow_low < (high - low) / 2
    row = pilot.to_dict()["classes"][2]
    assert (row["tested"], row["samples_in_file"]) == (17, 17)


def test_a_class_of_one_sample_trains_and_is_named(tmp_path: Path) -> None:
    pilot = trained(opened(clouds([80, 40, 9, 5, 1], 3.0), tmp_path))
    assert pilot.names == tuple(f"class {i}" for i in range(5))
    assert (pilot.untested, pilot.left_out) == (("class 4",), ())
    assert pilot.tested[4] == 0
    assert np.isnan(pilot.recall_of("class 4")["logistic"])
    assert pilot.recall_interval("logistic", 4) == (0.0, 1.0)
    assert np.isfinite(pilot.trial("logistic").values["balanced_accuracy"]).all()


def test_copies_of_rows_stay_on_one_side_whatever_their_labels(tmp_path: Path) -> None:
    frame = clouds([120, 40], 2.0)
    frame = pd.concat([frame, frame.head(60).assign(label="class 1"), frame.head(30)])
    data = pilot_data(opened(frame, tmp_path), lambda *_: None)
    assert len(np.unique(data.copies)) == 160
    pilot = trained(read_file(tmp_path / "a.csv"), seeds=5)
    assert pilot.tested.sum() <= 160 + 60  # copies count once in each class
    assert any("90 copies" in note for note in pilot.notes)


def test_a_test_split_that_came_along_is_used_whole(tmp_path: Path) -> None:
    frame = clouds([200, 60, 40], 3.0)
    frame["split"] = "train"
    frame.loc[frame.groupby("label").head(16).index[:40], "split"] = "test"
    contents = opened(frame, tmp_path)
    pilot = trained(contents, seeds=4)
    assert pilot.tests.sum() == 40
    assert pilot.tested.tolist() == contents.labels.test_counts.tolist()  # type: ignore[union-attr]
    assert pilot.overlap == 0
    few = frame.copy()
    few.loc[few.index[few["split"] == "test"][:30], "split"] = "train"
    pilot = trained(opened(few, tmp_path), seeds=4)
    assert pilot.overlap > 0
    assert any("has only 10 samples" in note for note in pilot.notes)


def test_the_same_options_give_the_same_pilot_from_shell_and_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    clouds([60, 30, 24], 2.0).to_csv(path, index=False)
    options = PilotOptions(2, ("logistic", "logistic_thresholds", "network"), epochs=20)
    flags = ["--pilot", "--seeds", "2", "--methods", "logistic,logistic_thresholds,network"]
    flags += ["--epochs", "20"]
    assert main(["inspect", str(path), *flags, "--json", "--quiet"]) == 0
    shell = json.loads(capsys.readouterr().out)["pilot"]
    for pilot in (False, True):
        asked = Request(str(path), str(tmp_path / "found.npz"), pilot=pilot, options=options)
        work(asked, lambda line: None)
    page = load_found(tmp_path / "found.npz").pilot
    assert page is not None
    assert page.options == options
    for seen, told in zip(page.trials, shell["methods"], strict=True):
        assert seen.name == told["name"]
        for metric in page.metrics():
            splits = told["figures"][metric]["splits"]
            expected = [np.nan if v is None else v for v in splits]
            assert seen.values[metric] == pytest.approx(expected, nan_ok=True)


def test_all_of_a_pilot_is_kept_in_the_result_file(tmp_path: Path) -> None:
    contents = opened(clouds([60, 30, 24], 2.0), tmp_path)
    found = inspect_file(tmp_path / "a.csv", quality=False)
    pilot = replace(
        trained(contents, methods=("linear", "network"), epochs=3, curve=True),
        out_of_time=("forest",),
    )
    assert pilot.curve is not None
    assert pilot.density is not None
    save_found(tmp_path / "found.npz", replace(found, pilot=pilot))
    back = load_found(tmp_path / "found.npz").pilot
    assert back is not None
    assert back.options == pilot.options
    assert back.out_of_time == ("forest",)
    assert (back.density == pilot.density).all()
    for one, two in zip(pilot.trials, back.trials, strict=True):
        assert (one.confusion == two.confusion).all()
        assert (one.name, one.method, one.recipe) == (two.name, two.method, two.recipe)
        assert all(np.array_equal(one.values[m], two.values[m], equal_nan=True) for m in one.values)


def test_equal_results_are_one_row_with_a_reason(tmp_path: Path) -> None:
    """Where classes have the same size, balanced weights are no weights."""
    pilot = trained(opened(clouds([60, 60], 2.0), tmp_path), seeds=5)
    assert pilot.trial("logistic_balanced").same_as == "logistic"
    assert "logistic_balanced" not in {t.name for t in pilot.distinct}


def test_what_does_not_finish_is_named_and_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = CONTESTANTS["logistic_balanced"]
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])

    def fit(task: Any) -> Any:
        clock[0] += 100
        assert slow.fit is not None
        return slow.fit(task)

    monkeypatch.setitem(CONTESTANTS, slow.name, replace(slow, fit=fit))
    pilot = trained(opened(clouds([60, 30], 2.0), tmp_path), seeds=3, seconds=150)
    assert [t.name for t in pilot.trials] == ["logistic"]
    assert pilot.out_of_time == ("logistic_balanced", "logistic_adjusted")
    with pytest.raises(DataError, match="Allow more time"):
        trained(read_file(tmp_path / "a.csv"), methods=(slow.name,), seconds=150)


def test_large_classes_are_cut_and_the_tail_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = np.array([100_000, 10_000, 1_000, 100, 10])
    cut = cut_counts(counts, 6_000)
    assert 5_900 <= cut.sum() <= 6_000
    assert cut[3:].tolist() == [30, 10]
    assert cut[0] / cut[1] == pytest.approx(10, rel=0.01)
    assert cut_counts(np.array([5, 3]), 6_000).tolist() == [5, 3]
    monkeypatch.setattr("harmony_core.readers.limits.PILOT_ROWS", 200)
    pilot = trained(opened(clouds([300, 100, 20], 3.0), tmp_path))
    assert pilot.counts.sum() <= 200
    assert pilot.totals.tolist() == [300, 100, 20]
    assert any("of 420 training samples" in note for note in pilot.notes)


def test_images_are_compared_too(pack: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    entries = {}
    for c, n in (("bright", 24), ("dark", 9)):
        for i in range(n):
            entries[f"{c}/{i}.png"] = picture(1 if c == "bright" else 2, side=32 + i)
    contents = read_file(pack("a.zip", entries))
    pilot = trained(contents)
    assert pilot.kind == "points"
    assert "patches" in pilot.described
    contents.close()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "class,count\na,50\nb,5\n", "only labels"),
        ("a.csv", "label\n" + "a\nb\n" * 20, "only labels"),
        ("a.csv", "x,label\n" + "1.5,a\n2.5,b\n" * 2, "2 different samples"),
        ("a.csv", "x,label\n" + "1,a\n1,b\n" * 20, "columns to learn from"),
        (
            "a.csv",
            "x,tags\n" + "".join(f"{i}.5,a;b\n{i},b\n{i},a;c\n{i},c\n" for i in range(9)),
            "one class",
        ),
    ],
)
def test_what_cannot_be_trained_on_is_said(
    write: Callable[..., Path], name: str, content: str, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        trained(read_file(write(name, content)))


def test_progress_can_cancel_the_pilot(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(message: str, share: float | None) -> None:
        if "Training" in message:
            raise Cancelled

    contents = opened(clouds([60, 30], 2.0), tmp_path)
    tail = analyse_tail(contents.labels.train_counts)
    for family in ("linear", "network"):
        with pytest.raises(Cancelled):
            run_pilot(contents, tail, PilotOptions(seeds=2, methods=(family,)), progress=cancel)


def test_everything_at_once_is_strict_json(tmp_path: Path) -> None:
    clouds([60, 30, 12], 2.0).to_csv(tmp_path / "a.csv", index=False)
    options = PilotOptions(seeds=2, methods=LINEAR)
    document = json.loads(to_json(inspect_file(tmp_path / "a.csv", pilot=options)))
    assert [row["name"] for row in document["classes"]] == ["class 0", "class 1", "class 2"]
    assert document["classes"][0]["count"] == 60
    assert document["classes"][0]["split"] == {"all": 60}
    assert set(document["classes"][0]["recall"]) == set(LINEAR)
    assert document["imbalance_factor"] == 5
    assert document["recommendation"]["headline"]
    assert document["pilot"]["options"]["methods"] == list(LINEAR)
    assert set(document["definitions"]) >= {"gini", "suspects", "imbalance_factor"}
