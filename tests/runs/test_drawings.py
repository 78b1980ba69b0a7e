"""The process that draws pictures: it says why it cannot, and can be stopped."""

from __future__ import annotations

import time

from harmony_core.analysis.embedding import EmbeddingSettings
from harmony_core.runs.embedding.process import Drawing, DrawingProcess
from harmony_core.runs.store import RunStore
from tests.runs.conftest import small_config

LIMIT = 60.0


def wait(drawings: DrawingProcess) -> None:
    deadline = time.monotonic() + LIMIT
    while drawings.current() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_why_nothing_can_be_drawn_is_an_error(store: RunStore) -> None:
    record = store.create(small_config())
    drawings = DrawingProcess(store.root)
    drawing = Drawing(record.id, 0, EmbeddingSettings())
    drawings.start(drawing)
    assert drawings.current() == drawing
    wait(drawings)
    assert drawings.error(drawing).startswith("Expected ")
    assert drawings.error(Drawing(record.id, 1, EmbeddingSettings())) == ""


def test_a_drawing_can_be_stopped(store: RunStore) -> None:
    drawings = DrawingProcess(store.root)
    drawing = Drawing(store.create(small_config()).id, 0, EmbeddingSettings())
    drawings.start(drawing)
    drawings.stop()
    assert drawings.current() is None
    assert drawings.error(drawing) == ""


def test_a_process_that_broke_off_is_an_error_too(store: RunStore) -> None:
    drawings = DrawingProcess(store.root)
    assert "status -9" in drawings.error_of("", -9)
    assert drawings.error_of('noise\n{"error": "Expected more."}\n', 1) == "Expected more."
