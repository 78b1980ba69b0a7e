"""A formula with its factors switched on, against the losses themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from harmony_core.explain.switched import FORMULAS, instructive_samples, switched
from harmony_core.frames import Frame, Scene
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.course.prepare import prepared
from harmony_core.losses import build_loss

COURSE = lessons()


@pytest.fixture(scope="module")
def seen() -> tuple[Scene, Frame]:
    outcome = prepared(COURSE[8])
    return outcome.scenes[0], outcome.last[0][0]


def logits(frame: Frame, sample: int) -> torch.Tensor:
    return torch.tensor(frame.tracked_logits[sample], dtype=torch.float64)[None]


def test_cross_entropy_and_class_weight(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    counts = torch.as_tensor(scene.train_counts)
    for sample in instructive_samples(scene, frame):
        label = torch.tensor([int(scene.tracked_targets[sample])])
        expected = F.cross_entropy(logits(frame, sample), label).item()
        assert switched("ce", scene, frame, sample).loss == pytest.approx(expected, rel=1e-6)
        weighted = switched("weighted", scene, frame, sample)
        terms = build_loss("weighted_ce", counts).terms(logits(frame, sample), label)
        assert weighted.factors[0].value == pytest.approx(float(terms.weight[0]), rel=1e-5)


def test_focal_agrees_with_the_loss(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    sample = instructive_samples(scene, frame)[0]
    label = torch.tensor([int(scene.tracked_targets[sample])])
    terms = build_loss("focal", torch.as_tensor(scene.train_counts)).terms(
        logits(frame, sample), label
    )
    expected = float((terms.weight * terms.cross_entropy)[0])
    assert switched("focal", scene, frame, sample).loss == pytest.approx(expected, rel=1e-5)


def test_balanced_logits_of_the_harmonized_form(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    sample = instructive_samples(scene, frame)[-1]
    label = torch.tensor([int(scene.tracked_targets[sample])])
    prior = torch.log(torch.as_tensor(scene.train_counts) / scene.train_counts.sum())
    expected = F.cross_entropy(logits(frame, sample) + prior, label).item()
    one = switched("harmonized", scene, frame, sample)
    assert one.cross_entropy == pytest.approx(expected, rel=1e-5)
    plain = F.cross_entropy(logits(frame, sample), label).item()
    assert one.grad_norm == pytest.approx(1 - np.exp(-plain), rel=1e-5)
    assert one.weights is not None
    assert one.factors[2].value == one.weights[one.region]
    assert (np.diff(one.weights) >= -1e-9).all()  # a harder sample never counts less


def test_ghm_gives_every_occupied_region_the_same_total(seen: tuple[Scene, Frame]) -> None:
    one = switched("ghm", *seen, instructive_samples(*seen)[0])
    assert one.weights is not None
    totals = (one.weights * one.counts)[one.counts > 0]
    assert totals == pytest.approx(np.full(len(totals), totals[0]))


def test_only_the_factors_of_a_loss_are_on(seen: tuple[Scene, Frame]) -> None:
    on = {
        name: [factor.on for factor in switched(name, *seen, 0).factors] for name in FORMULAS
    }  # fmt: skip
    assert on == {
        "ce": [False, False, False],
        "weighted": [True, False, False],
        "focal": [False, True, False],
        "ghm": [False, False, True],
        "harmonized": [False, False, True],
    }
    for name in FORMULAS:
        one = switched(name, *seen, 0)
        assert one.loss == pytest.approx(
            np.prod([f.value for f in one.factors]) * one.cross_entropy
        )
        off = [f.value for f in one.factors if not f.on]
        assert off == [1.0] * len(off)
        assert one.latex.count("{") == one.latex.count("}")
