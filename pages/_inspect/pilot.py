"""The pilot on the page: how it is run, and the advice that follows."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.pilot.verdict import Recommendation
from harmony_core.readers.contents import Contents

from .._shared.markdown import spoken
from .._shared.messages import toasts
from .inspected_file import InspectedFile, current_file
from .pilot_options import option_controls, options_chosen
from .pilot_results import pilot_results
from .progress import show_outcome, show_progress
from .tail import bounds

ABOUT = (
    "The pilot trains linear models, forests, gradient boosting and small networks on your data, "
    "each plain and with remedies for the tail: balanced weights, adjusted scores, thresholds, "
    "losses. All are tested on the same splits; copies of a sample never stand on both sides of "
    "one. It keeps to the time budget, runs in a separate process, and can be cancelled."
)
CROPS = (
    "Here the samples are the annotated objects, cut from their images: that tells how well the "
    "classes can be told apart and what helps the rare ones, not how well a detector finds them. "
    "Crops of one image stay on one side of every split."
)
QUESTION = 30
"""Characters within which a question that opens a paragraph ends."""


def verdict(found: Inspection) -> None:
    """The advice with its evidence, or how to get it."""
    advice = found.recommendation
    with st.container(key="inspect-verdict"):
        if advice is not None:
            st.html(_advice(advice))
        elif reason := _no_pilot_here(found):
            st.html(f'<p class="headline">No method can be recommended from this file.</p>'
                    f"<p>{html.escape(reason)}</p>")  # fmt: skip
        else:
            st.html(
                '<p class="headline">Which method is worth trying here?</p><p>No rule of thumb '
                "answers this: the pilot at the end of this page tries methods on your data.</p>"
            )


def _advice(advice: Recommendation) -> str:
    reasons = "".join(f"<p>{_answer(reason)}</p>" for reason in advice.reasons)
    choice, stop, more = advice.headline.partition(". ")
    rest = f" <span>{html.escape(more)}</span>" if more else ""
    return f'<p class="headline">{html.escape(choice + stop.strip())}{rest}</p>{reasons}'


def _answer(reason: str) -> str:
    """A reason for HTML; the question that it answers stands out."""
    question, mark, answer = reason.partition("? ")
    if not mark or len(question) > QUESTION:
        return html.escape(reason)
    return f"<b>{html.escape(question)}?</b> {html.escape(answer)}"


def no_pilot(contents: Contents) -> str:
    """Why nothing can be trained on these data, or ``""``."""
    if contents.kind == "counts":
        return "The file holds only counts. Upload the samples to try methods on them."
    if contents.kind == "annotations":
        return "The file holds annotations of objects. This needs images by class, or a table."
    if contents.labels.multi is not None:
        return "Samples have several labels; the pilot compares methods for one label per sample."
    if contents.kind == "table" and not contents.features:
        return "The file holds only labels. Upload the columns to learn from, too."
    return ""


def _no_pilot_here(found: Inspection) -> str:
    """As `no_pilot`, but objects that can be cut from their images are samples."""
    detection = found.detection
    return no_pilot(found.contents) if detection is None else detection.no_crops


def pilot_section(file: InspectedFile, found: Inspection) -> None:
    """The pilot: its options and a button, its progress, or what it found."""
    st.header("Which method is worth trying?", anchor=False)
    if reason := _no_pilot_here(found):
        st.caption(spoken(reason))
        return
    st.caption(ABOUT)
    if found.contents.kind == "annotations":
        st.caption(CROPS)
    if file.piloting:
        assert file.job is not None
        show_progress(file.job.status.stages, "")
        return
    option_controls()
    st.button(
        "Run the pilot" if found.pilot is None else "Run it again",
        type="primary" if found.pilot is None else "secondary",
        icon=":material/science:",
        key="inspect-run-pilot",
        disabled=file.busy,
        on_click=_run,
    )
    if file.busy:
        st.caption("It can start when the inspection of the file is finished.")
    if file.job is not None and file.job.request.pilot:
        show_outcome(file)
    if found.pilot is not None:
        pilot_results(found, found.pilot)


def _run() -> None:
    file = current_file()
    if file is not None:
        with toasts():
            file.run_pilot(options_chosen(), bounds())
