"""Inspect your data: how long the tail is, whether rare means noisy, what is worth trying."""

from __future__ import annotations

import streamlit as st

from pages._inspect.downloads import out_section
from pages._inspect.inspected_file import forget, look
from pages._inspect.pilot import pilot_section, verdict
from pages._inspect.progress import ending, going_on
from pages._inspect.quality import quality_section
from pages._inspect.reading_options import file_line
from pages._inspect.tail import beta, bounds, tail_section
from pages._inspect.upload import source
from pages._inspect.visit_folder import room
from pages._shared.messages import lead, messages
from pages._shared.page import draw

ABOUT = (
    "Hand in a file. In seconds you see how long its tail is and whether rare means noisy; then a "
    "pilot on your own data says which method is worth trying, or that none is."
)


def inspect_data() -> None:
    st.title("Inspect your data", anchor=False)
    lead(ABOUT)
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


draw(inspect_data)
