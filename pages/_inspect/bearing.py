"""What else bears on the tail: leaking columns, an ordered label, drift, telling columns."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.profile import PROFILE_CHECKS, ProfileFinding
from harmony_core.inspection.profile.finding import FOUND, NONE, PERHAPS, STATES, interval
from harmony_core.readers.contents import Contents

from .._shared.markdown import spoken
from .._shared.tables import cells, table

ICONS = {FOUND: "error", PERHAPS: "help", NONE: "check_circle"}
MADE_WITH = (
    "Trees, naive Bayes and random forests of scikit-learn, always on samples that the model has "
    "not seen; the number of samples is in each answer."
)


def bearing_section(found: Inspection, looking: bool) -> None:
    """The questions of the profile with their answers."""
    profile = found.profile
    if profile is None and not looking:
        return  # counts, annotations, several labels: the checks above say why
    st.header("What else bears on the tail?", anchor=False)
    if profile is None:
        st.caption("The columns have not been examined yet.")
        return
    if not profile.findings:
        st.caption(_nothing(found.contents))
        return
    for name, finding in sorted(profile.findings.items(), key=lambda item: _urgency(item[1])):
        _answer(name, finding)
    for note in profile.notes:
        st.caption(f":material/info: {spoken(note)}")
    st.caption(f"{MADE_WITH} The profile took {profile.seconds:.0f} s.")


def _urgency(finding: ProfileFinding) -> int:
    return list(STATES).index(finding.state)


def _nothing(contents: Contents) -> str:
    what = "images" if contents.kind == "images" else "rows"
    return f"None of the questions applies to these {what}."


def _answer(name: str, finding: ProfileFinding) -> None:
    measure = PROFILE_CHECKS[name].measure
    icon = ICONS.get(finding.state, "hourglass_empty")
    with st.container(border=True, key=f"inspect-profile-{name}", gap="xsmall"):
        st.markdown(f":material/{icon}: **{measure.title}** · {STATES[finding.state].lower()}")
        st.markdown(spoken(finding.headline))
        if finding.advice:
            st.markdown(f"**What to do:** {spoken(finding.advice)}")
        with st.expander(f"How it was measured: {measure.title}"):
            st.caption(spoken(finding.assumed))
            st.caption(spoken(f"{measure.defined} {measure.meaning}"))
            if finding.columns:
                table(
                    measure.title,
                    ["Column", "Figure (interval)", "In words"],
                    [
                        (
                            column.name,
                            [
                                *cells([interval(column.score)]),
                                f'<td class="words">{html.escape(column.words)}</td>',
                            ],
                        )
                        for column in finding.columns
                    ],
                )
