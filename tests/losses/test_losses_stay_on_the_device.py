"""What a GPU needs of a loss, tested without one: no value goes to the host, one graph, no breaks.

`test_losses_on_cuda` asks the GPU itself where there is one.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tests.losses.cases import CASES, IDS, batches_for, build

every_case = pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)
aten = torch.ops.aten
ASKING = {
    aten._local_scalar_dense.default, aten.nonzero.default, aten.masked_select.default,
    aten.is_nonzero.default, aten.equal.default, aten._unique2.default, aten.bincount.default,
}  # fmt: skip
"""Operations whose result, or its size, the host has to wait for."""


class _OnTheDevice(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func not in ASKING, f"{func} makes the host wait"
        if func in (aten.index.Tensor, aten.index_put_.default, aten.index_put.default):
            given = [leaf for leaf in tree_leaves(args[1]) if isinstance(leaf, torch.Tensor)]
            assert all(index.dtype != torch.bool for index in given), "a mask has to be counted"
        return func(*args, **(kwargs or {}))


@every_case
def test_no_value_goes_to_the_host(name: str, params: dict) -> None:
    loss = build(name, params)
    made = batches_for(name)
    weight = torch.ones(4)
    for _ in range(4):  # of losses on cosines, the calls 1, 2, 4, 8, … are looked at
        loss(*made[0])
    with _OnTheDevice():
        loss.on_epoch_start(50)
        loss.set_class_weight(weight)
        for batch in made:
            leaf = batch.logits.clone().requires_grad_()
            loss(leaf, *batch[1:]).backward()
        loss.density_state()
        loss.inter_weight()
        loss.eval()
        loss.terms(*made[0])


def test_a_loss_that_asks_is_found_out() -> None:
    value = torch.ones(3)
    with pytest.raises(AssertionError, match="wait"), _OnTheDevice():
        value.max().item()
    with pytest.raises(AssertionError, match="counted"), _OnTheDevice():
        value[value > 0] = 2


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="torch.compile may not know this Python")
@every_case
def test_a_training_step_is_one_graph_and_gives_the_same(name: str, params: dict) -> None:
    plain, inside = build(name, params), build(name, params)
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own; ours are errors elsewhere
        compiled = torch.compile(inside, backend="eager", fullgraph=True, dynamic=False)
        for batch in batches_for(name):
            leaf, other = (batch.logits.clone().requires_grad_() for _ in range(2))
            value, again = plain(leaf, *batch[1:]), compiled(other, *batch[1:])
            value.backward()
            again.backward()
            torch.testing.assert_close(again, value)
            torch.testing.assert_close(other.grad, leaf.grad)
    for key, buffer in plain.state_dict().items():
        torch.testing.assert_close(inside.state_dict()[key], buffer)


@every_case
def test_no_value_of_dense_ignored_or_soft_targets_goes_to_the_host(
    name: str, params: dict
) -> None:
    (batch,) = batches_for(name, steps=1)
    dense = [part.reshape(3, 4, -1).movedim(-1, 1) for part in (batch.logits, batch.features)]
    labels = batch.targets.reshape(3, 4).clone()
    labels[0] = -100
    kinds = [labels]
    loss = build(name, params)
    if not loss.refuses_soft:
        kinds.append(
            torch.nn.functional.one_hot(batch.targets.reshape(3, 4), 4).movedim(-1, 1) * 1.0
        )
    for targets in kinds:
        loss = build(name, params)
        for _ in range(4):  # the calls 1, 2, 4, 8, … are looked at
            loss(dense[0], targets, dense[1])
        with _OnTheDevice():
            leaf = dense[0].clone().requires_grad_()
            loss(leaf, targets, dense[1]).backward()
