"""What the inspection draws: the file, its tail, its quality, the pilot, and downloads."""

from __future__ import annotations

import streamlit as st

from .._shared.messages import lead, messages
from .._shared.page import Page
from .bearing import bearing_section
from .detection import detection_section
from .downloads import download_section
from .inspected_file import close_file, current_file
from .own_predictions import own_predictions
from .pilot import pilot_section, verdict
from .progress import show_outcome, show_progress
from .quality import quality_section
from .reading_options import reading_section
from .tail import beta, bounds, tail_section
from .upload import choose_file
from .visit_folder import visit_folder


def inspect_data(page: Page) -> None:
    """Draw the page: ways to hand in a file, and what was found in it."""
    st.title(page.title, anchor=False)
    lead(page.lead)
    choose_file()
    file = current_file()
    if file is None or file.job is None:
        return
    visit_folder()
    if file.gone:
        close_file()
        st.info(
            "The connection was lost for a while, so the file was deleted. Upload it again.",
            icon=":material/link_off:",
        )
        return
    status = file.job.status
    looking = status.active and not file.job.request.pilot
    found = None
    with messages():
        found = file.found(beta(), bounds())
    if looking:
        show_progress(
            status.stages,
            "" if found is None else "The tail is shown below; the checks are still running.",
        )
    elif not file.job.request.pilot:
        show_outcome(file)
    if found is None:
        return
    reading_section(file, found.contents)
    verdict(found)
    tail_section(found)
    if found.quality is None and looking:
        st.header("Is the tail clean?", anchor=False)
        st.caption("The checks are not finished yet.")
    else:
        quality_section(found)
        own_predictions(file, found)
    bearing_section(found, looking)
    detection_section(found)
    pilot_section(file, found)
    download_section(file, found)
