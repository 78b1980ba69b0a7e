"""How much disk an experiment is expected to take, from its settings and its upload."""

from __future__ import annotations

from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path

from ..config import ExperimentConfig
from ..data.uploads import upload_path
from ..errors import DataError, HarmonyError
from ..experiments.price import price
from ..quotas import MB

BYTES_A_SAMPLE = {"images": 2_500, "table": 60}
"""About, of a table, which is priced before it is opened, and of what is no readable archive."""


def uploaded_samples(config: ExperimentConfig) -> int | None:
    """About how many samples the upload of a config holds; None for other data."""
    path = _upload(config)
    if path is None:
        return None
    images = _of_archive(path)[0] if config.data.name == "images" else None
    return images or max(path.stat().st_size // BYTES_A_SAMPLE[config.data.name], 1)


def uploaded_classes(config: ExperimentConfig) -> int | None:
    """How many classes the uploaded images of a config have; None for other data."""
    path = _upload(config)
    if path is None or config.data.name == "table":
        return None
    return _of_archive(path)[1]


def expected_bytes(config: ExperimentConfig) -> int:
    """Bytes that an experiment will write, about; 0 for settings that cannot be trained."""
    with suppress(HarmonyError):
        expected = price(config, uploaded_samples(config), uploaded_classes(config))
        return int(expected.disk_mb * MB)
    return 0


def _upload(config: ExperimentConfig) -> Path | None:
    source = str(config.data.params.get("source", ""))
    if not source or config.data.name not in BYTES_A_SAMPLE:
        return None
    try:
        return upload_path(source)
    except (DataError, OSError):
        return None


@lru_cache(maxsize=256)
def _of_archive(path: Path) -> tuple[int | None, int | None]:
    """Images and classes of a ZIP by its table of contents; None where that cannot be read.

    An upload is named by its content, so that what is known of a path stays true.
    """
    from ..readers.images.archives import ZipSource
    from ..readers.images.class_folders import labels_by_folder

    try:
        with closing(ZipSource(path)) as source:
            labels = labels_by_folder(source.files).labels
            return len(source.files), len(labels.names)
    except (DataError, OSError):
        return None, None
