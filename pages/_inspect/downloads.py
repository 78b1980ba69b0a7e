"""Downloads: report, CSV, JSON, training script; and opening the data in the Arena."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig
from harmony_core.data.table_specs import NONE
from harmony_core.errors import HarmonyError
from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.pilot.contestants import CONTESTANTS
from harmony_core.inspection.process.digits_example import CONFIG as DIGITS
from harmony_core.inspection.report.document import to_json
from harmony_core.inspection.report.files import classes_csv
from harmony_core.inspection.report.html import report_html
from harmony_core.inspection.report.training_script import script_method, training_script
from harmony_core.parameters import Value
from harmony_core.readers.contents import Contents
from harmony_core.readers.images.image_contents import FOLDER, IMAGE_ZIP
from harmony_core.readers.messages import quoted

from .._session import draft
from .._session.visitor import access
from .._shared.markdown import code, spoken
from .._shared.messages import messages
from .cleaning import cleaning_section
from .inspected_file import InspectedFile
from .pilot import no_pilot
from .upload import LARGEST_MB

PLAIN = MethodConfig("ce")
EPOCHS = {"images": 20, "table": 60}


def download_section(file: InspectedFile, found: Inspection) -> None:
    """Downloads, made when their button is pressed, and the way to the Arena."""
    st.header("Take it with you", anchor=False)
    stem = Path(file.path.name).stem
    with st.container(horizontal=True, gap="small", key="inspect-out"):
        _download(
            "Report",
            "description",
            f"{stem}-report.html",
            "text/html",
            lambda: report_html(found),
            "One HTML file with the charts; it opens offline.",
        )
        _download(
            "Classes (CSV)",
            "table",
            f"{stem}-classes.csv",
            "text/csv",
            lambda: "\ufeff" + classes_csv(found),
            "One row per class, with all checks.",
        )
        _download(
            "Everything (JSON)",
            "data_object",
            f"{stem}.json",
            "application/json",
            lambda: to_json(found),
            "What `inspect --json` prints.",
        )
        reason = no_pilot(found.contents)
        if not reason:
            _download(
                "Training script",
                "code",
                "train.py",
                "text/x-python",
                lambda: training_script(found, file.path.name, beside=True),
                _about(found),
            )
        if file.digits:
            _download(
                "The data",
                "folder_zip",
                file.path.name,
                "application/octet-stream",
                file.path.read_bytes,
                "The file that the training script reads.",
            )
    given = "FILE" if file.digits else shlex.quote(file.path.name)
    st.caption(
        "The same from the shell, for files of any size: "
        + code(
            f"python -m harmony_core inspect {given} "
            f"{'' if reason else '--pilot '}--html report.html"
        )
    )
    cleaning_section(file, found)
    _arena(file, found, _no_arena(found.contents))


def _download(
    label: str, icon: str, name: str, mime: str, make: Callable[[], str | bytes], about: str
) -> None:
    st.download_button(
        label,
        make,
        file_name=name,
        mime=mime,
        icon=f":material/{icon}:",
        key=f"inspect-get-{icon}",
        on_click="ignore",
        help=about,
    )


def _about(found: Inspection) -> str:
    return (
        f"Trains {script_method(found).label} on this file with a part of every class held out, "
        "saves the model, and predicts the classes of new samples. Put both into one folder and "
        "run `python train.py`."
    )


def _no_arena(contents: Contents) -> str:
    """Why a run could not read the file as this page did, or ``""``."""
    if contents.kind == "images" and contents.reason == "chosen by you":
        return "Runs guess where images have their classes, and you chose another place."
    return no_pilot(contents)


def _arena(file: InspectedFile, found: Inspection, reason: str) -> None:
    with st.container(key="inspect-arena", gap="xsmall"):
        if reason:
            st.caption(f"These data cannot be opened in the Arena. {spoken(reason)}")
            return
        pressed = st.button(
            "Open in the Arena",
            type="primary",
            icon=":material/stadium:",
            key="inspect-open",
            disabled=file.busy,
            help="Watch methods learn your data side by side, epoch by epoch.",
        )
        kept = "" if file.digits else (
            " A copy of the file is then kept with the app’s uploads, even after this visit."
        )  # fmt: skip
        st.caption(f"Sets up cross-entropy and the method the pilot recommends, if any.{kept}")
    if pressed:
        opened = False
        with messages():
            draft.set_up(arena_config(file, found))
            opened = True
        if opened:
            draft.show_run("")
            st.switch_page("pages/arena.py")


def arena_config(file: InspectedFile, found: Inspection) -> ExperimentConfig:
    """The experiment that the Arena starts from; the file is kept for it."""
    contents = found.contents
    by_folder = contents.form == IMAGE_ZIP.title and contents.label == FOLDER
    kind = "images" if by_folder or file.digits else "table"  # the latter reads files as this page
    if file.digits:
        data = DIGITS
    else:
        try:
            with open(file.path, "rb") as content:
                source = access().keep_upload(content, LARGEST_MB * 2**20)
        except OSError as error:
            raise HarmonyError(
                f"Expected {quoted(file.path.name)} to be in this visit's folder, but got: "
                f"{error.strerror or error}. Upload it again."
            ) from error
        params: dict[str, Value] = {"source": source}
        if kind == "table" and contents.label in contents.columns:
            split = contents.split_column
            params |= {
                "label_column": contents.columns.index(contents.label),
                "split_column": contents.columns.index(split) if split else NONE,
            }
        elif kind == "table" and contents.columns and contents.reason == "chosen by you":
            raise HarmonyError(
                "Expected one label column to open in the Arena, but got several that were chosen "
                "by hand. Write the class of each row into one column."
            )
        if kind == "table" and contents.header:
            params["header"] = contents.header
        data = DataConfig(kind, params, 1.0, "as_is")
    return replace(ExperimentConfig(), data=data, methods=_methods(found), epochs=EPOCHS[kind])


def _methods(found: Inspection) -> tuple[MethodConfig, ...]:
    """Cross-entropy, the loss that the pilot names, and the harmonized loss; or the usual ones."""
    advice = found.recommendation
    named = [] if advice is None else [CONTESTANTS.get(n) for n in (advice.method, advice.loss)]
    losses = [c.method for c in named if c is not None and c.method is not None]
    losses = [method for method in losses if method != PLAIN]
    if not losses:
        return ExperimentConfig().methods
    harmonized = MethodConfig("harmonized")
    return (PLAIN, losses[0], *([] if losses[0] == harmonized else [harmonized]))
