"""All controls of an experiment, drawn from top to bottom."""

from __future__ import annotations

import math
from dataclasses import replace

import streamlit as st

from harmony_core.config import (
    DEVICES,
    RECIPES,
    SCHEDULES,
    VARIED,
    DataConfig,
    ExperimentConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
    Seeds,
)
from harmony_core.data import DATASETS
from harmony_core.experiments.complete import keeps_features, without_usual_record
from harmony_core.models import MODELS

from .._session import draft
from .._session.draft import PREFIX, widget_key, widget_key_among
from .._shared.labels import number_text
from .controls import control, steps, words
from .data import choose_data
from .methods import choose_methods

EPOCHS = (5, 10, 20, 40, 60, 100, 200)
BATCHES = (16, 32, 64, 128, 256, 512)
REPEATS = (1, 2, 3, 5, 10)
DEVICE_NAMES = {"auto": "GPU if there is one", "cpu": "CPU", "cuda": "GPU (CUDA)"}
MOST_FRAMES = 120
USUAL_EPOCHS = {"points": 60, "images": 20, "table": 60}

COST = (
    "A map needs what each network computed for the same samples. For 500 samples, as is usual "
    "for points and digits, that takes about 0.2 MB in each of at most 40 epochs for three "
    "methods: 8 MB for the first experiment, whose training takes no measurably longer. For other "
    "data it is 2,000 samples and four times as much."
)


def form(current: ExperimentConfig) -> ExperimentConfig | None:
    """Draw every control; ``None`` while an upload is missing."""
    st.subheader("Which data?", anchor=False)
    data = choose_data(current.data)
    st.subheader("Which methods compete?", anchor=False)
    methods = choose_methods(current.methods)
    st.subheader("How is it trained?", anchor=False)
    epochs = _epochs(current, data)
    with st.expander("Network"):
        model = _model(current.model, (data or current.data).name)
    with st.expander("Seeds and repeats"):
        seeds = _seeds(current.seeds)
    with st.expander("Advanced: optimiser and device"):
        optim = _optim(current.optim)
        device = st.selectbox(
            "Device",
            DEVICES,
            key=widget_key_among("device", current.device, DEVICES),
            format_func=DEVICE_NAMES.__getitem__,
        )
    if data is None:
        return None
    record = _features(current, data)
    if record.every == _usual_every(current.epochs):
        record = replace(record, every=_usual_every(epochs))
    return ExperimentConfig(data, model, methods, optim, epochs, seeds, str(device), record)


def _features(current: ExperimentConfig, data: DataConfig) -> RecordConfig:
    """What is recorded; features for the embedding as usual for the data, unless told otherwise."""
    usual, chosen = keeps_features(data), without_usual_record(current).record
    name = f"features-{data.name}"
    wanted = usual if chosen.embedding is None else chosen.embedding
    on = st.toggle("Record features for Embedding", key=widget_key(name, wanted), help=COST)
    if on == wanted:
        return chosen
    landmarks = RecordConfig().landmarks
    return replace(chosen, embedding=None if on == usual else on, landmarks=landmarks)


def _usual_every(epochs: int) -> int:
    """Record every n-th epoch, so that about a hundred frames are kept."""
    return math.ceil(epochs / MOST_FRAMES)


def _epochs(current: ExperimentConfig, data: DataConfig | None) -> int:
    """Epochs; another kind of data sets its own usual number."""
    epochs = current.epochs
    if data is not None and data.name != current.data.name:
        old, new = DATASETS[current.data.name].kind, DATASETS[data.name].kind
        if old != new and epochs == USUAL_EPOCHS.get(old):
            epochs = USUAL_EPOCHS.get(new, epochs)
            st.session_state.pop(PREFIX + "epochs", None)
    options = sorted({*EPOCHS, epochs})
    key = widget_key_among("epochs", epochs, options)
    return int(st.select_slider("Epochs", options, key=key, help="Passes over the training set."))


def _model(model: ModelConfig, data_name: str) -> ModelConfig:
    spec = DATASETS[data_name]
    names = ["auto", *(name for name, m in MODELS.items() if spec.kind in m.kinds)]
    suited = MODELS[spec.default_model].title
    name = str(
        st.selectbox(
            "Model",
            names,
            key=widget_key_among("model", model.name, names),
            format_func=lambda n: (
                MODELS[n].title if n in MODELS else f"Suited to the data: {suited}"
            ),
        )
    )
    if name == "auto":
        return ModelConfig()
    st.caption(MODELS[name].summary)
    known = model.params if model.name == name else {}
    return ModelConfig(
        name,
        {
            parameter.name: control(
                parameter,
                known.get(parameter.name, parameter.default),
                f"model-{name}-{parameter.name}",
            )
            for parameter in MODELS[name].parameters
        },
    )


def _seeds(seeds: Seeds) -> Seeds:
    repeats_options = sorted({*REPEATS, seeds.repeats})
    repeats = st.select_slider(
        "Repeats",
        repeats_options,
        key=widget_key_among("repeats", seeds.repeats, repeats_options),
        help="Runs the experiment again with other seeds to show the spread of the results.",
    )
    values = {}
    for name, what in (
        ("data", "draw of the data"),
        ("init", "initial weights"),
        ("order", "order of the batches"),
    ):
        values[name] = int(
            st.number_input(
                f"Seed of the {what}",
                0,
                2**31 - 1,
                step=1,
                key=widget_key(f"seed-{name}", getattr(seeds, name)),
            )
        )
    vary = st.pills(
        "What changes from repeat to repeat",
        VARIED,
        selection_mode="multi",
        key=widget_key("vary", list(seeds.vary)),
        format_func=words,
        disabled=repeats == 1,
    )
    chosen = tuple(name for name in VARIED if name in (vary or ()))
    return Seeds(**values, repeats=int(repeats), vary=chosen)


def _optim(optim: OptimConfig) -> OptimConfig:
    with st.container(horizontal=True, gap="xsmall"):
        for name in RECIPES:
            st.button(
                f"{words(name)} recipe",
                key=f"{PREFIX}recipe-{name}",
                type="primary" if optim == RECIPES[name]() else "secondary",
                on_click=_recipe,
                args=(name,),
                help=_recipe_help(name),
            )
    rates = [float(r) for r in steps(1e-4, 10.0, optim.lr, whole=False)]
    lr = st.select_slider(
        "Learning rate",
        rates,
        key=widget_key_among("optim-lr", optim.lr, rates),
        format_func=number_text,
    )
    batches = sorted({*BATCHES, optim.batch_size})
    batch = st.select_slider(
        "Batch size", batches, key=widget_key_among("optim-batch", optim.batch_size, batches)
    )
    decays = sorted({0.0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, optim.weight_decay})
    decay = st.select_slider(
        "Weight decay",
        decays,
        key=widget_key_among("optim-decay", optim.weight_decay, decays),
        format_func=number_text,
    )
    schedule = st.selectbox(
        "Learning-rate schedule",
        SCHEDULES,
        key=widget_key_among("optim-schedule", optim.schedule, SCHEDULES),
        format_func=words,
    )
    warmup = st.number_input(
        "Warm-up epochs",
        0,
        100,
        step=1,
        key=widget_key("optim-warmup", min(100, optim.warmup_epochs)),
    )
    return replace(
        optim,
        lr=float(lr),
        batch_size=int(batch),
        weight_decay=float(decay),
        schedule=str(schedule),
        warmup_epochs=int(warmup),
    )


def _recipe(name: str) -> None:
    for key in [key for key in st.session_state if str(key).startswith(PREFIX + "optim-")]:
        del st.session_state[key]
    draft.keep(replace(draft.current(), optim=RECIPES[name]()))


def _recipe_help(name: str) -> str:
    doc = RECIPES[name].__doc__ or ""
    return doc.strip().splitlines()[0]
