"""What the Arena draws: controls, buttons, and the experiment or a preview of its data."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from harmony_core.config import ExperimentConfig
from harmony_core.data.painted import PAINTED
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.presets import ablation
from harmony_core.runs.record import ExperimentRecord

from .._experiment.experiment_page import ExperimentPage
from .._experiment.frame_polling import in_whole_page, whole_page
from .._experiment.paint import editor, with_unsent_points
from .._session import draft, place
from .._session.address_bar import restore_address
from .._session.page_links import glossary_links
from .._session.start import start
from .._shared.backend import queue, store
from .._shared.labels import count, data_title, literal, run_title
from .._shared.messages import lead, messages, spoken, toasts
from .estimate import estimate
from .form import form
from .presets import gallery, preset_of
from .preview import preview
from .recent import history

ABLATION = (
    "Take the harmonized loss apart on these data, in one run: no balance, the balance inside "
    "classes only, between classes only, both, and the literal reading of the abstract."
)

_PRESSED = "arena pressed"
_SETTING = "arena set up apart"


def arena(page: ExperimentPage) -> None:
    """Draw the page; while an experiment trains, its set-up answers in a fragment of its own."""
    draft.read_link()
    place.arrive(page.name, draft.linked_run())
    with st.sidebar:
        controls, recent = st.tabs(["Set up", "Recent"])
    record = _record()
    with controls:
        if record and record.active:
            config = _set_up_in_fragment(record.id)
        else:
            with st.container():  # like a fragment, which then keeps its content
                config = _set_up()
    top = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top")
    heading = top.container(key="heading")
    actions = top.container(
        horizontal=True, gap="small", key="actions", vertical_alignment="center", width="content"
    )
    if problem := draft.link_problem():
        st.warning(
            "This link could not be used; the page shows what was set up before. "
            + spoken(problem),
            icon=":material/link_off:",
        )
    started = _actions(actions, config, record)
    record = started or record
    with heading:
        _heading(config, record)
        if config is not None and (record is None or not record.active):
            estimate(config)
    if record is not None:
        from .._experiment.live import show  # the first page appears sooner without

        show(record, page, fresh=started is not None)
    elif config is not None and config.data.name == PAINTED.name:
        editor(config)
    elif config is not None:
        preview(config)
    glossary_links(page)
    with recent, messages():
        history(record.id if record else "")
    if config is not None:
        draft.write_link(config)


def _set_up() -> ExperimentConfig | None:
    """The controls; their values are kept if they make an experiment."""
    with messages():
        top = st.container()
        config = form(draft.current())
        if config is not None:
            draft.keep(config)
        with top:
            gallery(draft.current())
        return config
    return None


def _set_up_in_fragment(run: str) -> ExperimentConfig | None:
    """The controls while ``run`` trains, as a fragment: the rest of the page shows ``run``."""
    with whole_page():
        st.fragment(_set_up_fragment)(run)
    config: ExperimentConfig | None = st.session_state[_SETTING]
    return config


def _set_up_fragment(run: str) -> None:
    if in_whole_page():
        st.session_state[_SETTING] = _set_up()
        return
    restore_address("arena")
    if draft.linked_run() != run:  # a ready experiment was chosen, so the page shows another now
        st.rerun()
    before, config = st.session_state.get(_SETTING), _set_up()
    st.session_state[_SETTING] = config
    if config is not None:
        draft.write_link(config)
    if (config is None) != (before is None):
        st.rerun()  # enables or disables the buttons


def _record() -> ExperimentRecord | None:
    """The experiment the link names; one that cannot be read is reported, not shown."""
    if not draft.linked_run():
        return None
    with messages():
        return store().get(draft.linked_run())
    return None


def _heading(config: ExperimentConfig | None, record: ExperimentRecord | None) -> None:
    shown = record.config if record else config
    if shown is None:
        st.title("Your own images, long-tailed", anchor=False)
        lead("Upload a ZIP on the left to begin.")
        return
    st.title(literal(run_title(record) if record else data_title(shown)), anchor=False)
    labels = method_labels(shown.methods)
    names = f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else labels[0]
    verb = "learn" if len(labels) > 1 else "learns"
    lead(
        f"{names} {verb} the same samples, from the same initial weights, in the same order, "
        f"for {count(shown.epochs, 'epoch')}."
    )
    if preset := preset_of(shown):
        st.caption(f"{preset.sentence} **Look at:** {preset.look}")


def _actions(
    row: DeltaGenerator, config: ExperimentConfig | None, record: ExperimentRecord | None
) -> ExperimentRecord | None:
    """Train, Stop, Resume, Reset; returns the experiment that a click on Train started."""
    started = None
    row.button(
        "Ablation",
        icon=":material/call_split:",
        key="ablation",
        disabled=config is None,
        help=ABLATION,
        on_click=_press,
        args=("ablation",),
    )
    row.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        key="train",
        disabled=config is None,
        on_click=_press,
        args=("train",),
    )
    pressed = st.session_state.pop(_PRESSED, "")
    ablate = pressed == "ablation"
    with messages():
        if pressed and config is not None:
            painted = with_unsent_points(config, record.id if record else "")
            wanted = painted or config
            title = f"Ablation: {data_title(wanted)}" if ablate else ""
            started = start(ablation(wanted) if ablate else wanted, title)
            if painted:
                draft.set_up(painted)
                st.rerun()
    record = started or record
    if record is not None and record.active:
        row.button(
            "Stop", icon=":material/stop:", key="stop", on_click=_stop, help="A checkpoint is kept."
        )
    elif record is not None and record.resumable:
        row.button(
            "Resume",
            icon=":material/resume:",
            key="resume",
            on_click=_resume,
            help="Continue from the last checkpoint.",
        )
    row.button(
        "Reset",
        icon=":material/restart_alt:",
        key="reset",
        type="tertiary",
        on_click=_reset,
        help="Back to the default experiment.",
    )
    return started


def _press(button: str) -> None:
    """Keep a press until a run handles it: a button forgets it when another event comes first."""
    st.session_state[_PRESSED] = button


def _stop() -> None:
    with toasts():
        queue().stop(draft.linked_run())


def _resume() -> None:
    with toasts():
        queue().submit(draft.linked_run())


def _reset() -> None:
    draft.show_run("")
    draft.set_up(ExperimentConfig())
