"""Uploaded images: stored, checked, and counted before anything is trained."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from harmony_core.data.uploads import resolve_source
from harmony_core.experiments.link import UPLOAD
from harmony_core.readers.images.archives import ZipSource
from harmony_core.readers.images.layout import arrange
from harmony_core.serving.upload_owners import require_source

from .._session.draft import PREFIX
from .._session.visitor import access, visitor
from .._shared.messages import messages

LARGEST_MB = 200


def choose_upload(source: str) -> str:
    """Draw the uploader; the id of a ZIP that can be used, as ``upload:…``, or ``""``."""
    file = st.file_uploader(
        "ZIP of images",
        type="zip",
        key=PREFIX + "upload",
        max_upload_size=LARGEST_MB,
        help="Folders train/<class>/… and test/<class>/…, or one folder for each class.",
    )
    with messages():
        if file is not None:
            source = _kept(file.file_id, file)
        if UPLOAD.fullmatch(source):
            require_source(source, visitor())
            counts = class_counts(source)
            st.caption(f"{len(counts)} classes, {sum(counts.values()):,} training images.")
            return source
    if file is None:
        st.caption("One folder of images for each class, packed as a ZIP; 200 MB at most.")
    return ""


def class_counts(source: str) -> dict[str, int]:
    """Training images of each class in an upload; `DataError` if it cannot be used."""
    return dict(_counted(source))


@lru_cache(maxsize=32)
def _counted(source: str) -> tuple[tuple[str, int], ...]:
    archive = ZipSource(resolve_source(source))
    try:
        layout = arrange(archive.files)
    finally:
        archive.close()
    counts = [0] * len(layout.class_names)
    for _, c in layout.train:
        counts[c] += 1
    return tuple(zip(layout.class_names, counts, strict=True))


def _kept(file_id: str, file: st.runtime.uploaded_file_manager.UploadedFile) -> str:
    """Store the file once per upload, not at every run of the page."""
    kept: dict[str, str] = st.session_state.setdefault("uploads kept", {})
    if file_id not in kept:
        kept[file_id] = access().keep_upload(file, LARGEST_MB * 2**20)
    return kept[file_id]
