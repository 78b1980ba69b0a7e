"""Judging labels by predictions or embeddings that the reader brings."""

from __future__ import annotations

import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.quality.given import EMBEDDINGS, PROBABILITIES
from harmony_core.readers.messages import listing

from .._shared.markdown import spoken
from .._shared.messages import toasts
from .inspected_file import InspectedFile, current_file

KIND, UPLOAD = "inspect-of-given-kind", "inspect-of-given"
KINDS = {PROBABILITIES: "Predictions", EMBEDDINGS: "Embeddings"}


def own_predictions(file: InspectedFile, found: Inspection) -> None:
    """A place to hand in what judges labels better than the model of this page."""
    labels = found.contents.labels
    if found.contents.kind in ("counts", "annotations") or labels.multi is not None:
        return
    if file.job is None:
        return
    used = file.job.request.probs or file.job.request.embeddings
    with st.expander("Judge the labels by your own model"):
        st.caption(
            spoken(
                f"One row for each of the {labels.rows:,} samples, in the file's order: NPY, NPZ, "
                "CSV or Parquet. Predictions have one column per class, in the order "
                f"{listing(labels.names, 4)} or named like the classes, and come from a model that "
                "did not see the sample (cross-validation). Embeddings have any number of columns; "
                "a linear model then judges by them. The same from the shell: `--probs FILE`, "
                "`--embeddings FILE`."
            )
        )
        st.segmented_control(
            "The file holds", list(KINDS), default=PROBABILITIES, key=KIND,
            format_func=KINDS.__getitem__, required=True,
        )  # fmt: skip
        st.file_uploader(
            "Your predictions or embeddings", key=UPLOAD, on_change=_handed_in,
            type=["npy", "npz", "csv", "tsv", "parquet"], disabled=file.busy,
        )  # fmt: skip
        if used:
            st.button(
                "Judge by the model of this page again", key="inspect-of-given-drop",
                on_click=_dropped, disabled=file.busy,
            )  # fmt: skip


def _handed_in() -> None:
    file, upload = current_file(), st.session_state.get(UPLOAD)
    if file is None or upload is None:
        return
    with toasts():
        file.judge_by(str(st.session_state.get(KIND) or PROBABILITIES), upload)


def _dropped() -> None:
    file = current_file()
    if file is not None:
        with toasts():
            file.judge_by("", None)
