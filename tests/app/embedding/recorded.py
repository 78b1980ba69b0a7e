"""A made-up experiment with pictures, and what tests ask of the page that shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest

from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding, save_embedding
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame, Scene
from harmony_core.runs.embedding.store import embed_run, embedding_path
from harmony_core.runs.store import RunStore
from tests.app.conftest import frame

CONFIG = ExperimentConfig(
    data=DataConfig("clouds", {"n_max": 40, "test_per_class": 20, "classes": 3}, 3.0),
    methods=(MethodConfig("ce"), MethodConfig("harmonized", {"warmup": 1})),
    epochs=2,
    seeds=Seeds(repeats=2, vary=("init",)),
    device="cpu",
    record=RecordConfig(grid=8, tracked=100, bins=4, embedding=True, landmarks=50),
)
N, TRAIN = 50, 26
TARGETS = np.concatenate([np.repeat([0, 1, 2], [14, 8, 4]), np.arange(N - TRAIN) % 3])
PCA, PLANE = EmbeddingSettings(layout="pca"), EmbeddingSettings(layout="plane")


def record_it(store: RunStore) -> str:
    """Put the experiment, of two repeats with pictures, into ``store``; its id.

    Nothing is trained, and the pictures that pass for umap's are PCA's, as umap takes its time.
    """
    record = store.create(complete(CONFIG), "three clouds")
    places = np.random.default_rng(1).normal(size=(N, 2)) + 3 * TARGETS[:, None]
    scene = Scene(
        kind="points", class_names=("A", "B", "C"),
        train_counts=np.array([14, 8, 4]), test_counts=np.array([8, 8, 8]),
        tracked_index=np.arange(TRAIN), tracked_targets=TARGETS[:TRAIN],
        tracked_flipped=np.zeros(TRAIN, bool), tracked_inputs=places[:TRAIN].astype(np.float32),
        landmark_index=np.arange(N), landmark_targets=TARGETS,
        landmark_inputs=places.astype(np.float32),
    )  # fmt: skip
    for repeat in range(2):
        store.save_scene(record.id, repeat, scene)
        for epoch in range(3):
            frames = [recorded(m, repeat, epoch) for m in range(2)]
            store.save_frames(record.id, repeat, epoch, frames)
    store.save(replace(record, state="done", epoch=2, repeat=1))
    for repeat in range(2):
        for settings in (PCA, PLANE):
            embed_run(store, record.id, repeat, settings)
        for epoch in range(3):
            drawn = load_embedding(embedding_path(store.root, record.id, repeat, PCA, epoch))
            for alike in (EmbeddingSettings(), EmbeddingSettings(seed=1)):
                path = embedding_path(store.root, record.id, repeat, alike, epoch)
                path.parent.mkdir(parents=True, exist_ok=True)
                save_embedding(path, replace(drawn, settings=alike))
    return record.id


def recorded(method: int, repeat: int, epoch: int) -> Frame:
    """One method's frame: answers that are right for more samples from epoch to epoch."""
    rng = np.random.default_rng([method, repeat, epoch])
    sure = (0.5 + epoch) * np.eye(3)[TARGETS]
    logits = sure + rng.normal(size=(N, 3))
    features = np.concatenate([logits, rng.normal(size=(N, 3))], axis=1)
    plain = frame(method, repeat, epoch)
    return replace(
        plain,
        tracked_weight=rng.uniform(0.5, 2, TRAIN).astype(np.float32),
        tracked_grad_norm=rng.uniform(size=TRAIN).astype(np.float32),
        tracked_logits=logits[:TRAIN].astype(np.float16),
        landmark_features=features.astype(np.float16),
        landmark_logits=logits.astype(np.float16),
    )


def figure(at: AppTest) -> str:
    return str(at.get("plotly_chart")[0].proto.spec)


def query(at: AppTest, key: str) -> str:
    value = at.query_params[key]
    return str(value[0] if isinstance(value, list) else value)


def errors(at: AppTest) -> str:
    return " ".join(element.value for element in at.error)
