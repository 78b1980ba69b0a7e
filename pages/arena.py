"""The Arena: choose data and methods, press Train, and watch them learn in lockstep."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from harmony_core.config import ExperimentConfig
from harmony_core.data.painted import PAINTED
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.presets import ablation
from harmony_core.runs.record import ExperimentRecord
from pages._arena.estimate import estimate
from pages._arena.form import setup
from pages._arena.presets import gallery, preset_of
from pages._arena.preview import preview
from pages._arena.recent import history
from pages._experiment.frame_polling import in_whole_page, whole_page
from pages._experiment.paint import editor, take_along
from pages._session import draft as drafts
from pages._session import place as where
from pages._session.address_bar import settle
from pages._session.page_links import words
from pages._session.start import start
from pages._shared.backend import queue, store
from pages._shared.labels import count, data_title, literal, run_title
from pages._shared.messages import lead, messages, spoken, toasts
from pages._shared.page import draw

ABLATION = (
    "Take the harmonized loss apart on these data, in one run: no balance, the balance inside "
    "classes only, between classes only, both, and the literal reading of the abstract."
)

_PRESSED = "arena pressed"
_APART = "arena set up apart"


def arena() -> None:
    drafts.read_link()
    where.arrive("arena", drafts.run_id())
    with st.sidebar:
        setting, past = st.tabs(["Set up", "Recent"])
    record = _record()
    with setting:
        if record and record.active:
            config = _set_up_apart(record.id)
        else:
            with st.container():  # as a fragment has one: its content stays when it becomes one
                config = _set_up()
    top = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top")
    heading = top.container(key="heading")
    actions = top.container(
        horizontal=True, gap="small", key="actions", vertical_alignment="center", width="content"
    )
    if problem := drafts.link_problem():
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
        from pages._experiment.live import show  # a first page comes sooner without

        show(record, fresh=started is not None)
    elif config is not None and config.data.name == PAINTED.name:
        editor(config)
    elif config is not None:
        preview(config)
    words("arena")
    with past, messages():
        history(record.id if record else "")
    if config is not None:
        drafts.write_link(config)


def _set_up() -> ExperimentConfig | None:
    """The controls; what they say is remembered if it makes an experiment."""
    with messages():
        top = st.container()
        config = setup(drafts.current())
        if config is not None:
            drafts.keep(config)
        with top:
            gallery(drafts.current())
        return config
    return None


def _set_up_apart(run: str) -> ExperimentConfig | None:
    """The controls while ``run`` trains: they answer alone, as the rest of the page is about it."""
    with whole_page():
        st.fragment(_answer_alone)(run)
    config: ExperimentConfig | None = st.session_state[_APART]
    return config


def _answer_alone(run: str) -> None:
    if in_whole_page():
        st.session_state[_APART] = _set_up()
        return
    settle("arena")
    if drafts.run_id() != run:  # a ready experiment was chosen, so the page shows another now
        st.rerun()
    before, config = st.session_state.get(_APART), _set_up()
    st.session_state[_APART] = config
    if config is not None:
        drafts.write_link(config)
    if (config is None) != (before is None):
        st.rerun()  # for the buttons that need one


def _record() -> ExperimentRecord | None:
    """The experiment the link names; one that cannot be read is reported, not shown."""
    if not drafts.run_id():
        return None
    with messages():
        return store().get(drafts.run_id())
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
    place: DeltaGenerator, config: ExperimentConfig | None, record: ExperimentRecord | None
) -> ExperimentRecord | None:
    """Train, Stop, Resume, Reset; returns the experiment that a click on Train has started."""
    started = None
    place.button(
        "Ablation",
        icon=":material/call_split:",
        key="ablation",
        disabled=config is None,
        help=ABLATION,
        on_click=_press,
        args=("ablation",),
    )
    place.button(
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
            painted = take_along(config, record.id if record else "")
            wanted = painted or config
            title = f"Ablation: {data_title(wanted)}" if ablate else ""
            started = start(ablation(wanted) if ablate else wanted, title)
            if painted:
                drafts.replace(painted)
                st.rerun()
    record = started or record
    if record is not None and record.active:
        place.button(
            "Stop", icon=":material/stop:", key="stop", on_click=_stop, help="A checkpoint is kept."
        )
    elif record is not None and record.resumable:
        place.button(
            "Resume",
            icon=":material/resume:",
            key="resume",
            on_click=_resume,
            help="Go on from the last checkpoint.",
        )
    place.button(
        "Reset",
        icon=":material/restart_alt:",
        key="reset",
        type="tertiary",
        on_click=_reset,
        help="Back to the default experiment.",
    )
    return started


def _press(button: str) -> None:
    """Keep a press until a run comes to it: a button forgets it if the next event is quicker."""
    st.session_state[_PRESSED] = button


def _stop() -> None:
    with toasts():
        queue().stop(drafts.run_id())


def _resume() -> None:
    with toasts():
        queue().submit(drafts.run_id())


def _reset() -> None:
    drafts.show_run("")
    drafts.replace(ExperimentConfig())


draw(arena)
