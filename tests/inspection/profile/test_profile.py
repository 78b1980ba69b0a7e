"""What is planted in the samples is found by name and figure; what only looks like it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris

from harmony_core.inspection import Inspection, analyse_tail, inspect_file, read_file
from harmony_core.inspection.process.result_file import load_found, save_found
from harmony_core.inspection.profile import (
    PROFILE_CHECKS,
    Profile,
    ProfileFinding,
    checks,
    profile,
)
from harmony_core.inspection.profile.class_order import class_order
from harmony_core.inspection.profile.clock import Clock
from harmony_core.inspection.profile.ordinal_label import order_test
from harmony_core.inspection.profile.profile import profile_contents
from harmony_core.inspection.profile.profiled_rows import ProfiledRows
from harmony_core.inspection.profile.scores import balanced_accuracy, roc_area
from harmony_core.inspection.report.document import to_document
from harmony_core.inspection.report.html import report_html

SIZES = (300, 90, 45)


def samples(seed: int = 0, sizes: tuple[int, ...] = SIZES) -> pd.DataFrame:
    """Three classes that overlap in two columns; a third is noise."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    codes = rng.permutation(codes)
    return pd.DataFrame(
        {
            "length": codes + rng.normal(0, 1.0, len(codes)),
            "width": -codes + rng.normal(0, 1.5, len(codes)),
            "noise": rng.normal(size=len(codes)),
            "label": np.array([f"kind {'abc'[c]}" for c in codes]),
        }
    )


def looked(frame: pd.DataFrame, folder: Path, **options: Any) -> Profile:
    path = folder / "a.csv"
    frame.to_csv(path, index=False)
    contents = read_file(path, label="label")
    labels = contents.labels
    tail = analyse_tail(labels.train_counts, labels.test_counts)
    found = profile_contents(contents, tail, **options)
    assert found is not None
    return found


def columns(finding: ProfileFinding) -> list[str]:
    return [column.name for column in finding.columns]


def test_plain_data_have_no_leak_no_order_and_no_drift(tmp_path: Path) -> None:
    frame = samples()
    frame["split"] = np.where(np.arange(len(frame)) % 3, "train", "test")
    found = looked(frame, tmp_path)
    assert found.findings["target_leakage"].state == "none"
    assert found.findings["split_drift"].state == "none"
    assert "ordinal_label" not in found.findings


@pytest.mark.parametrize("text", [False, True])
def test_a_column_that_gives_the_label_away_is_named(tmp_path: Path, text: bool) -> None:
    frame = samples()
    code = frame["label"].astype("category").cat.codes
    frame["ward"] = [f"w{c}" for c in code] if text else code * 10.0 + 3
    leak = looked(frame, tmp_path).findings["target_leakage"]
    assert leak.state == "found"
    assert columns(leak) == ["ward"]
    assert leak.score is not None
    assert leak.score.mean == 1
    assert 0.9 < leak.score.low < 1
    assert "'ward'" in leak.headline


def test_a_number_given_class_by_class_is_named(tmp_path: Path) -> None:
    frame = samples().sort_values("label").reset_index(drop=True)
    frame.insert(0, "sample_id", np.arange(1000, 1000 + len(frame)))
    leak = looked(frame, tmp_path).findings["target_leakage"]
    assert leak.state == "found"
    assert columns(leak) == ["sample_id"]
    assert "sorted by class" in leak.columns[0].words


def test_a_file_name_that_holds_the_class_is_named(tmp_path: Path) -> None:
    frame = samples()
    frame["file"] = [f"{name[-1]}_{i:05d}.jpg" for i, name in enumerate(frame["label"])]
    leak = looked(frame, tmp_path).findings["target_leakage"]
    assert leak.state == "found"
    assert columns(leak) == ["file"]


def test_a_leak_with_exceptions_is_still_named(tmp_path: Path) -> None:
    frame = samples()
    code = frame["label"].astype("category").cat.codes.to_numpy()
    wrong = np.random.default_rng(1).random(len(frame)) < 0.04
    frame["stage"] = np.where(wrong, (code + 1) % 3, code)
    leak = looked(frame, tmp_path).findings["target_leakage"]
    assert leak.state in ("found", "perhaps")
    assert columns(leak) == ["stage"]


def test_an_easy_data_set_is_no_leak(tmp_path: Path) -> None:
    iris = load_iris(as_frame=True).frame.rename(columns={"target": "label"})
    iris["label"] = iris["label"].map({0: "setosa", 1: "versicolor", 2: "virginica"})
    leak = looked(iris, tmp_path).findings["target_leakage"]
    assert leak.state != "found"


def test_a_class_of_two_is_left_out_of_leakage_and_does_not_break_it(tmp_path: Path) -> None:
    frame = samples(sizes=(60, 20, 2))
    leak = looked(frame, tmp_path).findings["target_leakage"]
    assert "2 classes" in leak.assumed


def counted(n: int = 1200, c: int = 8) -> pd.DataFrame:
    """Rings from a noisy size, fewer of the higher ones."""
    rng = np.random.default_rng(0)
    rings = rng.choice(np.arange(3, 3 + c), n, p=np.arange(c, 0, -1) / np.arange(c + 1).sum())
    return pd.DataFrame({"size": rings + rng.normal(0, 1.2, n), "label": rings})


def test_an_order_of_the_label_is_found_and_regression_measured(tmp_path: Path) -> None:
    order = looked(counted(), tmp_path).findings["ordinal_label"]
    assert order.state == "found"
    assert "regression" in order.advice
    assert "'3' to '10'" in order.headline
    assert order.score is not None
    assert order.score.mean > 0.6, "within one class"


def test_numbers_that_are_names_have_no_order(tmp_path: Path) -> None:
    frame = counted()
    rng = np.random.default_rng(1)
    frame["label"] = rng.permutation(8)[frame["label"].to_numpy() - 3]
    order = looked(frame, tmp_path).findings["ordinal_label"]
    assert order.state in ("none", "perhaps")
    digits = load_digits(as_frame=True).frame.rename(columns={"target": "label"})
    digits = digits.iloc[:400, ::3].assign(label=digits["label"])
    order = looked(digits, tmp_path).findings["ordinal_label"]
    assert order.state != "found"


@pytest.mark.parametrize(
    ("names", "order", "kind"),
    [
        (("10", "9", "11", "2"), [3, 1, 0, 2], "numbers"),
        (("18-25", "<18", "66+", "26-65"), [1, 0, 3, 2], "numbers"),
        (("draw", "two", "zero", "one"), [2, 3, 1], "number words"),
        (("high", "low", "Medium"), [1, 2, 0], "grades"),
        (("very_low", "low", "average"), [0, 1, 2], "grades"),
        (("cat", "dog", "emu"), [], ""),
        (("1", "2"), [], ""),
        (("1", "1.0", "2", "3"), [], ""),
        (("1", "2", "3", "cat", "dog"), [], ""),
    ],
)
def test_the_order_that_names_declare(names: tuple[str, ...], order: list[int], kind: str) -> None:
    assert class_order(names) == (order, kind)


def test_order_test_by_hand() -> None:
    """Errors one apart of three classes; in the other two orders they are 4/3 apart."""
    confusion = np.array([[5.0, 2, 0], [1, 5, 1], [0, 4, 5]])
    distance, chance, p = order_test(confusion)
    assert distance == 1
    assert chance == pytest.approx(4 / 3, abs=0.05)
    assert p == pytest.approx(1 / 3, abs=0.05)


def test_drift_is_told_from_another_mix_of_classes(tmp_path: Path) -> None:
    """A balanced test split is no drift; a shifted column is."""
    train, test = samples(0, (400, 120, 40)), samples(1, (60, 60, 60))
    train["split"], test["split"] = "train", "test"
    both = pd.concat([train, test], ignore_index=True)
    calm = looked(both, tmp_path).findings["split_drift"]
    assert calm.state == "none"
    both.loc[both["split"] == "test", "noise"] += 2.0
    drift = looked(both, tmp_path).findings["split_drift"]
    assert drift.state == "found"
    assert columns(drift)[0] == "noise"
    assert drift.score is not None
    assert 0.75 < drift.score.low < drift.score.mean < 0.98
    assert "median" in drift.columns[0].words


def test_a_split_by_position_is_said(tmp_path: Path) -> None:
    frame = samples()
    frame["recorded"] = np.random.default_rng(0).permutation(len(frame)) * 10
    frame["split"] = np.where(frame["recorded"] < 2800, "train", "test")
    drift = looked(frame, tmp_path).findings["split_drift"]
    assert drift.state in ("found", "perhaps")
    assert "follows 'recorded'" in drift.headline


def test_columns_that_tell_the_tail_apart_are_ranked(tmp_path: Path) -> None:
    frame = samples(sizes=(400, 100, 60))
    rare = frame["label"] == "kind c"
    frame["colour"] = np.where(rare, "red", np.random.default_rng(0).choice(["red", "blue"], 560))
    tail = looked(frame, tmp_path).findings["tail_columns"]
    assert tail.state == "found"
    assert {"length", "colour"} <= set(columns(tail)) <= {"length", "width", "colour"}
    assert "60 different rows" in tail.assumed
    colour = next(c for c in tail.columns if c.name == "colour")
    assert "in 100% of tail" in colour.words or "in 0% of tail" in colour.words


def test_a_tail_like_the_rest_is_said(tmp_path: Path) -> None:
    frame = samples(sizes=(600, 300, 150))
    rng = np.random.default_rng(5)
    for name in ("length", "width"):
        frame[name] = rng.normal(size=len(frame))
    tail = looked(frame, tmp_path).findings["tail_columns"]
    assert tail.state == "none"
    assert "other features" in tail.advice
    assert tail.score is not None
    assert tail.score.high < 0.65


def test_a_tail_of_nine_is_not_judged(tmp_path: Path) -> None:
    frame = samples(sizes=(200, 60, 9))
    tail = looked(frame, tmp_path).findings["tail_columns"]
    assert (tail.state, tail.columns) == ("unknown", ())


def test_copies_count_once(tmp_path: Path) -> None:
    """Nine tail rows repeated forty times are still nine; and copies do not pass for drift."""
    frame = samples(sizes=(200, 60, 9))
    rare = frame[frame["label"] == "kind c"]
    found = looked(pd.concat([frame, *[rare] * 5], ignore_index=True), tmp_path)
    assert found.findings["tail_columns"].state == "unknown"
    assert (found.rows, found.total) == (269, 314)
    assert any("269 different rows of the 314" in note for note in found.notes)


def test_time_that_is_up_is_said(tmp_path: Path) -> None:
    found = looked(samples(), tmp_path, seconds=0.0)
    assert found.findings["target_leakage"].state == "unknown"
    assert "time was up" in found.findings["target_leakage"].assumed


def test_progress_may_cancel(tmp_path: Path) -> None:
    def stop(message: str, share: float | None) -> None:
        if "label away" in message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        looked(samples(), tmp_path, progress=stop)


def test_images_are_profiled_by_what_can_be_said_of_them(tmp_path: Path) -> None:
    """One class photographed at another brightness is a leak by brightness."""
    rng = np.random.default_rng(0)
    dark = rng.integers(0, 90, (60, 16, 16, 3), dtype=np.uint8)
    light = rng.integers(140, 255, (20, 16, 16, 3), dtype=np.uint8)
    path = tmp_path / "a.npz"
    labels = np.repeat([0, 1], [60, 20])
    np.savez(path, images=np.concatenate([dark, light]), labels=labels)
    contents = read_file(path)
    tail = analyse_tail(contents.labels.train_counts, contents.labels.test_counts)
    found = profile_contents(contents, tail)
    assert found is not None
    leak = found.findings["target_leakage"]
    assert leak.state == "found"
    assert "brightness" in columns(leak)


def test_counts_and_several_labels_have_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("class,count\ncat,300\nemu,3\n")
    assert inspect_file(path).profile is None
    path.write_text("x,tags\n" + "1,a;b\n" * 6 + "1,a\n" * 3 + "2,b\n" * 3 + "2,a;c\n2,b;c\n")
    assert inspect_file(path).profile is None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    frame = samples()
    frame["<b>ward"] = frame["label"].astype("category").cat.codes
    path = tmp_path_factory.mktemp("whole") / "a.csv"
    frame.to_csv(path, index=False)
    return inspect_file(path, label="label")


def test_the_profile_is_in_report_json_shell_and_result_file(
    whole: Inspection, tmp_path: Path
) -> None:
    assert whole.profile is not None
    document = to_document(whole)
    leak = document["profile"]["target_leakage"]
    assert (leak["state"], leak["columns"][0]["name"]) == ("found", "<b>ward")
    assert "definition" in document["definitions"]["target_leakage"]
    page = report_html(whole)
    assert "What bears on the tail" in page
    assert "&lt;b&gt;ward" in page
    assert "<b>ward" not in page
    lines = whole.profile.sentences()
    assert any(line.startswith("A column that gives the label away: found.") for line in lines)
    save_found(tmp_path / "found.npz", whole)
    assert to_document(load_found(tmp_path / "found.npz"))["profile"] == document["profile"]


def test_each_check_describes_itself() -> None:
    for name, check in PROFILE_CHECKS.items():
        assert check.measure.name == name
        assert check.measure.meaning
        assert check.measure.reference


def added_look(rows: ProfiledRows, clock: Clock) -> ProfileFinding | None:
    return ProfileFinding("found", f"{len(rows.columns)} columns.", "Nothing.", "Smile.")


def test_an_added_check_needs_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = checks.ProfileCheck(
        checks.Measure("added", "Added", "It counts.", "Nothing."), f"{__name__}:added_look"
    )
    monkeypatch.setitem(PROFILE_CHECKS, "added", entry)
    assert profile.PROFILE_CHECKS is PROFILE_CHECKS
    path = tmp_path / "a.csv"
    samples().to_csv(path, index=False)
    found = inspect_file(path, label="label")
    assert found.profile is not None
    assert found.profile.findings["added"].headline == "3 columns."
    assert "Added" in report_html(found)
    assert to_document(found)["definitions"]["added"]["definition"] == "It counts."


def test_scores_by_hand() -> None:
    score = balanced_accuracy(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 0]))
    assert score.mean == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert score.low < 0.4
    positive = np.array([True, True, False, False])
    area = roc_area(positive, np.array([3.0, 1.0, 2.0, 0.0]), np.ones(4))
    assert area.mean == pytest.approx(0.75)
    heavy = roc_area(positive, np.array([3.0, 1.0, 2.0, 0.0]), np.array([1.0, 3, 1, 1]))
    assert heavy.mean == pytest.approx((1 + 3 / 2) / 4)


def test_the_interval_of_the_roc_area_covers() -> None:
    """Over 200 draws of two normals one deviation apart, the 95 % interval holds Φ(1/√2)."""
    from scipy.stats import norm

    truth = float(norm.cdf(1 / np.sqrt(2)))
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        positive = np.arange(150) < 30
        area = roc_area(positive, rng.normal(size=150) + positive, np.ones(150))
        inside += area.low <= truth <= area.high
    assert inside >= 180
