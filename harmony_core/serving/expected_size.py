"""How much disk an experiment is expected to take, from its settings and the size of its upload."""

from __future__ import annotations

from contextlib import suppress

from ..config import ExperimentConfig
from ..data.uploads import upload_path
from ..errors import DataError, HarmonyError
from ..experiments.price import price
from ..quotas import MB

BYTES_A_SAMPLE = {"images": 2_500, "table": 60}
"""Of uploads, about: how many samples they hold is priced before they are opened."""


def uploaded_samples(config: ExperimentConfig) -> int | None:
    """About how many samples the upload of a config holds; None for other data."""
    source = str(config.data.params.get("source", ""))
    if not source or config.data.name not in BYTES_A_SAMPLE:
        return None
    try:
        size = upload_path(source).stat().st_size
    except (DataError, OSError):
        return None
    return max(size // BYTES_A_SAMPLE[config.data.name], 1)


def expected_bytes(config: ExperimentConfig) -> int:
    """Bytes that an experiment will write, about; 0 for settings that cannot be trained."""
    with suppress(HarmonyError):
        return int(price(config, uploaded_samples(config)).disk_mb * MB)
    return 0
