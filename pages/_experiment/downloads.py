"""Share and keep: links, tables, settings, a script and one offline page of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.experiments.link import to_query
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.shell_command import FILE, command_line
from harmony_core.runs.record import ExperimentRecord
from harmony_core.scratch import scratch_folder

from .._session import place
from .._shared.backend import store
from .._shared.messages import messages
from .experiment_page import ExperimentPage

NO_SCRIPT = (
    "There is no script and no command that repeats it: it was recorded from a training loop "
    "outside Harmony, which alone has its data, its model and its optimiser."
)


def downloads(record: ExperimentRecord, page: ExperimentPage, repeat: int) -> None:
    """Everything that can be taken out of the app; files are made when their button is pressed."""
    with st.container(key="share"), messages():
        st.header("Share and keep", anchor=False)
        recorded = bool(store().epochs(record.id, repeat))
        if recorded or record.active:
            _link(record, page)
        if recorded:
            _files(record, repeat)
        if record.config.recorded is None:
            _script(record)
            _repeat_it(record)
        else:
            st.caption(NO_SCRIPT)


def link_to(record: ExperimentRecord, page: ExperimentPage) -> str:
    """The address of what is on screen; where experiments are set up it also holds the settings."""
    query: dict[str, str | list[str]] = {}
    if page.sets_up:
        try:
            query |= to_query(record.config)
        except HarmonyError:  # some settings cannot be in a link, such as the path of a file
            query = {}
    query |= {"run": record.id, **place.current(record.id).query()}
    base = (st.context.url or "").split("?")[0] or f"/{page.name}"
    return f"{base}?{urlencode(query, doseq=True, safe='~.:')}"


def _link(record: ExperimentRecord, page: ExperimentPage) -> None:
    st.markdown("**Link** to this experiment, as it is on screen")
    st.code(link_to(record, page), language=None, wrap_lines=True)
    if page.sets_up and record.config.recorded is None:
        st.caption(
            "It holds all settings: on a server without this experiment, it opens ready to be "
            "trained again, with the same numbers on a CPU."
        )
    else:
        st.caption("It opens where this experiment is kept, on this server.")


def _files(record: ExperimentRecord, repeat: int) -> None:
    row = st.container(horizontal=True, gap="small")
    with row:
        _button(
            "One offline page (HTML)",
            "page",
            "html",
            "text/html",
            record,
            lambda: _offline(record, repeat),
            "The same view with its scrubber in one file that opens offline.",
        )
        _button(
            "All numbers (CSV)",
            "csv",
            "zip",
            "application/zip",
            record,
            lambda: _tables(record),
            "Curves, classes, samples, histograms and densities as tables in a ZIP.",
        )
    st.caption("Every chart has its own PNG, SVG and CSV beside its title. From the shell:")
    export = f"python -m harmony_core export {record.id}"
    last = "--tensorboard events" if record.config.recorded else "--snippet 1 train.py"
    st.code(
        f"{export} --html {record.id}.html\n{export} --csv {record.id}.zip\n{export} {last}",
        language="bash",
        wrap_lines=True,
    )


def _button(
    label: str,
    name: str,
    ending: str,
    mime: str,
    record: ExperimentRecord,
    make: Callable[[], bytes],
    tip: str,
) -> None:
    st.download_button(
        label,
        make,
        file_name=f"harmony-{record.id}.{ending}",
        mime=mime,
        icon=":material/download:",
        key=f"download-{name}",
        help=tip,
        on_click="ignore",
    )


def _offline(record: ExperimentRecord, repeat: int) -> bytes:
    from harmony_core.export import offline_html

    return _made("page.html", lambda path: offline_html(store(), record, path, repeat=repeat))


def _tables(record: ExperimentRecord) -> bytes:
    from harmony_core.export import write_tables

    return _made("tables.zip", lambda path: write_tables(store(), record, path))


def _made(name: str, write: Callable[[Path], object]) -> bytes:
    with scratch_folder() as folder:
        path = folder / name
        write(path)
        return path.read_bytes()


def _script(record: ExperimentRecord) -> None:
    with st.expander("PyTorch script of a method"), messages():
        from harmony_core.export import snippet

        labels = method_labels(record.config.methods)
        m = st.selectbox(
            "Method",
            range(len(labels)),
            key="script-method",
            index=len(labels) - 1,
            format_func=lambda m: labels[m] if m < len(labels) else str(m),
        )
        text = snippet(record.config, m if m < len(labels) else 0)
        st.code(text, language="python", height=420, wrap_lines=True)
        st.download_button(
            "Download the script",
            text,
            file_name="train.py",
            mime="text/x-python",
            icon=":material/download:",
            key="download-script",
            on_click="ignore",
        )


def _repeat_it(record: ExperimentRecord) -> None:
    command = command_line(record.config)
    with st.expander("Repeat it: command line and settings"):
        st.markdown("The same settings give the same numbers on a CPU. From the shell:")
        st.code(command, language="bash", wrap_lines=True)
        if FILE in command:
            st.caption(f"It reads the settings below from `{FILE}`.")
        st.download_button(
            f"Download {FILE}",
            record.config.to_json(),
            file_name=FILE,
            mime="application/json",
            icon=":material/download:",
            key="download-config",
            on_click="ignore",
        )
        st.code(record.config.to_json(), language="json", height=320, wrap_lines=True)
