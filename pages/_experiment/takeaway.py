"""What a finished experiment showed, in words beside its picture."""

from __future__ import annotations

import html
from functools import lru_cache

import streamlit as st

from harmony_core.analysis.takeaway import takeaway as in_words
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore

from .._shared.backend import store
from .summaries import Epochs, read_epochs, summaries_of


def takeaway(record: ExperimentRecord) -> None:
    """Two or three sentences from the numbers of this very run, once it is done."""
    if record.state != "done":
        return
    if said := _said(store(), record.id, read_epochs(record)):
        st.html(f'<p class="takeaway">{html.escape(said)}</p>')


@lru_cache(maxsize=64)
def _said(runs: RunStore, run: str, epochs: Epochs) -> str:
    del epochs  # a part of the key
    scenes, summaries = summaries_of(runs.get(run))
    return in_words(summaries, scenes[-1].train_counts) if scenes else ""
