"""The pilot on the page: run it, see what each method gains, and the advice that follows."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.pilot.pilot import SEEDS, Pilot
from harmony_core.inspection.pilot.recommend import Recommendation
from harmony_core.inspection.pilot.training import BASE, METHODS
from harmony_core.inspection.report.charts import pilot_charts
from harmony_core.inspection.tail.groups import GROUPS
from harmony_core.readers.contents import Contents

from .._shared.messages import spoken, toasts
from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.widgets import set_widget
from .inspected_file import InspectedFile, current_file
from .progress import show_outcome, show_progress
from .tail import bounds, chart

HOW = "inspect-pilot-seeds"
CHOICES = {3: "Quick, 3 seeds", SEEDS: f"Thorough, {SEEDS} seeds"}
CLASSES = 100
BANDS = 5
ABOUT = (
    f"Trains {', '.join(METHODS)} on your own data: a small network on simple features, the same "
    "samples, weights and batches for every method, each seed with a held-out part of its own. "
    "Its accuracy is a lower bound; its purpose is to compare the methods. It takes about ten "
    "seconds to a minute on this machine’s processor, in a separate process."
)


def verdict(found: Inspection) -> None:
    """The advice in one sentence with its evidence, or how to get it."""
    advice = found.recommendation
    with st.container(key="inspect-verdict"):
        if advice is not None:
            st.html(_advice(advice))
        elif reason := no_pilot(found.contents):
            st.html(f'<p class="headline">No method can be recommended from this file.</p>'
                    f"<p>{html.escape(reason)}</p>")  # fmt: skip
        else:
            st.html(
                '<p class="headline">Which method is worth trying here?</p><p>That is not a matter '
                "of rules of thumb: the pilot at the end of this page tries five on your data.</p>"
            )


def _advice(advice: Recommendation) -> str:
    reasons = "".join(f"<p>{html.escape(reason)}</p>" for reason in advice.reasons)
    return f'<p class="headline">{html.escape(advice.headline)}</p>{reasons}'


def no_pilot(contents: Contents) -> str:
    """Why nothing can be trained on these data, or ``""``."""
    if contents.kind == "counts":
        return "The file holds only counts. Upload the samples to try methods on them."
    if contents.kind == "annotations":
        return "The file holds only annotations. The pilot needs images by class, or a table."
    if contents.labels.multi is not None:
        return "Samples have several labels; the pilot compares methods for one label per sample."
    if contents.kind == "table" and not contents.features:
        return "The file holds only labels. Upload the columns to learn from, too."
    return ""


def pilot_section(file: InspectedFile, found: Inspection) -> None:
    """The pilot: a button, its progress, or what it found."""
    st.header("Which method is worth trying?", anchor=False)
    if reason := no_pilot(found.contents):
        st.caption(reason)
        return
    st.caption(ABOUT)
    if file.piloting:
        assert file.job is not None
        show_progress(file.job.status.stages, "")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if st.session_state.get(HOW) not in CHOICES:
            set_widget(HOW, SEEDS)
        st.segmented_control(
            "How sure",
            list(CHOICES),
            key=HOW,
            format_func=CHOICES.__getitem__,
            required=True,
            help="More seeds give narrower intervals and take longer.",
        )
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
        _results(found, found.pilot)


def _run() -> None:
    file = current_file()
    if file is not None:
        with toasts():
            file.run_pilot(int(st.session_state.get(HOW) or SEEDS), bounds())


def _results(found: Inspection, pilot: Pilot) -> None:
    _figures(pilot)
    for note in pilot.notes:
        st.caption(spoken(note))
    if pilot.left_out or pilot.too_few:
        few = [*pilot.too_few, *pilot.left_out]
        more = f" and {len(few) - 20:,} more" if len(few) > 20 else ""
        st.caption(spoken(f"Too few samples to judge: {', '.join(few[:20])}{more}."))
    (gains, recalls, density) = pilot_charts(found, theme())
    chart(*gains, "inspect-chart-gains")
    with st.expander("Gains as a table"):
        _gain_table(pilot)
    _curve(pilot)
    chart(*recalls, "inspect-chart-recalls")
    with st.expander("Recall of each class as a table"):
        _recall_table(pilot)
    chart(*density, "inspect-chart-density")
    with st.expander("Gradient density as a table"):
        _density_table(pilot)


def _figures(pilot: Pilot) -> None:
    figures = pilot.figures()
    rows = []
    for trial in pilot.trials:
        values = []
        for name in figures:
            v = 100 * trial.figure(name, pilot.groups)
            spread = v.std(ddof=1) if len(v) > 1 else 0.0
            values.append(f'<td>{v.mean():.1f} <span class="spread">± {spread:.1f}</span></td>')
        rows.append((trial.label, values))
    head = ["Method", *(f"{name.replace('_', ' ').capitalize()}, %" for name in figures)]
    table("The pilot in figures", head, rows, marks=True)
    st.caption(
        spoken(
            f"Mean ± spread over {pilot.seeds} seeds; {pilot.epochs} epochs, {pilot.described}, "
            f"{pilot.seconds:.0f} s."
        )
    )


def _gain_table(pilot: Pilot) -> None:
    figures = pilot.figures()
    rows = []
    for trial in pilot.trials:
        if trial.label == BASE:
            continue
        values = []
        for name in figures:
            gain = pilot.gain(trial.label, name)
            values.append(
                f"{100 * gain.mean:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
            )
        rows.append((trial.label, cells(values)))
    head = ["Method", *(f"{name.replace('_', ' ').capitalize()}, points" for name in figures)]
    table("Gain over cross-entropy with its 95 % interval", head, rows)


def _curve(pilot: Pilot) -> None:
    curve = pilot.curve
    if curve is None:
        return
    st.subheader("What would more samples of the tail bring?", anchor=False)
    rows = [
        (f"{share:.0%}", cells([f"{100 * row.mean():.1f}"]))
        for share, row in zip(curve.shares, curve.tail, strict=True)
    ]
    table(
        "Learning curve of the tail",
        ["Share of the tail’s samples", f"Recall of the tail under {curve.label}, %"],
        rows,
    )
    st.caption(
        f"The last doubling brought {curve.last.points()}; {curve.samples:,} more samples, one "
        f"doubling, are expected to bring {curve.next.points()}."
    )


def _recall_table(pilot: Pilot) -> None:
    order = np.argsort(pilot.counts, kind="stable")
    if len(order) > CLASSES:
        st.caption(f"The {CLASSES} rarest of {len(order):,} classes; the CSV has all.")
    rows = [
        (
            pilot.names[c],
            cells(
                [
                    f"{pilot.counts[c]:,}",
                    f"{pilot.tested[c]:,}",
                    GROUPS[pilot.groups[c]],
                    *(f"{100 * trial.recall[c]:.0f}" for trial in pilot.trials),
                ]
            ),
        )
        for c in order[:CLASSES].tolist()
    ]
    head = ["Class", "Samples", "Held out", "Group", *(f"{t.label}, %" for t in pilot.trials)]
    table("Recall of each class, rarest first", head, rows)


def _density_table(pilot: Pilot) -> None:
    order = np.argsort(pilot.counts, kind="stable")[:CLASSES]
    density = pilot.trial(BASE).density
    bands = density.reshape(len(density), BANDS, -1).sum(axis=2)
    rows = [
        (pilot.names[c], cells([f"{100 * share:.0f} %" for share in bands[c]]))
        for c in order.tolist()
    ]
    head = ["Class, rarest first"]
    head += [f"g {i / BANDS:.1f}–{(i + 1) / BANDS:.1f}" for i in range(BANDS)]
    table("Share of each class's samples by gradient norm", head, rows)
