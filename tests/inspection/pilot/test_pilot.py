"""The pilot on data whose answer is known, its intervals, and the recommendation it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.analysis.intervals import Estimate
from harmony_core.config import MethodConfig
from harmony_core.errors import DataError
from harmony_core.inspection import analyse_tail, inspect_file, read_file
from harmony_core.inspection.pilot.data import cut_counts, pilot_data
from harmony_core.inspection.pilot.learning_curve import LearningCurve
from harmony_core.inspection.pilot.pilot import Pilot, Trial, run_pilot
from harmony_core.inspection.pilot.recommend import recommend
from harmony_core.inspection.pilot.training import METHODS
from harmony_core.inspection.quality import Finding, Quality
from harmony_core.inspection.report.document import to_json
from harmony_core.readers.contents import Contents


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


def trained(contents: Contents, **options: Any) -> Pilot:
    tail = analyse_tail(contents.labels.train_counts, contents.labels.test_counts)
    return run_pilot(contents, tail, **options)


def test_overlapping_classes_call_for_a_method_of_the_tail(tmp_path: Path) -> None:
    contents = opened(clouds([900, 300, 120, 90], 1.4), tmp_path)
    pilot = trained(contents, seeds=6, steps=200, curve=False)
    found = recommend(pilot, analyse_tail(contents.labels.train_counts))
    assert found.verdict == "method"
    assert found.method in ("balanced softmax", "harmonized", "LDAM-DRW", "re-weighting")
    assert found.headline.startswith(f"Choose {found.method}: +")
    assert found.gains["tail"].low > 0
    assert found.gains["head"].mean < 0
    assert "costs" in found.headline
    assert pilot.trial("balanced softmax").figure("tail", pilot.groups).mean() > (
        pilot.trial("cross-entropy").figure("tail", pilot.groups).mean() + 0.2
    )
    density = pilot.trial("cross-entropy").density
    assert density.shape == (4, 20)
    assert density.sum(axis=1) == pytest.approx(1)


def test_a_balanced_set_recommends_nothing_special(tmp_path: Path) -> None:
    contents = opened(clouds([120] * 4, 1.4), tmp_path)
    pilot = trained(contents, seeds=4, steps=120)
    assert pilot.figures() == ("balanced_accuracy", "medium")
    found = recommend(pilot, analyse_tail(contents.labels.train_counts))
    assert (found.verdict, found.method) == ("no_clear_winner", "cross-entropy")
    assert found.headline == "No clear winner: stay with cross-entropy."
    assert pilot.curve is None


def test_the_same_seeds_give_the_same_pilot(tmp_path: Path) -> None:
    contents = opened(clouds([60, 30, 12], 2.0), tmp_path)
    one, two = (trained(contents, seeds=2, steps=30) for _ in range(2))
    for a, b in zip(one.trials, two.trials, strict=True):
        assert (a.confusion == b.confusion).all()
    assert one.curve is not None
    assert one.curve.tail.shape == (3, 2)


def test_small_classes_are_left_out_or_named(tmp_path: Path) -> None:
    contents = opened(clouds([80, 40, 9, 5, 1], 3.0), tmp_path)
    pilot = trained(contents, seeds=2, steps=30, curve=False)
    assert pilot.names == ("class 0", "class 1", "class 2")
    assert pilot.left_out == ("class 3", "class 4")
    assert pilot.too_few == ("class 2",)
    found = recommend(pilot, analyse_tail(contents.labels.train_counts))
    assert set(found.too_few) == {"class 2", "class 3", "class 4"}
    assert any("Too few samples to judge" in reason for reason in found.reasons)
    assert np.isnan(pilot.recall_of("class 4")["cross-entropy"])


def test_splits_hold_out_a_third_of_every_class(tmp_path: Path) -> None:
    contents = opened(clouds([600, 90, 7], 3.0), tmp_path)
    data = pilot_data(contents, 3, lambda *_: None)
    seen = []
    for seed in range(3):
        train, test = data.split(seed, 3)
        assert np.bincount(data.codes[test]).tolist() == [100, 30, 2]
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(data.codes)
        seen.append(test.tolist())
    assert seen[0] != seen[1]


def test_a_test_split_that_came_along_is_dealt_out(tmp_path: Path) -> None:
    frame = clouds([200, 60, 40], 3.0)
    frame["split"] = "train"
    test = frame.groupby("label").head(16).index
    frame.loc[test, "split"] = "test"
    contents = opened(frame, tmp_path)
    data = pilot_data(contents, 4, lambda *_: None)
    assert not data.redrawn
    parts = [set(data.split(seed, 4)[1].tolist()) for seed in range(4)]
    assert set.union(*parts) == set(np.flatnonzero(data.given_test).tolist())
    assert sum(map(len, parts)) == 48
    pilot = trained(contents, seeds=4, steps=30, curve=False)
    assert set(pilot.overlap.values()) == {0.0}
    assert pilot.tested.tolist() == [16, 16, 16]


def test_large_classes_are_cut_and_the_tail_is_not() -> None:
    counts = np.array([100_000, 10_000, 1_000, 100, 10])
    cut = cut_counts(counts, 6_000)
    assert 5_900 <= cut.sum() <= 6_000
    assert cut[3:].tolist() == [30, 10]
    assert cut[0] / cut[1] == pytest.approx(10, rel=0.01)
    assert cut_counts(np.array([5, 3]), 6_000).tolist() == [5, 3]


def test_images_are_trained_on_too(
    pack: Callable[..., Path], picture: Callable[..., bytes]
) -> None:
    entries = {}
    for c, n in (("bright", 24), ("dark", 9)):
        for i in range(n):
            entries[f"{c}/{i}.png"] = picture(1 if c == "bright" else 2, side=32 + i)
    contents = read_file(pack("a.zip", entries))
    pilot = trained(contents, seeds=2, steps=30, curve=False)
    assert pilot.trial("balanced softmax").figure("balanced_accuracy", pilot.groups).mean() > 0.9
    assert "patches" in pilot.described
    contents.close()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "class,count\na,50\nb,5\n", "only labels"),
        ("a.csv", "label\n" + "a\nb\n" * 20, "only labels"),
        ("a.csv", "x,label\n" + "1.5,a\n2.5,b\n" * 2, "at least 2 classes"),
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
        trained(read_file(write(name, content)), seeds=2, steps=10)


def test_progress_can_cancel_the_pilot(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(message: str, share: float | None) -> None:
        if "Training" in message:
            raise Cancelled

    contents = opened(clouds([60, 30], 2.0), tmp_path)
    with pytest.raises(Cancelled):
        trained(contents, seeds=2, steps=10, progress=cancel)


def made_up(gain: float, spread: float, curve: LearningCurve | None = None) -> Pilot:
    """A pilot of four classes in which one method gains on the tail."""
    rng = np.random.default_rng(0)

    def trial(label: str, method: MethodConfig) -> Trial:
        confusion = np.zeros((6, 4, 4), dtype=np.int64)
        for s in range(6):
            extra = gain + spread * rng.normal() if label == "harmonized" else 0
            hits = np.clip(np.round(1000 * np.array([0.9, 0.8, 0.5 + extra, 0.5 + extra])), 0, 1000)
            confusion[s] = np.diag(hits)
            confusion[s, :, 0] += (1000 - hits).astype(int)
        return Trial(label, method, confusion, np.full((4, 20), 0.05))

    zero = dict.fromkeys(("balanced_accuracy", "head", "medium", "tail"), 0.0)
    return Pilot(
        trials=tuple(trial(label, method) for label, method in METHODS.items()),
        names=("a", "b", "c", "d"), classes=np.arange(4), groups=np.array([0, 1, 2, 2]),
        counts=np.array([900, 300, 30, 20]), tested=np.full(4, 1000), overlap=zero, seeds=6,
        epochs=1, seconds=1.0, described="", curve=curve,
    )  # fmt: skip


TAIL = analyse_tail(np.array([900, 300, 30, 20]))


def test_a_clear_gain_is_recommended_and_an_unclear_one_is_not() -> None:
    clear = recommend(made_up(0.2, 0.01), TAIL)
    assert (clear.verdict, clear.method) == ("method", "harmonized")
    assert clear.gains["tail"].mean == pytest.approx(0.2, abs=0.02)
    assert clear.gains["head"].mean == 0
    for gain, spread in ((0.02, 0.3), (0.0, 0.0), (-0.2, 0.01), (0.004, 0.0)):
        unclear = recommend(made_up(gain, spread), TAIL)
        assert (unclear.verdict, unclear.method) == ("no_clear_winner", "cross-entropy")


def test_a_steep_learning_curve_says_collect() -> None:
    curve = LearningCurve(
        "harmonized", (0.25, 0.5, 1.0), np.array([[0.2], [0.4], [0.6]]), 50,
        last=Estimate(0.3, 0.25, 0.35), next=Estimate(0.3, 0.25, 0.35),
    )  # fmt: skip
    found = recommend(made_up(0.1, 0.01, curve), TAIL)
    assert found.verdict == "collect"
    assert "'c', 'd'" in found.headline
    assert "50 more samples" in found.headline
    assert found.reasons[0].startswith("Choose harmonized")
    flat = replace(curve, next=Estimate(0.05, -0.02, 0.12))
    assert recommend(made_up(0.1, 0.01, flat), TAIL).verdict == "method"


def test_a_noisy_tail_is_said() -> None:
    counts = np.array([900, 300, 80, 25])
    tail = analyse_tail(counts)
    suspects = Finding(np.array([9, 3, 2, 6]), counts)
    quality = Quality({"suspects": suspects}, counts)
    reasons = recommend(made_up(0.2, 0.01), tail, quality).reasons
    assert any(reason.startswith("Rare means noisy") for reason in reasons)
    clean = replace(quality, findings={"suspects": replace(suspects, counts=np.zeros(4, int))})
    reasons = recommend(made_up(0.2, 0.01), tail, clean).reasons
    assert not any("noisy" in reason for reason in reasons)


def test_everything_at_once_is_strict_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    from harmony_core.inspection.pilot import pilot as module

    monkeypatch.setattr(module, "STEPS", 30)
    monkeypatch.setattr(module, "SEEDS", 2)
    monkeypatch.setattr(module.run_pilot, "__kwdefaults__", {
        **module.run_pilot.__kwdefaults__, "steps": 30, "seeds": 2})  # fmt: skip
    clouds([60, 30, 12], 2.0).to_csv(tmp_path / "a.csv", index=False)
    document = json.loads(to_json(inspect_file(tmp_path / "a.csv", pilot=True)))
    assert [row["name"] for row in document["classes"]] == ["class 0", "class 1", "class 2"]
    assert document["classes"][0]["count"] == 60
    assert document["classes"][0]["split"] == {"all": 60}
    assert set(document["classes"][0]["recall"]) == set(METHODS)
    assert document["imbalance_factor"] == 5
    assert document["recommendation"]["headline"]
    assert set(document["definitions"]) >= {"gini", "suspects", "imbalance_factor"}
