"""A method's own weight decay replaces that of the optimiser, for its network alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harmony_core.config import MethodConfig
from tests.training.streams import EmulatedStream, RepeatingStream
from tests.training.test_lockstep import assert_same, run, small_config
from tests.training.test_steppers import assert_close, engine, images

METHODS = (MethodConfig("ce"), MethodConfig("ldam"), MethodConfig("balanced_softmax"))
DECAYED = (METHODS[0], METHODS[1], replace(METHODS[2], weight_decay=0.05))


def test_other_methods_keep_their_numbers() -> None:
    without, beside = run(small_config(methods=METHODS)), run(small_config(methods=DECAYED))
    for i in (0, 1):
        assert_same([[frames[i]] for frames in without], [[frames[i]] for frames in beside])
    assert beside[-1][2].head_norms.mean() < without[-1][2].head_norms.mean()


def test_a_method_with_a_decay_is_the_experiment_with_that_decay() -> None:
    config = small_config(methods=DECAYED)
    alone = small_config(methods=(METHODS[2],), optim=replace(config.optim, weight_decay=0.05))
    np.testing.assert_allclose(
        run(config)[-1][2].head_norms, run(alone)[-1][0].head_norms, rtol=1e-4
    )


def test_the_optimisers_decay_said_by_the_method_changes_nothing() -> None:
    config = small_config(methods=METHODS)
    same = [replace(m, weight_decay=config.optim.weight_decay) for m in METHODS]
    assert_same(run(config), run(small_config(methods=tuple(same))))


@pytest.mark.parametrize("make_stream", [RepeatingStream, EmulatedStream])
def test_separate_networks_decay_as_in_joint_steps(make_stream: type[RepeatingStream]) -> None:
    config = images(methods=DECAYED, epochs=2)
    assert_close(list(engine(config).run()), list(engine(config, make_stream).run()), exact=True)
