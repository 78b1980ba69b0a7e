"""Quality by class: whether rare means noisy, what was found where, and examples to look at."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.quality import Quality
from harmony_core.inspection.quality.measures import CHECKS
from harmony_core.inspection.quality.noise import FEWEST, noise
from harmony_core.inspection.tail.figures.shares import HEAD_SHARE
from harmony_core.inspection.tail.groups import GROUPS

from .._shared.markdown import spoken
from .._shared.tables import cells, table
from .._shared.widgets import set_widget
from .flagged_rows import flagged_rows

SORT = "inspect-of-sort"
ROWS = 100
MADE_WITH = (
    "Suspect labels: confident learning by cleanlab, on predictions of scikit-learn models that "
    "saw neither the sample nor its copies. Near copies of images: correlation of small grey "
    "versions, which also finds shifted and recompressed copies. Copies of rows: our own check, by "
    "hashes of all cells."
)


def quality_section(found: Inspection) -> None:
    """What the checks found."""
    quality = found.quality
    st.header("Is the tail clean?", anchor=False)
    if quality is None:
        st.caption(
            "Counts alone have no samples to check. Upload the data themselves to see copies, "
            "leaks and suspect labels."
        )
        return
    if quality.findings:
        st.markdown(spoken(_sentence(found, quality)))
        _summary(found, quality)
        _by_class(found, quality)
        flagged_rows(quality, found.contents.labels.names)
        _gaps(found, quality)
    names = found.contents.labels.names
    if quality.too_few:
        small = ", ".join(names[c] for c in quality.too_few[:20])
        more = f" and {len(quality.too_few) - 20:,} more" if len(quality.too_few) > 20 else ""
        st.caption(spoken(f"Too few samples for their labels to be judged: {small}{more}."))
    for note in quality.notes:
        st.caption(f":material/info: {spoken(note)}")
    if quality.findings:
        st.caption(MADE_WITH)


def _sentence(found: Inspection, quality: Quality) -> str:
    said = noise(quality, found.tail)
    if said:
        return said[0]
    groups = found.tail.groups.of_class
    finding = quality.findings.get("suspects")
    if finding is None:
        return "Labels were not judged; why, and what would help, is below."
    total = f"{finding.total:,} of {finding.checked.sum():,} judged labels are suspect"
    rare, frequent = (quality.share("suspects", groups == g) for g in (2, 0))
    if not (np.isfinite(rare) and np.isfinite(frequent)):
        return f"{total}; head and tail cannot be compared here."
    in_tail, in_head = (int(finding.checked[groups == g].sum()) for g in (2, 0))
    if in_tail < FEWEST:
        return (
            f"{total}. Only {in_tail} of the judged labels are in the tail: too few to say whether "
            "rare classes are noisier here."
        )
    return (
        f"{total}: {rare:.1%} of {in_tail:,} in the tail, {frequent:.1%} of {in_head:,} in the "
        "head. Rare classes are not noisier here."
    )


def _summary(found: Inspection, quality: Quality) -> None:
    groups = found.tail.groups.of_class
    share = HEAD_SHARE.show
    rows = []
    for name, finding in quality.findings.items():
        m = CHECKS[name]
        by_group = [share(quality.share(name, groups == g)) for g in range(len(GROUPS))]
        rows.append(
            (
                m.title,
                [
                    *cells([f"{finding.total:,}", *by_group]),
                    f'<td class="words">{html.escape(m.definition)} {html.escape(m.meaning)}</td>',
                ],
            )
        )
    head = ["Check", "Found", *(f"In {g}" for g in GROUPS), "What it is and what it means"]
    table("What the checks found", head, rows)


def _by_class(found: Inspection, quality: Quality) -> None:
    names, tail = found.contents.labels.names, found.tail
    checks = list(quality.findings)
    with st.expander("By class"):
        options = ["rarest", "largest", *checks]
        if st.session_state.get(SORT) not in options:
            set_widget(SORT, "rarest")
        sort = st.selectbox(
            "Sort by",
            options,
            key=SORT,
            format_func=lambda o: (
                {"rarest": "Rarest first", "largest": "Largest first"}.get(o)
                or f"Most {CHECKS[o].title.lower()}"
            ),
            width=300,
        )
        order = tail.order
        if sort == "rarest":
            order = order[::-1]
        elif sort in quality.findings:
            order = order[np.argsort(-quality.findings[sort].counts[order], kind="stable")]
        if len(order) > ROWS:
            st.caption(f"{ROWS} of {len(order):,} classes; the CSV below has all.")
        rows = []
        for c in order[:ROWS].tolist():
            values = [f"{quality.totals[c]:,}", GROUPS[tail.groups.of_class[c]]]
            rows.append((names[c], cells([*values, *(_marked(quality, n, c) for n in checks)])))
        head = ["Class", "Samples", "Group", *(CHECKS[name].title for name in checks)]
        table("Quality by class", head, rows)


def _marked(quality: Quality, check: str, c: int) -> str:
    """The marks of a class; of its labels also the share that is suspect."""
    finding = quality.findings[check]
    count, checked = int(finding.counts[c]), int(finding.checked[c])
    if check != "suspects":
        return f"{count:,}"
    if not checked:
        return "not judged"
    return f"{count:,} ({count / checked:.1%})" if count else "0"


def _gaps(found: Inspection, quality: Quality) -> None:
    if quality.gaps is None or not quality.gaps.counts.sum():
        return
    gaps, groups = quality.gaps, found.tail.groups.of_class
    totals = quality.totals
    with st.expander("Missing values by column"):
        rows = []
        order = np.argsort(-gaps.counts.sum(axis=0), kind="stable")
        for k in order[:ROWS].tolist():
            if not gaps.counts[:, k].sum():
                break
            shares = []
            for g in range(len(GROUPS)):
                held = totals[groups == g].sum()
                missing = gaps.counts[groups == g, k].sum()
                shares.append(f"{missing / held:.1%}" if held else "–")
            rows.append((gaps.columns[k], cells([f"{gaps.counts[:, k].sum():,}", *shares])))
        head = ["Column", "Missing", *(f"In {g}" for g in GROUPS)]
        table("Missing values by column", head, rows)
