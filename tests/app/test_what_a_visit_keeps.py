"""A visit that has been left is kept for a while: it holds none of the arrays that it showed."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from harmony_core.frames import Frame, Scene
from harmony_core.runs.store import RunStore
from pages._experiment import kept_frames
from pages._shared.byte_cache import ByteCache

from .conftest import Open, finished, frame


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


@pytest.mark.parametrize("page", ["samples", "weights"])
def test_visits_share_the_arrays_that_they_show(
    open_page: Open, store: RunStore, page: str
) -> None:
    run = finished(store)
    first = open_page(page, run=run)
    shown = alive(Frame), alive(Scene)
    others = [open_page(page, run=run) for _ in range(3)]
    assert not any(each.exception for each in (first, *others))
    assert (alive(Frame), alive(Scene)) == shown


def test_what_all_visits_share_is_bounded_in_bytes(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(store, epochs=6)
    one = kept_frames.array_bytes([frame(m, 0, 0) for m in range(2)])
    assert one > frame(0, 0, 0).tracked_weight.nbytes
    cache = ByteCache(3 * one, kept_frames.array_bytes, least=1)
    monkeypatch.setattr(kept_frames, "KEPT", cache)
    for epoch in range(7):
        assert kept_frames.kept_frames(run, 0, epoch)[0].epoch == epoch
    assert 0 < kept_frames.kept_bytes() <= 3 * one
    np.testing.assert_array_equal(
        kept_frames.kept_frames(run, 0, 0)[1].confusion, store.frames(run, 0, 0)[1].confusion
    )
