"""The marked samples to take along: as a table, as a cleaned copy, in the forms of other tools."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.exports import EXPORTS
from harmony_core.inspection.exports.choice import (
    DEFAULT_DROP,
    RELABELS,
    REMOVABLE,
    Changes,
    Choice,
    changes,
)
from harmony_core.inspection.exports.export import Export
from harmony_core.inspection.exports.flagged_table import flagged_csv, flagged_parquet
from harmony_core.inspection.quality.flagged import Flagged
from harmony_core.inspection.quality.measures import CHECKS
from harmony_core.readers.contents import Contents

from .._shared.markdown import code, literal, spoken
from .._shared.messages import messages
from .._shared.tables import cells, table
from .inspected_file import InspectedFile

PREFIX = "inspect-of-take-"
SHOWN = 30
TEXT_TABLES = ("CSV table", "TSV table")


def cleaning_section(file: InspectedFile, found: Inspection) -> None:
    """What to do with the samples that the checks marked, if they marked any."""
    quality = found.quality
    if quality is None or quality.flagged is None or not len(quality.flagged):
        return
    flagged = quality.flagged
    st.subheader("The flagged samples", anchor=False)
    st.caption(
        f"{len(flagged):,} flags with position, label, reason, score and suggested label: look at "
        "them before you remove any. A cleaned copy leaves the file itself as it is."
    )
    stem = Path(file.path.name).stem
    with st.container(horizontal=True, gap="small", key="inspect-out-flagged"):
        st.download_button(
            "Flagged samples (CSV)", lambda: "\ufeff" + flagged_csv(flagged),
            file_name=f"{stem}-flagged.csv", mime="text/csv", icon=":material/flag:",
            key="inspect-get-flagged", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Flagged samples (Parquet)", lambda: flagged_parquet(flagged),
            file_name=f"{stem}-flagged.parquet", mime="application/octet-stream",
            icon=":material/flag:", key="inspect-get-flagged-parquet", on_click="ignore",
        )  # fmt: skip
    offered = [
        name for name, form in EXPORTS.items()
        if found.contents.kind in form.kinds and name != "flagged"
    ]  # fmt: skip
    name = st.segmented_control(
        "Write another file", offered, default=offered[0], key=f"{PREFIX}form",
        format_func=lambda name: EXPORTS[name].title,
    )  # fmt: skip
    export = EXPORTS[name or offered[0]]
    choice = Choice((), ())
    if export.name == "clean":
        choice = _choice(flagged)
        _preview(changes(flagged, found.contents.labels.names, quality.totals, choice))
    else:
        st.caption(spoken(f"Holds {export.help}."))
    ending = _ending(export, found.contents)
    _write(file, export, ending, choice)
    st.caption(f"From the shell, for files of any size: {code(_command(export, ending, choice))}")


def _command(export: Export, ending: str, choice: Choice) -> str:
    """What writes the same file from the shell."""
    words = f"python -m harmony_core inspect FILE {export.flag} {export.name}.{ending}"
    if export.name == "clean":
        words += f" --drop {','.join(choice.drop) or 'none'}"
        words += f" --relabel {','.join(choice.relabel)}" if choice.relabel else ""
    return words


def _choice(flagged: Flagged) -> Choice:
    """Which checks' samples are left out, and whose suggested labels are taken over."""
    counts = {name: flagged.check.count(name) for name in REMOVABLE if name in flagged.check}

    def words(name: str) -> str:
        return f"{CHECKS[name].title} ({counts[name]:,})"

    suggesting = [name for name in RELABELS if name in counts and any(flagged.suggested_label)]
    relabel = st.multiselect(
        "Use the suggested labels of these checks", suggesting,
        key=f"{PREFIX}relabel", format_func=words, disabled=not suggesting, placeholder="No check",
    )  # fmt: skip
    drop = st.multiselect(
        "Leave out the samples of these checks", list(counts),
        default=[name for name in DEFAULT_DROP if name in counts], key=f"{PREFIX}drop",
        format_func=words, placeholder="No check",
        help="A sample that two checks flagged is left out if one of them is chosen.",
    )  # fmt: skip
    return Choice(tuple(n for n in drop if n not in relabel), tuple(relabel))


def _preview(made: Changes) -> None:
    """What changes, class by class."""
    said = made.sentences()
    st.markdown(spoken(said[0]))
    rows = made.rows()
    keys = ("before", "removed", "relabelled", "gained", "after")
    if rows:
        head = ["Class", "Before", "Left out", "Relabelled", "Gained", "After"]
        body = [(str(r["class"]), cells([f"{r[key]:,}" for key in keys])) for r in rows[:SHOWN]]
        table("What the cleaned copy changes", head, body)
    if len(rows) > SHOWN:
        st.caption(f"{len(rows) - SHOWN:,} more classes change.")
    for note in made.notes:
        st.warning(spoken(note), icon=":material/warning:")


def _ending(export: Export, contents: Contents) -> str:
    """The ending of the file; a choice where there are several that make sense."""
    if export.name != "clean":
        return export.suffixes[0]
    if contents.kind == "images":
        titles = {"csv": "List of the kept images (CSV)", "zip": "The kept images (ZIP)"}
        ending = st.segmented_control(
            "As", list(titles), default="csv", key=f"{PREFIX}as", format_func=titles.__getitem__
        )
        return ending or "csv"
    return "csv" if contents.form in TEXT_TABLES else "parquet"


def _write(file: InspectedFile, export: Export, ending: str, choice: Choice) -> None:
    """The button that writes the file, and the one that fetches it."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"), messages():
        pressed = st.button(
            "Write the file", icon=":material/edit_document:", key=f"{PREFIX}write",
            disabled=file.busy,
        )  # fmt: skip
        if pressed:
            with st.spinner("Writing …"):
                file.export(export, ending, choice)
        path = file.exported.get((export.name, choice))
        if path is not None and path.suffix == f".{ending}":
            st.download_button(
                f"Download {literal(path.name)}", path.read_bytes, file_name=path.name,
                mime="application/octet-stream", icon=":material/download:", type="primary",
                key=f"{PREFIX}get", on_click="ignore",
            )  # fmt: skip
