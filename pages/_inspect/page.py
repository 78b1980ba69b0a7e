"""What the inspection draws: the file, its tail, its quality, the pilot, and downloads."""

from __future__ import annotations

import streamlit as st

from .._shared.messages import lead, messages
from .._shared.page import Page
from .downloads import out_section
from .inspected_file import forget, look
from .pilot import pilot_section, verdict
from .progress import ending, going_on
from .quality import quality_section
from .reading_options import file_line
from .tail import beta, bounds, tail_section
from .upload import source
from .visit_folder import room


def inspect_data(page: Page) -> None:
    st.title(page.title, anchor=False)
    lead(page.lead)
    source()
    now = look()
    if now is None or now.job is None:
        return
    room()
    if now.gone:
        forget()
        st.info(
            "The connection was lost for a while, so the file was deleted. Hand it in again.",
            icon=":material/link_off:",
        )
        return
    status = now.job.status
    looking = status.active and not now.job.request.pilot
    found = None
    with messages():
        found = now.found(beta(), bounds())
    if looking:
        going_on(status.stages, "" if found is None else "The tail is below; the checks go on.")
    elif not now.job.request.pilot:
        ending(now)
    if found is None:
        return
    file_line(now, found.contents)
    verdict(found)
    tail_section(found)
    if found.quality is None and looking:
        st.header("Is the tail clean?", anchor=False)
        st.caption("The checks are not finished yet.")
    else:
        quality_section(found)
    pilot_section(now, found)
    out_section(now, found)
