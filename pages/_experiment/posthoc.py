"""Post-hoc steps on a finished experiment: what another last layer does to each method."""

from __future__ import annotations

import math

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.parameters import GREEK, Value
from harmony_core.posthoc import POSTHOC
from harmony_core.runs.posthoc.process import PosthocProcess, PosthocRequest, shared_process
from harmony_core.runs.posthoc.results import (
    StepResult,
    Steps,
    check_finished,
    chosen_steps,
    stored_results,
)
from harmony_core.runs.record import ExperimentRecord

from .._session.visitor import access
from .._shared.backend import store
from .._shared.markdown import literal, spoken
from .._shared.messages import messages, toasts
from .._shared.tables import cells, table

TICK = 0.5
SHOWN = {
    "balanced_accuracy": "Balanced accuracy",
    "head": "Head",
    "medium": "Medium",
    "tail": "Tail",
}


def posthoc(record: ExperimentRecord, repeat: int) -> None:
    """What each step does to each method of the repeat on screen, or an offer to find out."""
    if record.config.recorded is not None:  # its network was never here
        return
    if record.config.epochs not in store().epochs(record.id, repeat):
        return
    with st.container(key="posthoc"), messages():
        st.header("Another last layer, after training", anchor=False)
        seed = record.config.seeds.of_repeat(repeat).order
        st.caption(
            "Post hoc: the trained networks keep their features, and a step replaces only the last "
            f"layer. This is repeat {repeat + 1} with seed {seed}, a single one: differences of a "
            "point or two may be luck. A step that moves the boundary by class size moves it "
            "twice where the loss has done so already."
        )
        _note_on_methods(record)
        try:
            check_finished(store(), record.id, repeat)
        except HarmonyError as error:
            st.info(spoken(str(error)), icon=":material/info:")
            return
        steps = _settings(record, repeat)
        _results_or_offer(record, repeat, steps)


def process() -> PosthocProcess:
    """The one that works for this server's runs folder."""
    return shared_process(store().root)


def _note_on_methods(record: ExperimentRecord) -> None:
    """Say of which methods the results above are post hoc already."""
    labels = method_labels(record.config.methods)
    changed = [
        label
        for label, method in zip(labels, record.config.methods, strict=True)
        if method.posthoc != "none"
    ]
    if changed:
        st.caption(
            f"{literal(', '.join(changed))}: the results of the last epoch above already include "
            "the step; those of earlier epochs, and “before” here, are of the networks’ own layers."
        )


def _settings(record: ExperimentRecord, repeat: int) -> dict[str, dict[str, Value]]:
    """All steps, with the τ that the reader sets."""
    steps = chosen_steps()
    dials = [
        (name, parameter)
        for name, spec in POSTHOC.items()
        for parameter in spec.parameters
        if parameter.name in GREEK and isinstance(parameter.default, float)
    ]
    with st.expander("Steps and their settings"):
        for name, parameter in dials:
            value = st.slider(
                f"{GREEK[parameter.name]} of {POSTHOC[name].title}",
                parameter.low,
                parameter.high,
                float(parameter.default),
                0.05,
                key=f"posthoc-{name}-{parameter.name}-{record.id}-{repeat}",
                help=parameter.help,
            )
            steps[name][parameter.name] = parameter.check(value)
        for spec in POSTHOC.values():
            st.markdown(f"**{spec.title}.** {spec.summary} {literal(spec.reference)}.")
            st.latex(spec.equation)
    return steps


def _results_or_offer(record: ExperimentRecord, repeat: int, steps: Steps) -> None:
    found = stored_results(store(), record.id, repeat, steps)
    if found:
        _table(record, found)
    if len(found) == len(steps):
        return
    if not access().may("posthoc", record.id):
        return
    request = PosthocRequest.of(record.id, repeat, steps)
    if process().current() == request:
        st.fragment(_progress, run_every=TICK)(request, len(steps))
        return
    error = process().error(request)
    if error:
        st.error(spoken(error), icon=":material/error:")
    st.button(
        "Apply the steps" if not found else "Apply the steps with these settings",
        type="primary",
        icon=":material/layers:",
        key=f"posthoc-start-{record.id}-{repeat}",
        on_click=_start,
        args=(request,),
        help="Reads the last checkpoint and evaluates the test set; seconds for small networks.",
    )


def _progress(request: PosthocRequest, steps: int) -> None:
    if process().current() != request:
        st.rerun()
    st.progress(0, text=f"Applying {steps} steps to the networks of the last checkpoint.")
    if st.button("Stop", icon=":material/stop_circle:", key="posthoc-stop", on_click=_stop):
        st.rerun()


def _start(request: PosthocRequest) -> None:
    with toasts():
        access().begin("posthoc", process(), request)


def _stop() -> None:
    with toasts():
        access().end("posthoc", process())


def _table(record: ExperimentRecord, found: dict[str, StepResult]) -> None:
    rows = []
    for m, label in enumerate(method_labels(record.config.methods)):
        for step, result in found.items():
            before, after = result.before[m], result.after[m]
            values = [f"{_percent(before[name])} → {_percent(after[name])}" for name in SHOWN]
            rows.append((label, cells([POSTHOC[step].title.partition(":")[0], *values])))
    st.caption("In percent on the test set, before → after.")
    table(
        "Post-hoc steps by method, in percent, before and after",
        ["Method", "Step", *SHOWN.values()],
        rows,
    )


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"
