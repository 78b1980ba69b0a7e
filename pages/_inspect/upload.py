"""Handing in a file, an example or class counts; what is accepted, and how long it is kept."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import streamlit as st

from harmony_core.errors import DataError

from .._session.visitor import visitor
from .._shared.app_files import ROOT
from .._shared.messages import toasts
from .._shared.widgets import set_widget
from .inspected_file import PREFIX, REMOVED, close_file, open_digits, open_file

LARGEST_MB = 200
"""Of a file that comes through the browser; the command line takes larger ones."""
COUNTS_CHARACTERS = 200_000
EXAMPLES = ROOT / "assets" / "examples"
WAYS = {"file": "My file", "example": "An example", "counts": "Only counts"}
TAKEN = (
    "CSV, TSV, Parquet, Excel, JSON, JSON lines, ARFF, KEEL or LibSVM with a label column, also "
    "compressed (.gz, .bz2, .xz, .zst, .zip); a ZIP of images, one folder for each class or a "
    "table of labels beside them; annotations (COCO, YOLO, Pascal VOC, LabelMe, CVAT, "
    "Label Studio, Open Images); NPZ or MATLAB arrays; or a "
    f"bare table of class counts. At most **{LARGEST_MB} MB** through the browser (2 GB for tables "
    "from the command line), 50 million rows, 200,000 classes."
)
STAYS = (
    "The file is stored in a folder for this visit and deleted when "
    "you close the page or remove it here; it is kept only if you open it in the Arena."
)
ALONE = "Nothing leaves this machine."
SHARED = "The file goes to this server and nowhere else."
DIGITS = "Handwritten digits with an imbalance factor of about 50: the rarest digit has 2 images."
COUNTS = "cat, 1200\ndog, 640\nfox, 130\nlynx, 24\nquoll, 3"


def choose_file() -> None:
    """Draw the ways to hand something in; whatever is chosen is inspected at once."""
    with st.container(border=True, key="inspect-source"):
        if st.session_state.get(PREFIX + "way") not in WAYS:
            set_widget(PREFIX + "way", "file")
        way = st.segmented_control(
            "Where are the data?",
            list(WAYS),
            key=PREFIX + "way",
            format_func=WAYS.__getitem__,
            required=True,
        )
        if way == "example":
            _examples()
        elif way == "counts":
            _counts()
        else:
            _file()
        st.caption(f":material/lock: {SHARED if visitor().shared else ALONE} {STAYS}")


def _file() -> None:
    st.caption(TAKEN)
    key = PREFIX + "upload"
    if removed := int(st.session_state.get(REMOVED, 0)):
        key += f"-{removed}"  # a new, empty one
    st.file_uploader(
        "Data file",
        key=key,
        max_upload_size=LARGEST_MB,
        on_change=_uploaded,
        args=(key,),
        label_visibility="collapsed",
    )


def _uploaded(key: str) -> None:
    with toasts():
        file = st.session_state.get(key)
        if file is None:
            close_file()
        else:
            open_file(file.name, file.getbuffer())


@lru_cache(maxsize=1)
def examples() -> tuple[dict[str, Any], ...]:
    """The example files, with what there is to find in each."""
    listed = json.loads((EXAMPLES / "examples.json").read_text(encoding="utf-8"))
    return (*listed, {"file": "", "title": "Digits-LT (images)", "find": DIGITS})


def _examples() -> None:
    with st.container(key="inspect-examples", gap="xsmall"):
        for i, example in enumerate(examples()):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    example["title"],
                    key=f"{PREFIX}example-{i}",
                    on_click=_example,
                    args=(i,),
                    width=240,
                )
                st.caption(example["find"], width="stretch")


def _example(i: int) -> None:
    with toasts():
        chosen = examples()[i]
        if not chosen["file"]:
            open_digits(chosen["find"])
            return
        try:
            content = (EXAMPLES / chosen["file"]).read_bytes()
        except OSError as error:
            raise DataError(
                f"Expected the example {chosen['file']} to be installed, but got: "
                f"{error.strerror or error}. Reinstall the app."
            ) from error
        open_file(chosen["file"], content, chosen["find"])


def _counts() -> None:
    with st.form(PREFIX + "counts-form", border=False):
        st.text_area(
            "Class and count, one class per line",
            key=PREFIX + "counts",
            placeholder=COUNTS,
            height=150,
            max_chars=COUNTS_CHARACTERS,
            help="Comma, semicolon or tab between the two. Quote a name that has a comma in it.",
        )
        st.form_submit_button("Look at the tail", on_click=_pasted, type="primary")


def _pasted() -> None:
    with toasts():
        text = str(st.session_state.get(PREFIX + "counts") or "").strip()
        if not text:
            raise DataError(
                "Expected a class and its count on every line, but got nothing. "
                "Write for example `cat, 1200`."
            )
        content = (_header(text) + text + "\n").encode("utf-8", "replace")
        open_file("counts.csv", content, counts=True)


def _header(text: str) -> str:
    """A line of titles, unless the first line is one."""
    line = text.splitlines()[0]
    mark = next((mark for mark in ("\t", ";", ",") if mark in line), ",")
    last = line.rsplit(mark, 1)[-1].strip().strip('"')
    return f"class{mark}count\n" if last.isdigit() else ""
