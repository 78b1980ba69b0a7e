"""There is no training script for annotations, and that is said in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file
from harmony_core.inspection.report.training_script import training_script


def test_no_script_for_annotations(write: Callable[[str, str], Path]) -> None:
    document = {
        "images": [{"id": i, "file_name": f"{i}.jpg"} for i in range(3)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"image_id": i, "category_id": 1, "bbox": [1, 1, 3, 3]} for i in range(3)],
    }
    path = write("a.json", json.dumps(document))
    with pytest.raises(DataError, match="repeat factors"):
        training_script(inspect_file(path), path)
