"""Which study, which figure and which seed the page shows, chosen in widgets and in the link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from harmony_core.studies.folder import RESULT_FILE, STUDY_FILE, TABLE_FILE
from harmony_core.studies.plan import Study
from harmony_core.studies.sentences import figure_title
from harmony_core.studies.statistics import Statistics
from harmony_core.studies.study_file import read_study
from harmony_core.studies.study_result import (
    StudyResult,
    read_study_result,
    result_folders,
    shipped_results,
)

from .._session.address_bar import rewriting
from .._shared.backend import store
from .._shared.widgets import set_widget

LOCAL = "runs/"
"""In front of the name of a study in the runs folder."""
MOST_LOCAL = 200
TYPICAL, ALL = "typical", "all"
"""The seed whose gain is nearest to the mean gain; all seeds as repeats."""
WIDGETS = {"study": "evidence-study", "figure": "evidence-figure", "seed": "evidence-seed"}
"""The widget of each key of the link."""


@dataclass(frozen=True)
class Chosen:
    """What the page shows."""

    name: str
    result: StudyResult
    statistics: Statistics
    seed: str
    """`TYPICAL`, `ALL`, or a seed as text."""

    @property
    def figure(self) -> str:
        return self.statistics.study.figure


def studies() -> dict[str, Path]:
    """The folders of all studies that there are results of, by the name in the link."""
    local = list(result_folders(store().root / "studies").items())[:MOST_LOCAL]
    return {**shipped_results(), **{f"{LOCAL}{name}": path for name, path in local}}


def choose_study(found: Mapping[str, Path]) -> str:
    """Draw the choice of a study; its name."""
    titles = {name: _study_title(name, folder) for name, folder in found.items()}
    return _choice("study", "Study", list(found), titles)


def choose(name: str, folder: Path) -> Chosen:
    """Read a study and draw the choices of figure and seed; a damaged one raises `HarmonyError`."""
    stamp = _stamp(folder)
    result = _read(str(folder), stamp)
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    with row:
        figures = {figure: figure_title(figure) for figure in result.figures}
        figure = _choice("figure", "Compared by", list(figures), figures)
        seeds = _seed_titles(result.study)
        seed = _choice("seed", "A point in the chart opens", list(seeds), seeds)
    return Chosen(name, result, _statistics(str(folder), stamp, figure), seed)


def _choice(key: str, label: str, options: list[str], titles: Mapping[str, str]) -> str:
    """A select box that begins with what the link says, and writes to it."""
    widget = WIDGETS[key]
    wanted = st.query_params.get(key, options[0])
    if wanted not in options:
        st.warning(f"The link names a {key} that is not there, so the first one is shown.")
        wanted = options[0]
    set_widget(widget, wanted)
    chosen = st.selectbox(
        label,
        options,
        key=widget,
        format_func=lambda option: titles.get(option, option),
        on_change=_write,
        args=(key,),
        width=320,
    )
    return str(chosen)


def _write(key: str) -> None:
    """Put a choice into the link; with another study the other choices begin anew."""
    query = {} if key == "study" else {name: st.query_params[name] for name in st.query_params}
    query[key] = str(st.session_state[WIDGETS[key]])
    with rewriting():
        st.query_params.from_dict(query)


def _study_title(name: str, folder: Path) -> str:
    """The title of a study that comes with Harmony; a folder's name for one made here."""
    if name.startswith(LOCAL):
        return f"{name.removeprefix(LOCAL)}, on this computer"
    return _shipped_title(str(folder / STUDY_FILE))


def _seed_titles(study: Study) -> dict[str, str]:
    seeds = sorted({seed for setting in study.settings for seed in setting.seeds})
    return {
        TYPICAL: "the seed nearest to the mean",
        ALL: "all seeds, as repeats",
        **{str(seed): f"seed {seed}" for seed in seeds},
    }


def _stamp(folder: Path) -> tuple[int, ...]:
    """Changes whenever a file of the study does."""
    stamps = []
    for name in (STUDY_FILE, TABLE_FILE, RESULT_FILE):
        try:
            stamps.append((folder / name).stat().st_mtime_ns)
        except OSError:
            stamps.append(0)
    return tuple(stamps)


@st.cache_data(max_entries=64, show_spinner=False)
def _shipped_title(file: str) -> str:
    return read_study(Path(file)).title


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(folder: str, stamp: tuple[int, ...]) -> StudyResult:
    del stamp
    return read_study_result(Path(folder))


@st.cache_resource(max_entries=64, show_spinner=False)
def _statistics(folder: str, stamp: tuple[int, ...], figure: str) -> Statistics:
    return _read(folder, stamp).statistics(figure)
