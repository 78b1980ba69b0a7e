"""What holds for every registered post-hoc step."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from harmony_core.config import POSTHOC as NAMES
from harmony_core.config import MethodConfig
from harmony_core.errors import ConfigError, DataError
from harmony_core.experiments.method_text import method_label
from harmony_core.posthoc import POSTHOC, Head, Trained, new_head
from tests.posthoc.features import trained

STEPS = list(POSTHOC)


def test_the_config_knows_the_registered_steps() -> None:
    assert NAMES == ("none", *STEPS)
    labels = {method_label(MethodConfig(posthoc=name)) for name in NAMES}
    assert len(labels) == len(NAMES)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_described(step: str) -> None:
    spec = POSTHOC[step]
    assert spec.name == step
    assert all((spec.title, spec.summary.endswith("."), spec.equation, spec.reference))
    assert "arXiv:" in spec.reference
    assert spec.resolve({}) == {p.name: p.check(p.default) for p in spec.parameters}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_returns_a_head_of_the_same_form(step: str, dtype: torch.dtype) -> None:
    source = trained(dtype=dtype)
    copies = [t.clone() for t in (source.head.weight, source.head.bias, source.features)]
    with torch.no_grad():  # as during an evaluation
        found = new_head(step, source)
    assert (found.weight.shape, found.bias.shape) == (source.head.weight.shape, (3,))
    assert found.weight.dtype == found.bias.dtype == dtype
    assert not found.weight.requires_grad
    assert not found.bias.requires_grad
    assert bool(found.weight.isfinite().all() and found.bias.isfinite().all())
    for kept, now in zip(
        copies, (source.head.weight, source.head.bias, source.features), strict=True
    ):
        assert torch.equal(kept, now)


@pytest.mark.parametrize("step", [s for s in STEPS if s not in ("crt", "lws")])
def test_relabelling_the_classes_permutes_the_head(step: str) -> None:
    """Steps that draw batches are left out: another order of labels is another draw."""
    source = trained()
    order = torch.tensor([2, 0, 1])
    place = torch.argsort(order)
    other = Trained(
        Head(source.head.weight[order], source.head.bias[order]),
        source.features,
        place[source.targets],
    )
    a, b = new_head(step, source), new_head(step, other)
    torch.testing.assert_close(a.weight[order], b.weight)
    torch.testing.assert_close(a.bias[order], b.bias)


@pytest.mark.parametrize("step", STEPS)
def test_one_sample_a_class_is_enough(step: str) -> None:
    head = Head(torch.randn(2, 3, generator=torch.Generator().manual_seed(0)), torch.zeros(2))
    found = new_head(step, Trained(head, torch.eye(3)[:2], torch.tensor([0, 1])))
    assert bool(found.weight.isfinite().all())


@pytest.mark.parametrize("step", STEPS)
def test_parameters_out_of_range_are_refused(step: str) -> None:
    source = trained()
    with pytest.raises(ConfigError, match="Expected a parameter of post-hoc step"):
        new_head(step, source, nonsense=1)
    for parameter in POSTHOC[step].parameters:
        wrong: Any = "nonsense" if parameter.choices else 1e9
        with pytest.raises(ConfigError, match=f"`{parameter.name}`"):
            new_head(step, source, **{parameter.name: wrong})


def test_mistakes_are_explained() -> None:
    source = trained()
    with pytest.raises(ConfigError, match="Expected post-hoc step to be one of logit_adjustment"):
        new_head("none", source)
    with pytest.raises(DataError, match="got 472 and 3"):
        new_head("ncm", Trained(source.head, source.features, torch.tensor([0, 1, 2])))
    with pytest.raises(DataError, match="none of class 2"):
        new_head("ncm", Trained(source.head, source.features[:2], torch.tensor([0, 1])))
