"""What every view of an experiment draws: controls, buttons, and the view or the data."""

from __future__ import annotations

import random

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from harmony_core.config import ExperimentConfig
from harmony_core.data import DATASETS
from harmony_core.data.painted import PAINTED
from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.presets import ablation
from harmony_core.experiments.surprise import surprise
from harmony_core.runs.record import ExperimentRecord

from .._experiment.experiment_page import ExperimentPage
from .._experiment.frame_polling import in_whole_page, whole_page
from .._experiment.paint import editor, with_unsent_points
from .._experiment.picture import VIEW, recording
from .._experiment.tabs import tabs
from .._session import draft, own_runs, place
from .._session.address_bar import restore_address
from .._session.glossary_links import glossary_links
from .._session.lockstep_view import change_panels
from .._session.recording import RecordedRun
from .._session.start import has_checkpoint, press, press_is_waiting, start, take_press
from .._session.visitor import access, require_usable
from .._shared.backend import store
from .._shared.labels import count, data_title, run_title
from .._shared.markdown import literal, spoken
from .._shared.messages import lead, messages, toasts
from .._shared.page import load
from .arrival import is_recorded, trains_on_arrival
from .estimate import estimate
from .form import form
from .presets import gallery, preset_of
from .preview import preview
from .recent import history
from .room import room_ahead, room_made

ABLATION = (
    "Take the harmonized loss apart on these data, in one run: no balance, the balance inside "
    "classes only, between classes only, both, and the literal reading of the abstract."
)
RECORDED = (
    "Recorded from a training loop outside Harmony: it can be looked at, compared and exported, "
    "and not trained again here. Train starts what is set up in the side panel."
)
ASKS = "The loop learns of it by `run.stop_requested`, and ends if it asks."
FOREIGN = (
    "This experiment is not yours: you can look at it and take it along. Train runs its settings "
    "as one of your own."
)
NOT_HERE = "The experiment of this link is not on this server, or no longer."

_SETTING = "arena set up apart"
_FRESH = "arena started"
_REFUSED = "arena refused"
"""Session key of the settings that could not be trained, and of why."""


def arena(page: ExperimentPage) -> None:
    """Draw the page; while an experiment trains, its set-up answers in a fragment of its own."""
    arrived = draft.read_link(settings=page.sets_up)
    place.arrive(VIEW if page.panels else page.name, draft.shown_run())
    change_panels(VIEW, page.panels)
    with st.sidebar:
        controls, recent = st.tabs(["Set up", "Recent"])
    record = _record()
    with controls:
        if record and record.active:
            config = _set_up_in_fragment(record.id, page)
        else:
            with st.container():  # like a fragment, which then keeps its content
                config = _set_up()
    recorded = recording(page)
    if arrived and config is not None and trains_on_arrival(config, recorded):
        press("train")
    on_board = _paints(config) and not (record and _paints(record.config))
    top = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top")
    heading = top.container(key="heading")
    actions = top.container(
        horizontal=True, gap="small", key="actions", vertical_alignment="center", width="content"
    )
    notes = st.container(key="notes")
    started = _actions(actions, config, None if on_board else record)
    fresh = st.session_state.pop(_FRESH, "")
    record = started or (None if on_board else record)
    with notes:
        _notes(record, config)
    with heading:
        _heading(config, record)
        if config is not None and (record is None or not record.active):
            estimate(config)
            room_ahead(config)
    if record is not None:
        show = load(page.view)
        show(record, page, fresh=started is not None or fresh == record.id, meanwhile=preview)
    elif config is not None and on_board:
        tabs(page, "")
        editor(config)
    elif config is not None:
        _example_or_preview(page, config, recorded)
    _about(page, config, record)
    glossary_links(page)
    own_runs.keep_in_browser()
    with recent, messages():
        history(record.id if record else "")
    if page.sets_up and config is not None:
        draft.write_link(config)
    elif not page.sets_up:
        draft.write_run(draft.current())


def _example_or_preview(
    page: ExperimentPage, config: ExperimentConfig, recorded: RecordedRun | None
) -> None:
    """The recording if it is of the data chosen, else these data."""
    if recorded is not None and config.data.name == recorded.config.data.name:
        from .._experiment.live import show_recording

        show_recording(page, changed=not is_recorded(config, recorded))
    elif not (page.example and load(page.example)(page, config)):
        tabs(page, "")
        preview(config)


def _set_up() -> ExperimentConfig | None:
    """The controls; their values are kept if they make an experiment."""
    with messages():
        top = st.container()
        config = form(draft.current())
        kept = None
        if config is not None:
            with messages():
                require_usable(config)
                draft.keep(config)
                kept = config
        with top:
            gallery(draft.current())
        return kept
    return None


def _set_up_in_fragment(run: str, page: ExperimentPage) -> ExperimentConfig | None:
    """The controls while ``run`` trains, as a fragment: the rest of the page shows ``run``."""
    with whole_page():
        st.fragment(_set_up_fragment)(run, page)
    config: ExperimentConfig | None = st.session_state[_SETTING]
    return config


def _set_up_fragment(run: str, page: ExperimentPage) -> None:
    if in_whole_page():
        st.session_state[_SETTING] = _set_up()
        return
    restore_address(page.name)
    if draft.shown_run() != run or press_is_waiting():
        st.rerun()
    before, config = st.session_state.get(_SETTING), _set_up()
    st.session_state[_SETTING] = config
    if config is not None and page.sets_up:
        draft.write_link(config)
    if (config is None) != (before is None) or _paints(config) != _paints(before):
        st.rerun()  # enables or disables the buttons, opens or closes the board


def _paints(config: ExperimentConfig | None) -> bool:
    return config is not None and config.data.name == PAINTED.name


def _record() -> ExperimentRecord | None:
    """The experiment the page shows; one that cannot be read is reported, not shown."""
    run = draft.shown_run()
    if not run:
        return None
    if run not in store().ids():  # deleted, perhaps by somebody else
        draft.show_run("")
        return None
    with messages():
        return store().get(run)
    return None


def _notes(record: ExperimentRecord | None, config: ExperimentConfig | None) -> None:
    """What was wrong with the link or with the last press on Train, if anything."""
    tried, refusal = st.session_state.get(_REFUSED, (None, ""))
    if refusal and tried == config:
        messages().say(refusal)
    if problem := draft.link_problem():
        st.warning(
            "This link could not be used; the page shows what was set up before. "
            + spoken(problem),
            icon=":material/link_off:",
        )
    room_made()
    if record is not None and not access().may("rename", record.id):
        st.info(FOREIGN, icon=":material/visibility:")
    if record is not None and record.config.recorded is not None:
        st.info(RECORDED, icon=":material/edit_note:")
    if draft.missing_run():
        what = "It is trained here." if record else "Train it here from the settings set up."
        st.info(f"{NOT_HERE} {what}", icon=":material/link_off:")


def _heading(config: ExperimentConfig | None, record: ExperimentRecord | None) -> None:
    shown = record.config if record else config
    if shown is None:
        st.title("Your own images, long-tailed", anchor=False)
        lead("Upload a ZIP in the side panel to begin.")
        return
    st.title(literal(run_title(record) if record else data_title(shown)), anchor=False)


def _about(
    page: ExperimentPage, config: ExperimentConfig | None, record: ExperimentRecord | None
) -> None:
    """What the view shows, how the experiment is trained, and what there is to see in it."""
    shown = record.config if record else config
    if shown is None:
        return
    labels = method_labels(shown.methods)
    names = f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else labels[0]
    verb = "learn" if len(labels) > 1 else "learns"
    with st.expander("About this view and experiment", icon=":material/info:"):
        if page.lead:
            lead(page.lead)
        if shown.recorded is not None:
            st.markdown(_recorded_facts(shown, record))
            return
        st.markdown(
            f"{literal(names)} {verb} the same samples, from the same initial weights, in the "
            f"same order, for {count(shown.epochs, 'epoch')}."
        )
        if preset := preset_of(shown):
            st.markdown(f"**Look at:** {preset.look}")
        lesson = preset.sentence if preset else DATASETS[shown.data.name].lesson
        if record is not None and record.state == "done" and lesson:
            st.markdown(f"**What is known of it:** {lesson}")


def _recorded_facts(config: ExperimentConfig, record: ExperimentRecord | None) -> str:
    """What is known of a training by another loop, and of what its record holds."""
    own = config.recorded
    if own is None or record is None:
        return ""
    named = [
        f"{what} {literal(said)}"
        for what, said in (("data", own.data), ("model", own.model))
        if said
    ]
    facts = [f"Recorded from {literal(own.loop)}{': ' if named else ''}{', '.join(named)}."]
    if store().epochs(record.id, 0):
        facts += [literal(note) for note in store().scene(record.id).notes]
    return "\n\n".join(facts)


def _actions(
    row: DeltaGenerator, config: ExperimentConfig | None, record: ExperimentRecord | None
) -> ExperimentRecord | None:
    """Train, Stop, Resume, Reset; returns the experiment that a click on Train started."""
    started = None
    row.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        key="train",
        disabled=config is None,
        on_click=press,
        args=("train",),
    )
    row.button(
        "Surprise me",
        icon=":material/casino:",
        key="surprise",
        on_click=_surprise,
        help="Train a random scenario, tail and three methods. It takes a few seconds.",
    )
    row.button(
        "Ablation",
        icon=":material/call_split:",
        key="ablation",
        type="tertiary",
        disabled=config is None,
        help=ABLATION,
        on_click=press,
        args=("ablation",),
    )
    pressed = take_press()
    if pressed == "train" and record is not None:
        draft.forget_missing_run()
    ablate = pressed == "ablation"
    if pressed:
        st.session_state.pop(_REFUSED, None)
    if pressed and config is not None:
        try:
            painted = with_unsent_points(config, record.id if record else "")
            wanted = painted or config
            title = f"Ablation: {data_title(wanted)}" if ablate else ""
            started = start(ablation(wanted) if ablate else wanted, title)
        except HarmonyError as error:  # said until something changes, however often it is drawn
            st.session_state[_REFUSED] = (config, str(error))
        if started is not None and (painted or ablate):  # the panel shows what is trained
            draft.adopt(started.id)
            st.session_state[_FRESH] = started.id
            st.rerun()
    record = started or record
    if record is not None and not access().may("stop", record.id):
        record = None
    if record is not None and record.active:
        own = record.config.recorded is None
        row.button(
            "Stop",
            icon=":material/stop:",
            key="stop",
            on_click=_stop,
            help="A checkpoint is kept." if own else ASKS,
        )
    elif record is not None and record.resumable:
        kept = has_checkpoint(record)
        row.button(
            "Try again" if record.state == "failed" and not kept else "Resume",
            icon=":material/resume:",
            key="resume",
            on_click=_resume,
            help="Continue from the last checkpoint." if kept else "Train it from the beginning.",
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


def _surprise() -> None:
    draft.set_up(surprise(random.Random(), draft.current()))
    press("train")


def _stop() -> None:
    with toasts():
        access().stop(draft.shown_run())


def _resume() -> None:
    with toasts():
        access().resume(draft.shown_run())


def _reset() -> None:
    draft.show_run("")
    draft.set_up(ExperimentConfig())
