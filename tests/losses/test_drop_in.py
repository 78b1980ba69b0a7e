"""Every loss takes what `nn.CrossEntropyLoss` takes: each loss × form × precision.

The wanted value is that of the loss's oracle, NumPy loops over the samples that count.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from harmony_core.errors import ConfigError, DataError, EmptyClassWarning
from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss
from tests.losses.cases import COUNTS, suited
from tests.losses.forms import FORMS, IGNORED, Form, N, image, samples, tokens
from tests.losses.known import known

every_loss = pytest.mark.parametrize("name", LOSSES)
every_form = pytest.mark.parametrize("form", FORMS)


class Precision(NamedTuple):
    """The type of the logits, what a user does to the loss, and the result's type."""

    logits: torch.dtype
    state: torch.dtype
    result: torch.dtype
    rtol: float
    autocast: bool = False


PRECISIONS = {
    "float64": Precision(torch.float64, torch.float64, torch.float64, 2e-6),
    "float32": Precision(torch.float32, torch.float32, torch.float32, 2e-5),
    "float16": Precision(torch.float16, torch.float16, torch.float32, 2e-5),
    "bfloat16": Precision(torch.bfloat16, torch.bfloat16, torch.float32, 2e-5),
    "autocast": Precision(torch.bfloat16, torch.float32, torch.float32, 2e-5, autocast=True),
}


def built(name: str, form: Form, dtype: torch.dtype = torch.float64, **options: object) -> Loss:
    """A loss for a form; one that draws numbers by place in the batch is in evaluation mode."""
    loss = build_loss(name, COUNTS, **form.options, **options).to(dtype)
    return loss.eval() if LOSSES[name].random else loss


@every_loss
@pytest.mark.parametrize("precision", PRECISIONS)
def test_value_and_gradient_are_those_of_the_samples_that_count(name: str, precision: str) -> None:
    how = PRECISIONS[precision]
    for form, chosen in FORMS.items():
        loss = built(name, chosen, how.state)
        oracle = known(name).oracle(COUNTS, **LOSSES[name].resolve({}))
        oracle.training = loss.training
        for seed in (0, 1):  # the second batch meets what the loss remembers of the first
            raw, targets, features = samples(seed)
            rounded, features = suited(name, raw).to(how.logits), features.to(how.logits)
            z = rounded.clone().requires_grad_()
            with torch.autocast("cpu", torch.bfloat16) if how.autocast else nullcontext():
                value = loss(chosen.arrange(z), chosen.targets(targets), chosen.arrange(features))
            value.backward()
            keep = chosen.kept(targets)
            wanted = oracle.step(
                rounded.double().numpy()[keep],
                targets.numpy()[keep],
                features.double().numpy()[keep],
            )
            assert value.dtype == how.result, form
            assert value.item() == pytest.approx(wanted.loss, rel=how.rtol), form
            exact = torch.zeros(N, len(COUNTS), dtype=torch.float64)
            exact[keep] = torch.from_numpy(wanted.gradient)
            narrow = how.logits in (torch.float16, torch.bfloat16)
            bound = 2.0**-6 if narrow else 100 * how.rtol
            torch.testing.assert_close(
                z.grad.double(), exact, rtol=bound, atol=bound / 100, msg=lambda m, f=form: f + m
            )


@every_loss
def test_none_is_what_sum_adds_up_and_mean_divides_by_the_units(name: str) -> None:
    for chosen in FORMS.values():
        raw, targets, features = samples()
        given = (
            chosen.arrange(suited(name, raw)), chosen.targets(targets), chosen.arrange(features),
        )  # fmt: skip
        each, total, mean = (
            built(name, chosen, reduction=how)(*given) for how in ("none", "sum", "mean")
        )
        assert each.shape == chosen.shape
        torch.testing.assert_close(each.sum(), total)
        keep = chosen.kept(targets)
        units = built(name, chosen).unit(targets[keep], torch.float64)
        torch.testing.assert_close(total / units.sum(), mean)
        left_out = torch.ones(N, dtype=torch.bool)
        left_out[keep] = False
        assert (each.reshape(-1)[left_out] == 0).all()


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@every_form
def test_cross_entropy_is_that_of_torch_in_every_form(form: str, reduction: str) -> None:
    chosen = FORMS[form]
    raw, targets, _ = samples()
    ignored = chosen.options.get("ignore_index", -100)
    logits, labels = chosen.arrange(raw), chosen.targets(targets).long()
    wanted = F.cross_entropy(
        logits.movedim(-1, 1) if chosen.options.get("class_dim") == -1 else logits,
        labels,
        reduction=reduction,
        ignore_index=-100 if ignored is None else ignored,
    )
    value = build_loss("ce", COUNTS, reduction=reduction, **chosen.options).double()(
        logits, chosen.targets(targets)
    )
    torch.testing.assert_close(value, wanted)


@every_loss
def test_ignored_samples_leave_no_trace(name: str) -> None:
    form = FORMS["(n, c) ignored"]
    loss, dropped = built(name, form), built(name, form)
    for seed in range(3):
        raw, targets, features = samples(seed)
        z = suited(name, raw)
        value = loss(z, form.targets(targets), features)
        keep = form.kept(targets)
        torch.testing.assert_close(value, dropped(z[keep], targets[keep], features[keep]))
    for mine, other in zip(loss.buffers(), dropped.buffers(), strict=True):
        torch.testing.assert_close(mine, other)


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_a_batch_that_is_ignored_altogether_is_zero_and_changes_nothing(
    name: str, reduction: str
) -> None:
    loss = build_loss(name, COUNTS, reduction=reduction).double()
    raw, targets, features = samples()
    z = suited(name, raw).requires_grad_()
    loss(z, targets, features)
    before = {key: value.clone() for key, value in loss.state_dict().items() if "steps" not in key}
    value = loss(z, torch.full_like(targets, -100), features)
    value.sum().backward()
    assert torch.equal(value, torch.zeros_like(value))
    assert torch.equal(z.grad, torch.zeros_like(z))
    for key, buffer in before.items():
        assert torch.equal(loss.state_dict()[key], buffer), key


@every_loss
def test_ignored_samples_raise_no_alarm_in_anomaly_mode(name: str) -> None:
    raw, targets, features = samples()
    z = suited(name, raw).requires_grad_()
    with pytest.warns(UserWarning, match="Anomaly Detection"), torch.autograd.detect_anomaly():
        build_loss(name, COUNTS).double()(
            z, targets.masked_fill(IGNORED, -100), features
        ).backward()
    assert torch.isfinite(z.grad).all()


@every_loss
@pytest.mark.parametrize("convert", ["half", "bfloat16"])
def test_half_precision_keeps_the_state_and_is_the_loss_of_the_rounded_logits(
    name: str, convert: str
) -> None:
    full, narrow = build_loss(name, COUNTS), build_loss(name, COUNTS)
    network = nn.Sequential(nn.Linear(2, 2), narrow)
    getattr(network, convert)()
    dtype = network[0].weight.dtype
    assert dtype == getattr(torch, convert if convert == "bfloat16" else "float16")
    for seed in range(3):
        raw, targets, features = samples(seed)
        z, h = suited(name, raw).to(dtype), features.to(dtype)
        value = narrow(z, targets, h)
        assert torch.equal(value, full(z.float(), targets, h.float()))
    for mine, other in zip(narrow.buffers(), full.buffers(), strict=True):
        assert mine.dtype == other.dtype
        assert torch.equal(mine, other)
    assert next(network.double()[1].buffers()).dtype == torch.float64


@every_loss
def test_the_state_is_float32_whatever_the_default_type(name: str) -> None:
    wanted = build_loss(name, COUNTS)
    torch.set_default_dtype(torch.bfloat16)  # as while a large language model is loaded
    try:
        loss = build_loss(name, COUNTS)
    finally:
        torch.set_default_dtype(torch.float32)
    for mine, other in zip(loss.buffers(), wanted.buffers(), strict=True):
        assert mine.dtype == other.dtype
        assert mine.shape == other.shape


BINARY = {
    "(n,)": ((N,), (N,)),
    "(n, 1)": ((N, 1), (N,)),
    "(n, 1, h, w)": ((2, 1, 3, 4), (2, 3, 4)),
}
"""The logits' shape, and that of the targets without the classes."""


@every_loss
@pytest.mark.parametrize("shape", BINARY)
@pytest.mark.parametrize("dtype", [torch.int32, torch.bool, torch.float64])
def test_a_binary_logit_is_that_of_class_one(name: str, shape: str, dtype: torch.dtype) -> None:
    raw, targets, rows = samples()
    features = image(rows) if shape == "(n, 1, h, w)" else rows
    z, y = raw[:, 0], targets.clamp_max(1)
    with_class, without = BINARY[shape]
    given = z.reshape(with_class).clone().requires_grad_()
    single, pair = build_loss(name, (30, 10)).double(), build_loss(name, (30, 10)).double()
    soft = dtype.is_floating_point
    if LOSSES[name].head == "cosine":
        with pytest.raises(DataError, match=r"both classes.*CosineClassifier\(features, 2\)"):
            single(given, y.reshape(given.shape), features)
        return
    if soft and single.refuses_soft:
        with pytest.raises(DataError, match=r"share \* loss\(logits, a\)"):
            single(given, y.reshape(given.shape).to(dtype), features)
        return
    wanted = pair(torch.stack([torch.zeros_like(z), z], 1), y, rows)
    for own in (with_class, without):
        value = build_loss(name, (30, 10)).double()(given, y.reshape(own).to(dtype), features)
        torch.testing.assert_close(value, wanted)
    (gradient,) = torch.autograd.grad(value, given)
    assert gradient.shape == given.shape


def test_a_binary_logit_with_probabilities_and_ignored_samples() -> None:
    z = torch.tensor([1.5, -0.5, 3.0])
    y = torch.tensor([0.25, -100.0, 1.0])
    value = build_loss("ce", (1, 1))(z, y)
    wanted = F.binary_cross_entropy_with_logits(z[[0, 2]], y[[0, 2]])
    torch.testing.assert_close(value, wanted)


@every_loss
def test_a_class_without_a_sample_counts_as_one_of_a_single_sample_and_this_is_said(
    name: str,
) -> None:
    raw, targets, features = samples()
    z, y = suited(name, raw), targets.clamp_max(2)
    with pytest.warns(EmptyClassWarning, match="class 3. The loss counts one sample"):
        loss = build_loss(name, (400, 60, 9, 0)).double()
    value = loss(z.requires_grad_(), y, features)
    value.backward()
    assert math.isfinite(value.item())
    assert torch.isfinite(z.grad).all()
    torch.testing.assert_close(value, build_loss(name, (400, 60, 9, 1)).double()(z, y, features))


COSINE = [name for name, spec in LOSSES.items() if spec.head == "cosine"]


@pytest.mark.parametrize("name", COSINE)
def test_logits_that_are_no_cosines_are_found_and_the_cure_works(name: str) -> None:
    rng = torch.Generator().manual_seed(0)
    x, y = 3 * torch.randn(N, 8, generator=rng), torch.arange(N) % 4
    with pytest.raises(DataError, match=r"head = CosineClassifier\(features, 4\)") as caught:
        build_loss(name, COUNTS)(x[:, :4], y)
    lines = [line.strip() for line in str(caught.value).splitlines() if line.startswith("    ")]
    scope: dict[str, object] = {"features": 8}
    exec("\n".join(lines), scope)  # noqa: S102
    head = scope["head"]
    assert isinstance(head, nn.Module)
    assert math.isfinite(build_loss(name, COUNTS)(head(x), y).item())
    with torch.autocast("cpu", torch.bfloat16):
        assert math.isfinite(build_loss(name, COUNTS)(head(x), y).item())


@pytest.mark.parametrize("name", COSINE)
def test_only_the_calls_1_2_4_8_are_looked_at(name: str) -> None:
    loss = build_loss(name, COUNTS)
    good, bad, y = torch.zeros(2, 4), torch.full((2, 4), 7.0), torch.tensor([0, 1])
    raised = []
    for call in range(1, 18):
        loss(good, y)
        loss = build_loss(name, COUNTS)
        for _ in range(call - 1):
            loss(good, y)
        try:
            loss(bad, y)
        except DataError:
            raised.append(call)
    assert raised == [1, 2, 4, 8, 16]
    padded = torch.tensor([0, -100])
    build_loss(name, COUNTS)(torch.stack([good[0], bad[0]]), padded)  # what is ignored may be large


@every_loss
def test_a_loss_names_the_head_and_the_features_it_needs(name: str) -> None:
    loss = build_loss(name, COUNTS)
    assert f"head={LOSSES[name].head!r}" in repr(loss)
    named = "CosineClassifier" in (type(loss).__doc__ or "")
    assert named == (loss.head == "cosine")
    if loss.needs_features:
        with pytest.raises(DataError, match=r"loss\(logits, targets, features\)"):
            loss(torch.zeros(2, 4), torch.tensor([0, 1]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reduction": "avg"}, "one of mean, sum, none, but got 'avg'"),
        ({"label_smoothing": 1.5}, "label_smoothing to be from 0 to 1"),
        ({"label_smoothing": "0.1"}, "label_smoothing to be a finite number"),
        ({"ignore_index": 0.5}, "ignore_index to be a whole number"),
        ({"class_dim": "last"}, "class_dim to be a whole number"),
    ],
)
@every_loss
def test_wrong_options_are_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_loss(name, COUNTS, **options)


def test_unknown_words_are_refused_by_the_classes_too() -> None:
    from harmony_core import HarmonizedLoss

    with pytest.raises(ConfigError, match="ignore_index, reduction, .*'weight'"):
        HarmonizedLoss(COUNTS, weight=torch.ones(4))


def test_classes_in_the_last_dimension_are_pointed_out() -> None:
    raw, targets, _ = samples()
    with pytest.raises(DataError, match="build the loss with class_dim=-1"):
        build_loss("ce", COUNTS)(tokens(raw), targets.reshape(4, 6))
    with pytest.raises(DataError, match=r"shape \(\.\.\., 4\)"):
        build_loss("ce", COUNTS, class_dim=-1)(image(raw), targets.reshape(2, 3, 4))


def test_the_same_numbers_come_from_the_class_and_from_its_name() -> None:
    from harmony_core import HarmonizedLoss

    raw, targets, _ = samples()
    given = (tokens(raw), targets.reshape(4, 6))
    named = build_loss("harmonized", COUNTS, class_dim=-1, reduction="none", alpha=0.3)
    value = HarmonizedLoss(COUNTS, alpha=0.3, class_dim=-1, reduction="none")(*given)
    assert torch.equal(value, named(*given))
    assert np.isfinite(value.numpy()).all()
