"""What the microscope says of a sample against the loss itself, for every registered loss."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from harmony_core.config import ExperimentConfig, MethodConfig
from harmony_core.errors import DataError
from harmony_core.explain.latex import number_latex, number_text
from harmony_core.explain.sample import SampleExplanation, explain, weight_curve
from harmony_core.frames import Frame, Scene
from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss
from harmony_core.losses.weighted import class_balanced_weights

WIDEST = 34
"""Signs a line may show: what fits 375 pixels at the size of a formula on its own line."""
COUNTS = np.array([600, 226, 85, 32, 12])
EPOCHS, K = 20, 24
CASES: list[tuple[str, dict[str, Any], str]] = [(name, {}, "none") for name in LOSSES] + [
    ("harmonized", {"preset": preset}, "none") for preset in LOSSES["harmonized"].presets
] + [
    ("harmonized", {"inter": "weight", "rho": 0.5}, "drw"),
    ("harmonized", {"envelope": False, "alpha": 2.0}, "none"),
    ("ldam", {}, "drw"),
    ("ce", {}, "drw"),
    ("cb_focal", {"gamma": 0.5, "beta": 0.99}, "drw"),
    ("vs", {"gamma": 0.3, "tau": 0.5}, "none"),
    ("vs", {"preset": "cdt"}, "none"),
    ("logit_adjusted", {"tau": 2.0}, "none"),
    ("label_aware_smoothing", {"smooth_tail": 0.2}, "drw"),
    ("label_aware_smoothing", {"smooth_head": 0.0}, "none"),
    ("seesaw", {"q": 0.0}, "none"),
    ("seesaw", {"p": 0.0, "q": 5.0}, "drw"),
    ("loce", {"momentum": 0.5}, "drw"),
    ("gcl", {"margin": 0.3, "scale": 10.0}, "drw"),
]  # fmt: skip


def method_of(name: str, params: dict[str, Any], deferral: str) -> MethodConfig:
    return MethodConfig(name, LOSSES[name].resolve(params), deferral=deferral)


def trained(method: MethodConfig, epoch: int) -> tuple[Loss, Scene, Frame, torch.Tensor]:
    """A loss that has seen some batches, and the frame a recorder would make of it."""
    draw = np.random.default_rng(3)
    loss = build_loss(method.loss, COUNTS, **method.params).double()
    for done in range(epoch):
        loss.on_epoch_start(done, EPOCHS)
        if method.deferral == "drw" and done >= 16:
            loss.set_class_weight(class_balanced_weights(loss.class_counts, 0.9999))
        targets = torch.from_numpy(draw.choice(5, 64, p=COUNTS / COUNTS.sum()))
        logits = torch.from_numpy(draw.normal(0, 2, (64, 5))) / loss.scale
        loss.terms(logits, targets, torch.ones(64, 3, dtype=torch.float64))
    targets = np.arange(K) % 5
    recorded = draw.normal(0, 3, (K, 5)).astype(np.float16)
    recorded[0, 0], recorded[1, 1] = 30, -30  # one sample as easy, one as hard as can be
    logits = (torch.from_numpy(recorded).double() / loss.scale).requires_grad_()
    features = torch.from_numpy(draw.normal(0, 1, (K, 3)))
    loss.eval()
    terms = loss.terms(logits, torch.from_numpy(targets), features)
    (terms.weight * terms.cross_entropy).sum().backward()
    state = loss.density_state()
    arrays = {} if state is None else {
        "density": state.counts.numpy(), "regions": state.regions.numpy(),
        "region_weight": state.weights.numpy(),
    }  # fmt: skip
    offset = loss.learned_offset()
    if offset is not None:
        arrays["learned_offset"] = offset.numpy()
    one = np.ones((5, 2))
    frame = Frame(
        method=0, repeat=0, epoch=epoch, lr=0.1, train_loss=1, test_loss=1, ece=0.1,
        confusion=np.eye(5, dtype=np.int64), grad_counts=one, grad_weights=one, grad_pull=one,
        weight_square=np.ones(5), head_norms=np.ones(5, np.float32),
        tracked_weight=terms.weight.numpy(), tracked_grad_norm=terms.difficulty.numpy(),
        tracked_logits=recorded, **arrays,
    )  # fmt: skip
    scene = Scene(
        kind="points", class_names=tuple("ABCDE"), train_counts=COUNTS,
        test_counts=np.full(5, 10), tracked_index=np.arange(K), tracked_targets=targets,
        tracked_flipped=np.zeros(K, bool), tracked_inputs=np.zeros((K, 2), np.float32),
    )  # fmt: skip
    return loss, scene, frame, logits


def seen(method: MethodConfig, epoch: int, sample: int) -> SampleExplanation:
    _, scene, frame, _ = trained(method, epoch)
    return explain(ExperimentConfig(methods=(method,), epochs=EPOCHS), scene, frame, sample)


@pytest.mark.parametrize(("name", "params", "deferral"), CASES)
@pytest.mark.parametrize("epoch", [0, 1, 20])
def test_every_number_is_the_loss_s_own(
    name: str, params: dict[str, Any], deferral: str, epoch: int
) -> None:
    method = method_of(name, params, deferral)
    loss, scene, frame, logits = trained(method, epoch)
    config = ExperimentConfig(methods=(method,), epochs=EPOCHS)
    features = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (K, 3)))
    targets = torch.from_numpy(scene.tracked_targets)
    terms = loss.terms(logits.detach(), targets, features)
    gradient = logits.grad / loss.scale
    for i in range(K):
        found = explain(config, scene, frame, i)
        y = int(targets[i])
        p = torch.softmax(logits.detach()[i] * loss.scale, 0)
        assert found.p == pytest.approx(p.numpy(), rel=1e-6)
        assert found.p_y == pytest.approx(float(p[y]), rel=1e-6)
        assert found.p_adjusted[y] == pytest.approx(1 - float(terms.grad_norm[i]), rel=1e-6)
        assert found.grad_norm == pytest.approx(float(terms.grad_norm[i]), rel=1e-6)
        assert found.difficulty == pytest.approx(float(terms.difficulty[i]), rel=1e-6)
        assert found.cross_entropy == pytest.approx(float(terms.cross_entropy[i]), rel=1e-6)
        assert found.weight == pytest.approx(float(frame.tracked_weight[i]), rel=1e-6, abs=1e-8)
        assert found.unit == pytest.approx(float(terms.unit[i]), rel=1e-6)
        assert found.weight == pytest.approx(found.intra * found.inter)
        assert found.loss == pytest.approx(found.weight * found.cross_entropy)
        assert found.gradient == pytest.approx(gradient[i].numpy(), rel=1e-5, abs=1e-9)


def test_the_gradient_is_the_weight_times_what_is_missing() -> None:
    found = seen(method_of("harmonized", {}, "none"), 20, 3)
    onehot = np.eye(5)[found.label]
    assert found.gradient == pytest.approx(found.weight * (found.p_adjusted - onehot))


def test_the_region_is_where_the_sample_lies() -> None:
    method = method_of("harmonized", {}, "none")
    loss, scene, frame, _ = trained(method, 20)
    config = ExperimentConfig(methods=(method,), epochs=EPOCHS)
    state = loss.density_state()
    assert state is not None
    for i in range(K):
        found = explain(config, scene, frame, i)
        assert found.region is not None
        low, high = found.region.span
        assert low <= found.difficulty < high or found.region.index == found.region.regions - 1
        row = state.counts[found.label, : found.region.regions] + 1.0  # λ = 1
        assert found.region.share == pytest.approx(float(row[found.region.index] / row.sum()))
        assert found.region.rarity / found.region.mean == pytest.approx(found.intra, rel=1e-6)
        edges, weights = weight_curve(frame, found.label) or ((), ())
        assert len(edges) == len(weights) + 1 == found.region.regions + 1
        assert weights[found.region.index] == pytest.approx(found.intra)


def test_a_loss_without_a_density_has_no_curve() -> None:
    _, _, frame, _ = trained(method_of("ce", {}, "none"), 20)
    assert weight_curve(frame, 0) is None


@pytest.mark.parametrize(("name", "params", "deferral"), CASES)
@pytest.mark.parametrize("epoch", [0, 1, 20])
def test_formulas_are_narrow_balanced_and_say_the_same_in_words(
    name: str, params: dict[str, Any], deferral: str, epoch: int
) -> None:
    method = method_of(name, params, deferral)
    for sample in (0, 1, 4, 7):
        found = seen(method, epoch, sample)
        assert len(found.latex) == len(found.text) >= 4
        for step in found.steps:
            assert shown_width(step.latex) <= WIDEST, step.latex
            assert step.latex.count("{") == step.latex.count("}")
            assert "nan" not in step.latex + step.text
            assert step.text.count(" = ") >= 1
        assert found.steps[-1].text.endswith(number_text(-found.gradient[found.label]))


def test_the_formula_of_a_sample_by_hand() -> None:
    """A softmax of two equal logits of five, moved by the class sizes, and nothing else."""
    method = method_of("balanced_softmax", {}, "none")
    _, scene, frame, _ = trained(method, 20)
    frame.tracked_logits[4] = 0  # class 4: 12 of 955 samples; p̃ = π = 0.01257
    found = explain(ExperimentConfig(methods=(method,), epochs=EPOCHS), scene, frame, 4)
    assert found.text == (
        "Share of its class: π_y = N_y / N = 12 / 955 = 0.0126",
        "Logit, moved by the class's size: z̃_y = z_y + log π_y = 0 + (−4.38) = −4.38",
        "Probability of its class: p̃_y = e^(z̃_y) / Σ_c e^(z̃_c) = 0.0126",
        "Difficulty: g = 1 − p̃_y = 1 − 0.0126 = 0.987",
        "Cross-entropy: CE = −log p̃_y = 4.38",
        "Its pull: −∂ℓ/∂z_y = weight · g = 1·0.987 = 0.987",
    )
    assert found.latex[0] == (
        r"\begin{aligned} \pi_y &= \frac{N_y}{N} \\ &= \frac{12}{955} \\ &= 0.0126 \end{aligned}"
    )


def test_what_is_added_to_the_cross_entropy_is_part_of_the_formula() -> None:
    method = method_of("label_aware_smoothing", {"smooth_tail": 0.2}, "none")
    _, scene, frame, _ = trained(method, 20)
    frame.tracked_logits[4] = [0, 0, 0, 0, 5]  # class 4, the rarest
    found = explain(ExperimentConfig(methods=(method,), epochs=EPOCHS), scene, frame, 4)
    assert found.text[2:6] == (
        "Cross-entropy: CE = −log p_y = 0.0266",
        "Smoothing of its class, by its size: ε_y = 0.2",
        "What smoothing adds: R = ε_y · (z_y − mean z) = 0.2·(5 − 1) = 0.8",
        "Its share of the loss: ℓ = CE + R = 0.0266 + 0.8 = 0.827",
    )
    # 0.0262 − 0.2 (1 − 1/5): the smoothed label wants less certainty
    assert found.text[-1].endswith("1·(0.0262 − 0.16) = −0.134")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lade", "leaves it out"), ("eql", "left out of the softmax with probability 0.9"),
        ("gcl", "without noise"), ("seesaw", "below 0.01"), ("label_aware_smoothing", "certainty"),
    ],
)  # fmt: skip
def test_notes_tell_what_the_formula_does_not_show(name: str, words: str) -> None:
    assert words in seen(method_of(name, {}, "none"), 20, 1).notes[-1]  # the hardest sample


def test_notes_tell_what_the_schedule_holds_back() -> None:
    assert "warms up" in seen(method_of("harmonized", {}, "none"), 1, 0).notes[0]
    assert not seen(method_of("harmonized", {"anneal": 0.0}, "none"), 20, 0).notes
    assert "from 0.5 to 0.25" in seen(method_of("harmonized", {}, "none"), 11, 0).notes[0]
    assert "not on yet" in seen(method_of("ib", {}, "none"), 1, 0).notes[0]
    assert "Deferred" in seen(method_of("ce", {}, "drw"), 20, 0).notes[0]
    assert not seen(method_of("ce", {}, "drw"), 16, 0).notes


@pytest.mark.parametrize("sample", [-1, K])
def test_only_tracked_samples_can_be_explained(sample: int) -> None:
    with pytest.raises(DataError, match="from 0 to 23"):
        seen(method_of("ce", {}, "none"), 1, sample)


@pytest.mark.parametrize(
    ("number", "words", "formula"),
    [
        (0.0, "0", "0"), (1.0, "1", "1"), (0.123456, "0.123", "0.123"), (-4.3821, "−4.38", "-4.38"),
        (12345.6, "12300", "12300"), (0.00012345, "0.000123", "0.000123"),
        (1.234e-7, "1.23e-07", r"1.23 \cdot 10^{-7}"), (-1.2e9, "−1.2e+09", r"-1.2 \cdot 10^{9}"),
        (float("inf"), "∞", r"\infty"), (float("nan"), "–", r"\text{–}"),
    ],
)  # fmt: skip
def test_numbers_have_three_significant_digits(number: float, words: str, formula: str) -> None:
    assert number_text(number) == words
    assert number_latex(number) == formula
    assert not re.search(r"e[+-]\d", formula)


def shown_width(latex: str) -> int:
    """About how many signs the widest line of a LaTeX block shows."""
    body = latex.replace(r"\begin{aligned}", "").replace(r"\end{aligned}", "")
    return max(_signs(line) for line in body.split(r"\\"))


def _signs(line: str) -> int:
    fraction = re.compile(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
    while match := fraction.search(line):
        wider = max(match[1], match[2], key=_signs)
        line = line[: match.start()] + wider + line[match.end() :]
    line = re.sub(r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}", r"\1", line)
    line = re.sub(r"\\(?:left|right|tilde|,|;|!|quad)", "", line)
    line = re.sub(r"\\[a-zA-Z]+", "x", line)
    return len(re.sub(r"[{}^_&\s]", "", line))
