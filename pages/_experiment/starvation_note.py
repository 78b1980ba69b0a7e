"""How the plain inverse density starved hard samples in a run, with the run's own numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.explain.latex import number_text
from harmony_core.explain.starvation import Starved, plain_inverse, starved
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore

from .._session import place
from .._shared.backend import store
from .._shared.markdown import literal

FAR = 0.05
"""Least gap in balanced accuracy to the best method that counts as a collapse."""
MOST_EPOCHS = 60
Found = tuple[int, tuple[Starved, ...], float, int, float]


def starvation_note(record: ExperimentRecord, repeat: int) -> None:
    """A note for every method that fell behind and whose weights show why."""
    labels = method_labels(record.config.methods)
    for m, method in enumerate(record.config.methods):
        if not plain_inverse(method):
            continue
        key = (record.state, record.repeat, record.epoch)
        found = _found(store(), record.id, repeat, m, key)
        if found is not None:
            _note(record, repeat, labels, m, found)


def _note(
    record: ExperimentRecord, repeat: int, labels: tuple[str, ...], m: int, found: Found
) -> None:
    epoch, classes, own, best, top = found
    names = store().scene(record.id, repeat).class_names
    worst = classes[0]
    listed = ", ".join(names[one.label] for one in classes[:5])
    more = f" and {len(classes) - 5} more" if len(classes) > 5 else ""
    many = "their" if len(classes) > 1 else "its"
    with st.container(border=True, key=f"collapse-{m}"):
        st.markdown(
            f"**Why {literal(labels[m])} falls behind.** It ends at {100 * own:.1f} % balanced "
            f"accuracy, {literal(labels[best])} at {100 * top:.1f} %. After epoch {epoch} the "
            f"fullest region of {literal(listed + more)} is a hard one, and {many} plain inverse "
            f"density gives it little weight: of {literal(names[worst.label])}, "
            f"{100 * worst.hard:.0f} % of the density is above g = 0.5, and its fullest region "
            f"weighs {number_text(worst.weight)}, while an easier region weighs "
            f"{number_text(worst.easier)}. These are the samples that need learning. The envelope "
            "never lets a harder sample weigh less than an easier one, and the margin form leaves "
            "the balance between classes to the boundary."
        )
        st.button(
            f"Look at epoch {epoch}",
            key=f"collapse-look-{m}",
            icon=":material/search:",
            on_click=_look,
            args=(record.id, epoch),
            type="tertiary",
        )


def _look(run: str, epoch: int) -> None:
    place.jump_to(replace(place.current(run), epoch=epoch))


@lru_cache(maxsize=32)
def _found(runs: RunStore, run: str, repeat: int, m: int, at: tuple[str, int, int]) -> Found | None:
    """The epoch with the most starved classes, if the method also ends far behind the best."""
    del at
    epochs = runs.epochs(run, repeat)
    if not epochs:
        return None
    accuracies = [frame.balanced_accuracy for frame in runs.frames(run, repeat, epochs[-1])]
    best = max(range(len(accuracies)), key=accuracies.__getitem__)
    if accuracies[best] - accuracies[m] < FAR:
        return None
    step = -(-len(epochs) // MOST_EPOCHS)
    rows = [(epoch, starved(runs.frames(run, repeat, epoch)[m])) for epoch in epochs[1::step]]
    rows = [row for row in rows if row[1]]
    if not rows:
        return None
    epoch, classes = max(rows, key=lambda row: (len(row[1]), sum(one.hard for one in row[1])))
    return epoch, tuple(classes), accuracies[m], best, accuracies[best]
