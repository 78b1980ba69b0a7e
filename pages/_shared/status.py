"""What an experiment is doing, as one line and a progress bar."""

from __future__ import annotations

import html
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.runs.record import ExperimentRecord

from .backend import store
from .labels import run_title
from .markdown import spoken

NAMES = {
    "queued": "Waiting",
    "running": "Training",
    "done": "Done",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
ICONS = {
    "queued": "schedule",
    "running": "play_circle",
    "done": "check_circle",
    "stopped": "stop_circle",
    "failed": "error",
    "interrupted": "bolt",
}


def status_strip(record: ExperimentRecord, position: int | None) -> None:
    """State, epoch, repeat, speed, time left, place in the queue and device."""
    name = NAMES[record.state]
    facts = "".join(f"<li>{html.escape(fact)}</li>" for fact in _facts(record, position))
    percent = round(100 * record.share, 1)
    st.html(
        f'<div class="status" data-run-state="{record.state}" data-run-epoch="{record.epoch}">'
        f'<div class="status-line"><span class="state state-{record.state}" role="status">{name}'
        f'</span><ul class="facts">{facts}</ul></div>'
        f'<div class="progress" role="progressbar" aria-label="Share of all epochs finished" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent:g}">'
        f'<span style="width:{percent:g}%"></span></div></div>'
    )
    if record.error and record.state == "failed":
        st.error(spoken(record.error), icon=":material/error:")
    elif record.state == "interrupted":
        st.warning(spoken(record.error), icon=":material/bolt:")
    if record.note:
        st.info(spoken(record.note), icon=":material/history:")


def recorded_strip(config: ExperimentConfig, advice: str) -> None:
    """The same line for the recording that a page plays to a visitor without an experiment."""
    facts = (f"trained before, played back over {config.epochs} epochs", advice)
    items = "".join(f"<li>{html.escape(fact)}</li>" for fact in facts)
    st.html(
        '<div class="status" data-run-state="recorded"><div class="status-line">'
        '<span class="state state-recorded">Recorded example</span>'
        f'<ul class="facts">{items}</ul></div></div>'
    )


def _facts(record: ExperimentRecord, position: int | None) -> list[str]:
    config = record.config
    facts = []
    if record.state == "queued":
        ahead = position or 0
        if ahead:
            facts.append(f"{ahead} experiment{'s' if ahead > 1 else ''} ahead in the queue")
        else:
            facts.append("a worker is getting ready")
    facts.append(f"epoch {record.epoch} of {config.epochs}")
    if config.seeds.repeats > 1:
        facts.append(f"repeat {record.repeat + 1} of {config.seeds.repeats}")
    if record.state == "running" and record.message and record.message != "training":
        facts.append(record.message)
    if record.rate > 0:
        facts.append(f"{record.rate:.3g} epochs/s")
        if record.active:
            facts.append(f"{duration(_epochs_left(record) / record.rate)} left")
    if record.state == "done":
        seconds = _seconds_between(record.started, record.finished)
        if seconds is not None:
            facts.append(f"took {duration(seconds)}")
    if config.recorded is not None:
        facts.append(f"recorded from {config.recorded.loop}")
    if record.device:
        facts.append(record.device)
    return facts


def _epochs_left(record: ExperimentRecord) -> float:
    total = record.config.epochs * record.config.seeds.repeats
    return total * (1 - record.share)


def duration(seconds: float) -> str:
    """Seconds in words short enough for a line: ``3.2 s``, ``48 s``, ``5 min``, ``2 h 10 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def age(stamp: str) -> str:
    """How long ago an ISO time was: ``now``, ``4 min``, ``3 h``, ``12 d``."""
    when = _moment(stamp)
    if when is None:
        return ""
    seconds = (datetime.now(UTC) - when).total_seconds()
    if seconds < 60:
        return "now"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def made(stamp: str) -> str:
    """An ISO time as date and hour where the reader is."""
    when = _moment(stamp)
    if when is None:
        return "?"
    try:
        zone: tzinfo = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a zone that this machine does not know
        zone = UTC
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _seconds_between(start: str, end: str) -> float | None:
    first, last = _moment(start), _moment(end)
    return (last - first).total_seconds() if first and last else None


def _moment(stamp: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def short_title(run: str) -> str:
    """An experiment in a list: its name, when it was made, and the end of its id.

    A selectbox knows its options by their text alone. So no two are alike, and none changes while
    the list is open, as "2 min ago" would.
    """
    try:
        record: ExperimentRecord = store().get(run)
    except HarmonyError:
        return f"{run}: unreadable"
    return f"{run_title(record)} · {made(record.created)} · {run[-4:]}"
