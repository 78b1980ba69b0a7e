"""Advice for detection: images beside objects by class, repeat factors, and what to take along."""

from __future__ import annotations

import streamlit as st

from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.detection.detection import Detection
from harmony_core.inspection.detection.files import (
    IMAGES_FILE,
    classes_csv,
    images_csv,
    sampler_snippet,
)
from harmony_core.inspection.detection.repeat_factors import HIGHEST, LOWEST, THRESHOLD
from harmony_core.inspection.report.profile_html import detection_cells, detection_head

from .._shared.markdown import spoken
from .._shared.tables import cells, table
from .._shared.widgets import set_widget

KEY = "inspect-of-repeat"
ROWS = 100


def detection_section(found: Inspection) -> None:
    """Images, objects and repeats of each class of annotations; nothing for other data."""
    if found.detection is None:
        return
    st.header("How often should which image be shown?", anchor=False)
    detection = found.detection.at(_threshold(found.detection))
    for line in detection.sentences():
        st.markdown(spoken(line))
    rows = detection.rows()
    if len(rows) > ROWS:
        st.caption(f"The {ROWS} classes with the fewest images of {len(rows):,}; the CSV has all.")
    listed = [detection_cells(row, detection.unit) for row in rows[:ROWS]]
    table(
        "Images, objects and repeat factor of each class",
        detection_head(detection.unit, detection.threshold),
        [(line[0], cells(line[1:])) for line in listed],
    )
    st.caption(
        "Repeat factor: r = max(1, √(t / f)) for a class that a share f of the training images "
        "has; an image is shown as often as the most repeated of its classes (Gupta, Dollár, "
        "Girshick 2019, arXiv 1908.03195). Not measured here: what it brings your detector."
    )
    _downloads(detection)


def _threshold(detection: Detection) -> float:
    if not isinstance(st.session_state.get(KEY), float):
        set_widget(KEY, THRESHOLD)
    return float(
        st.number_input(
            "Repeat classes in fewer than this share of images (t)",
            min_value=LOWEST,
            max_value=HIGHEST,
            step=0.001,
            format="%.4f",
            key=KEY,
            width=360,
            help=f"LVIS uses {THRESHOLD:g}. At {detection.suggested:.3g} the rarest class is "
            "shown up to twice as often.",
        )
    )


def _downloads(detection: Detection) -> None:
    with st.container(horizontal=True, gap="small", key="inspect-detection-out"):
        st.download_button(
            "Classes with repeat factors (CSV)",
            lambda: "\ufeff" + classes_csv(detection),
            file_name="repeat-factors-classes.csv",
            mime="text/csv",
            icon=":material/table:",
            key="inspect-get-repeat-classes",
            on_click="ignore",
        )
        if detection.starts is not None:
            st.download_button(
                "Images with repeat factors (CSV)",
                lambda: images_csv(detection),
                file_name=IMAGES_FILE,
                mime="text/csv",
                icon=":material/photo_library:",
                key="inspect-get-repeat-images",
                on_click="ignore",
            )
        st.download_button(
            "Sampler",
            lambda: sampler_snippet(detection),
            file_name="repeat_factor_sampler.py",
            mime="text/x-python",
            icon=":material/code:",
            key="inspect-get-repeat-sampler",
            on_click="ignore",
            help="A sampler for torch that reads the table of images, and the settings of "
            "detectron2 and MMDetection.",
        )
