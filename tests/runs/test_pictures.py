"""The last epoch's picture, drawn alone after an experiment, and the queue that asks for it."""

from __future__ import annotations

import pytest

from harmony_core.analysis.embedding import EmbeddingSettings
from harmony_core.config import RecordConfig
from harmony_core.runs import RunStore
from harmony_core.runs.embedding import background
from harmony_core.runs.embedding.background import LastMaps
from harmony_core.runs.embedding.store import embed_last, embed_run, last_path, stored_epochs
from harmony_core.runs.execute import execute
from tests.runs.conftest import FakeEngine, small_config

RECORD = RecordConfig(grid=8, tracked=10, bins=4, embedding=True, landmarks=60)


def test_the_last_epoch_is_drawn_alone_and_only_once(store: RunStore) -> None:
    record = execute(store, store.create(small_config(2, record=RECORD)).id)
    assert record.state == "done"
    assert stored_epochs(store.root, record.id) == [], "nothing is drawn during a training"
    plain = EmbeddingSettings(layout="pca")
    assert embed_last(store, record.id, settings=plain) == 2
    assert [p.name for p in last_path(store.root, record.id, 0, plain).iterdir()] == ["00002.npz"]
    assert stored_epochs(store.root, record.id, 0, plain) == []
    assert embed_last(store, record.id, settings=plain) is None
    assert embed_run(store, record.id, settings=plain) == [0, 1, 2]
    (last_path(store.root, record.id, 0, plain) / "00002.npz").unlink()
    assert embed_last(store, record.id, settings=plain) is None, "the sequence has it"


@pytest.mark.parametrize(("embedding", "drawn"), [(True, True), (False, False)])
def test_only_a_finished_experiment_with_features_gets_its_last_map(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, embedding: bool,
    drawn: bool,
) -> None:  # fmt: skip
    asked: list[tuple[str, ...]] = []

    def refuse(*arguments: str) -> None:
        asked.append(arguments)
        raise OSError("no process can be started")

    monkeypatch.setattr(background, "start_module", refuse)
    maps = LastMaps(store)
    run_id = store.create(small_config(2, record=RecordConfig(embedding=embedding))).id
    maps.ended(run_id)
    execute(store, run_id)
    maps.ended(run_id)
    maps.wait()
    assert [call[2] for call in asked] == [run_id] * drawn
    assert all(call[-1] == "last" for call in asked)
