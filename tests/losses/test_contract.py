"""What every registered loss must do, driven by the registry and by settings of each."""

from __future__ import annotations

import copy
import inspect
import math
from importlib import import_module

import pytest
import torch

from harmony_core.errors import ConfigError, DataError
from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss
from tests.losses.cases import CASES, COUNTS, IDS, Batch, batches, batches_for, build, suited
from tests.losses.known import known

every_case = pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)
every_loss = pytest.mark.parametrize("name", LOSSES)


def _settled(name: str, loss: Loss) -> Loss:
    """The loss, without the random numbers that belong to places in the batch and to classes."""
    return loss.eval() if LOSSES[name].random else loss


@every_case
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gives_a_finite_scalar_and_finite_gradients(
    name: str, params: dict, dtype: torch.dtype
) -> None:
    loss = build_loss(name, COUNTS, **params)
    for batch in batches_for(name, dtype=dtype):
        z = batch.logits.requires_grad_()
        value = loss(z, batch.targets, batch.features)
        value.backward()
        assert value.shape == ()
        assert value.dtype == dtype
        assert math.isfinite(value.item())
        assert torch.isfinite(z.grad).all()
        assert (z.grad != 0).any()


@every_case
def test_terms_are_detached_and_in_range_and_reduce_to_the_loss(name: str, params: dict) -> None:
    batch = batches_for(name, dtype=torch.float32)[0]
    loss = build_loss(name, COUNTS, **params)
    z = batch.logits.requires_grad_()
    terms = loss.terms(z, batch.targets, batch.features)
    assert all(part.shape == (12,) and part.dtype == torch.float32 for part in terms)
    assert terms.cross_entropy.requires_grad
    assert not any(part.requires_grad for part in terms[1:])
    assert (terms.weight >= 0).all()
    assert (terms.unit > 0).all()
    assert (terms.grad_norm >= 0).all()
    assert (terms.grad_norm <= 1).all()
    assert (terms.difficulty >= 0).all()
    assert (terms.difficulty <= 1).all()
    whole = (terms.weight * terms.cross_entropy).sum() / terms.unit.sum()
    torch.testing.assert_close(loss.reduce(terms), whole)


@every_case
def test_the_weight_falls_apart_into_what_the_class_decides_and_what_the_sample_does(
    name: str, params: dict
) -> None:
    plain, deferred = build(name, params), build(name, params)
    deferred.set_class_weight(torch.tensor([0.25, 1.0, 2.0, 4.0], dtype=torch.float64))
    for batch in batches_for(name):
        parts = []
        for loss in (plain, deferred):
            inter = loss.inter_weight()
            assert inter.shape == (4,)
            assert (inter > 0).all()
            parts.append(loss.terms(*batch).weight / inter[batch.targets])
        torch.testing.assert_close(*parts)
    torch.testing.assert_close(
        deferred.inter_weight() / plain.inter_weight(), deferred.class_weight
    )
    if not known(name).by_difficulty:
        torch.testing.assert_close(parts[0], torch.ones_like(parts[0]))


@every_case
def test_relabelling_the_classes_permutes_everything_and_changes_nothing(
    name: str, params: dict
) -> None:
    order = torch.tensor([2, 0, 3, 1])
    place = order.argsort()
    loss = _settled(name, build(name, params))
    relabelled = build_loss(name, torch.tensor(COUNTS)[order], **params).double()
    relabelled = _settled(name, relabelled)
    for batch in batches_for(name):
        first = loss.terms(*batch)
        second = relabelled.terms(batch.logits[:, order], place[batch.targets], batch.features)
        torch.testing.assert_close(second, first)
    state, moved = loss.density_state(), relabelled.density_state()
    if state is not None:
        for one, other in zip(state, moved, strict=True):
            torch.testing.assert_close(other, one[order])


@every_case
def test_order_within_the_batch_does_not_matter(name: str, params: dict) -> None:
    (batch,) = batches_for(name, steps=1)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(3))
    first = _settled(name, build(name, params)).terms(*batch)
    second = _settled(name, build(name, params)).terms(*(part[order] for part in batch))
    torch.testing.assert_close(tuple(second), tuple(part[order] for part in first))


@every_case
def test_a_batch_of_one_and_a_class_of_one_sample_work(name: str, params: dict) -> None:
    loss = build(name, params)
    for _ in range(3):
        for target in range(4):
            z = suited(name, torch.randn(1, 4, dtype=torch.float64)).requires_grad_()
            value = loss(z, torch.tensor([target]), torch.ones(1, 5))
            value.backward()
            assert math.isfinite(value.item())
            assert torch.isfinite(z.grad).all()


@every_case
def test_saturated_logits_stay_finite(name: str, params: dict) -> None:
    loss = build_loss(name, COUNTS, **params)
    z = suited(name, torch.tensor([[100.0, 0, 0, 0], [0, 0, 0, 100.0]])).requires_grad_()
    value = loss(z, torch.tensor([0, 0]), torch.zeros(2, 5))
    value.backward()
    assert math.isfinite(value.item())
    assert torch.isfinite(z.grad).all()


@every_case
def test_autocast_computes_in_float32(name: str, params: dict) -> None:
    (batch,) = batches_for(name, steps=1, dtype=torch.float32)
    layer = torch.nn.Linear(4, 4)
    loss, plain = build_loss(name, COUNTS, **params), build_loss(name, COUNTS, **params)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, features = suited(name, layer(batch.logits)), batch.features.bfloat16()
        assert logits.dtype == torch.bfloat16
        value = loss(logits, batch.targets, features)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, plain(logits.float(), batch.targets, features.float()))
    value.backward()
    assert torch.isfinite(layer.weight.grad).all()


@every_case
def test_saving_and_loading_continues_bit_identically(name: str, params: dict) -> None:
    first, second, third = batches_for(name, dtype=torch.float32)
    loss = build_loss(name, COUNTS, **params)
    loss.on_epoch_start(2)
    loss.set_class_weight(torch.tensor([0.5, 1.0, 1.5, 2.0]))
    loss(*first)
    loss(*second)
    restored = build_loss(name, COUNTS, **params)
    restored.load_state_dict(copy.deepcopy(loss.state_dict()))
    for mine, other in zip(restored.terms(*third), loss.terms(*third), strict=True):
        assert torch.equal(mine, other)
    for key, value in loss.state_dict().items():
        assert torch.equal(restored.state_dict()[key], value)


@every_case
def test_buffers_keep_their_place_and_evaluation_changes_none(name: str, params: dict) -> None:
    loss = build(name, params)
    places = {key: buffer.data_ptr() for key, buffer in loss.named_buffers()}
    first, second, _ = batches_for(name)
    loss(*first)
    loss.on_epoch_start(50)
    loss.set_class_weight(torch.ones(4))
    loss.eval()
    before = {key: buffer.clone() for key, buffer in loss.named_buffers()}
    evaluated = loss(*second)
    loss.train()
    with torch.no_grad():  # what a loop does that never calls the criterion's eval()
        assert torch.equal(loss(*second), evaluated)
    for key, buffer in loss.named_buffers():
        assert buffer.data_ptr() == places[key]
        assert torch.equal(buffer, before[key])


@every_case
def test_deferred_class_weights_multiply_weight_and_unit(name: str, params: dict) -> None:
    (batch,) = batches_for(name, steps=1)
    extra = torch.tensor([0.5, 1.0, 1.5, 2.0], dtype=torch.float64)
    plain = build(name, params).terms(*batch)
    loss = build(name, params)
    loss.set_class_weight(extra)
    weighted = loss.terms(*batch)
    torch.testing.assert_close(weighted.weight, plain.weight * extra[batch.targets])
    torch.testing.assert_close(weighted.unit, plain.unit * extra[batch.targets])
    torch.testing.assert_close(weighted.cross_entropy, plain.cross_entropy)


@every_case
def test_nan_logits_give_nan_and_leave_no_trace_in_the_density(name: str, params: dict) -> None:
    (batch,) = batches_for(name, steps=1)
    broken = batch.logits.clone()
    broken[4] = math.nan
    loss, rest = build(name, params), build(name, params)
    terms = loss.terms(broken, batch.targets, batch.features)
    assert math.isnan(loss.reduce(terms).item())
    assert math.isnan(terms.cross_entropy[4].item())
    assert torch.isfinite(terms.cross_entropy[torch.arange(12) != 4]).all()
    keep = torch.arange(12) != 4
    rest.terms(*(part[keep] for part in batch))
    state, wanted = loss.density_state(), rest.density_state()
    if state is not None:
        torch.testing.assert_close(state.counts, wanted.counts)


WRONG: dict[str, tuple[Batch, str]] = {
    "one class too many": (
        Batch(torch.zeros(2, 5), torch.zeros(2, dtype=torch.int64), torch.zeros(2, 5)),
        r"shape \(n, 4\) or \(n, 4, ...\), but got torch.float32 of shape \(2, 5\)",
    ),
    "no batch axis": (
        Batch(torch.zeros(4), torch.zeros((), dtype=torch.int64), torch.zeros(1, 5)),
        r"shape \(n, 4\)",
    ),
    "whole numbers": (
        Batch(torch.zeros(2, 4).long(), torch.zeros(2, dtype=torch.int64), torch.zeros(2, 5)),
        "floating point",
    ),
    "fractions for indices": (
        Batch(torch.zeros(2, 4), torch.zeros(2), torch.zeros(2, 5)),
        r"targets to be integers of shape \(2,\).*targets.long\(\)",
    ),
    "whole one-hot targets": (
        Batch(torch.zeros(2, 4), torch.zeros(2, 4).long(), torch.zeros(2, 5)),
        r"targets to be integers of shape \(2,\), or probabilities of shape",
    ),
    "too few targets": (
        Batch(torch.zeros(2, 4), torch.zeros(1, dtype=torch.int64), torch.zeros(2, 5)),
        r"shape \(2,\)",
    ),
    "an empty batch": (
        Batch(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64), torch.zeros(0, 5)),
        "at least 1 sample",
    ),
}


@every_loss
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_shapes_and_dtypes_are_refused(name: str, wrong: str) -> None:
    batch, message = WRONG[wrong]
    with pytest.raises(DataError, match=message):
        build_loss(name, COUNTS)(*batch)


@every_loss
@pytest.mark.parametrize("target", [4, -1, -5])
def test_targets_out_of_range_fail(name: str, target: int) -> None:
    with pytest.raises((IndexError, RuntimeError)):
        build_loss(name, COUNTS)(torch.zeros(1, 4), torch.tensor([target]), torch.ones(1, 5))


@pytest.mark.parametrize("features", [None, torch.zeros(2), torch.zeros(3, 5)])
def test_missing_or_wrong_features_are_refused(features: torch.Tensor | None) -> None:
    with pytest.raises(DataError, match=r"Expected features of shape \(2, d\)"):
        build_loss("ib", COUNTS)(torch.zeros(2, 4), torch.tensor([0, 1]), features)


@every_loss
@pytest.mark.parametrize(
    "counts",
    [
        [0, 0],
        [3, -1],
        [3, 0.5],
        [3, math.nan],
        [3, math.inf],
        [3, 1e300],
        [[3, 1]],
        [],
        5,
        None,
        "many",
        [True, True],
        [1 + 1j],
        [[1], [1, 2]],
    ],
    ids=str,
)
def test_impossible_class_counts_are_refused(name: str, counts: object) -> None:
    with pytest.raises(DataError, match="class_counts|class count"):
        build_loss(name, counts)


@every_loss
def test_constructor_and_declaration_agree(name: str) -> None:
    spec = LOSSES[name]
    module, attribute = spec.factory.split(":")
    signature = inspect.signature(getattr(import_module(module), attribute))
    given = {
        key: parameter.default
        for key, parameter in signature.parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD and key != "class_counts"
    }
    assert given == {parameter.name: parameter.default for parameter in spec.parameters}
    for parameter in spec.parameters:
        assert type(given[parameter.name]) is type(parameter.default)
    loss = build_loss(name, COUNTS)
    assert loss.needs_features is spec.needs_features
    assert loss.head == spec.head
    assert (spec.head == "cosine") == (loss.scale != 1)
    assert spec.random == any(parameter.name == "seed" for parameter in spec.parameters)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, spec in LOSSES.items() for parameter in spec.parameters],
    ids=lambda item: getattr(item, "name", item),
)
def test_constructors_check_what_they_declare(name: str, parameter) -> None:
    module, attribute = LOSSES[name].factory.split(":")
    factory = getattr(import_module(module), attribute)
    wrong: list[object] = [None]
    if isinstance(parameter.default, bool):
        wrong += [1]
    elif isinstance(parameter.default, str):
        wrong += ["sideways"]
    else:
        wrong += [parameter.low - 1, parameter.high + 1, math.nan, math.inf, True, "1"]
        for edge in (parameter.low, parameter.high):
            kind = type(parameter.default)
            factory(COUNTS, **{parameter.name: kind(edge)})
    for value in wrong:
        with pytest.raises(ConfigError, match=f"`{parameter.name}`"):
            factory(COUNTS, **{parameter.name: value})


@every_case
def test_extreme_settings_stay_finite(name: str, params: dict) -> None:
    for parameter in LOSSES[name].parameters:
        if isinstance(parameter.default, bool | str):
            continue
        for edge in (parameter.low, parameter.high):
            value = type(parameter.default)(edge)
            loss = build_loss(name, COUNTS, **{**params, parameter.name: value})
            for batch in batches_for(name, dtype=torch.float32):
                assert math.isfinite(loss(*batch).item()), (parameter.name, value)


def test_the_whole_graph_compiles() -> None:
    batch = batches(steps=1)[0]
    for name, params in [(n, {}) for n in LOSSES] + [("harmonized", {"preset": "literal"})]:
        torch._dynamo.reset()
        loss = build(name, params)
        wanted = build(name, params).terms(*batch)
        compiled = torch.compile(loss.terms, fullgraph=True, backend="eager")
        torch.testing.assert_close(tuple(compiled(*batch)), tuple(wanted))


@every_case
def test_the_unit_of_a_sample_is_that_of_its_class(name: str, params: dict) -> None:
    """Several ranks sum the denominator before they have the terms."""
    loss = build(name, params)
    loss.set_class_weight(torch.tensor([0.25, 1.0, 2.0, 4.0], dtype=torch.float64))
    for batch in batches_for(name):
        unit = loss.terms(*batch).unit
        assert torch.equal(unit, loss.unit(batch.targets, unit.dtype))
        assert torch.equal(unit, loss.unit_weight()[batch.targets])


@every_loss
def test_a_device_without_float64_gets_the_state_in_float32(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = torch.Tensor.to

    def without_float64(value: torch.Tensor, *given: object, **named: object) -> torch.Tensor:
        if value.dtype == torch.float64:
            raise TypeError("This device has no float64.")
        return move(value, *given, **named)

    loss = build_loss(name, [30, 20, 10])
    monkeypatch.setattr(torch.Tensor, "to", without_float64)
    loss.to("cpu")
    monkeypatch.undo()
    assert {b.dtype for b in loss.buffers() if b.is_floating_point()} == {torch.float32}
    loss.on_epoch_start(1, 4)
    assert torch.isfinite(loss.class_weight).all()
