"""The result of an inspection as one file: the worker process writes it, the page reads it.

It keeps what a page shows: no open files, and no array with an entry for each row. The file holds
JSON and plain arrays; reading it runs no code.
"""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ...analysis.intervals import Estimate
from ...config import MethodConfig
from ...errors import DataError
from ...files import read_arrays, write_atomically
from ...readers.contents import Contents
from ...readers.labels import Labels, MultiLabel
from ...readers.samples import BoxNotes
from ..analyse import Inspection
from ..detection.detection import Detection
from ..pilot.comparison import Comparison
from ..pilot.learning_curve import LearningCurve
from ..pilot.options import PilotOptions
from ..pilot.pilot import Pilot
from ..pilot.remedies import Change
from ..pilot.trial import Trial
from ..pilot.verdict import Recommendation
from ..profile.finding import ColumnScore, Profile, ProfileFinding
from ..quality.finding import Finding, Gaps, Quality
from ..quality.flagged import Flagged
from ..tail.statistics import analyse_tail
from .old_pilot import is_old_pilot, is_old_trial, name_of, pilot_of

_KINDS = {
    kind.__name__: kind
    for kind in (
        BoxNotes, Change, Comparison, Contents, Estimate, Finding, Flagged, Gaps, Labels,
        LearningCurve, MethodConfig, MultiLabel, Pilot, PilotOptions, Quality, Recommendation,
        Trial,
        ColumnScore, Detection, Profile, ProfileFinding,
    )
}  # fmt: skip
_DROPPED = {
    ("Contents", "table"), ("Contents", "images"), ("Contents", "temporary"),
    ("Contents", "objects"), ("Contents", "path"), ("Contents", "together"),
    ("Labels", "codes"), ("Labels", "split_codes"), ("Finding", "rows"),
    ("Finding", "scores"), ("Finding", "suggested"), ("Finding", "reasons"),
}  # fmt: skip
"""Open files, and arrays with an entry for each row."""
_FIRST_PARTS = ("contents", "quality", "pilot", "recommendation")
"""Of every result; version 0.1.0 wrote no others."""
_PARTS = (*_FIRST_PARTS, "profile", "detection")


def save_found(path: Path, found: Inspection) -> None:
    """Write what was found; an older file is replaced as a whole."""
    arrays: dict[str, Any] = {}
    document = {name: _encoded(getattr(found, name), arrays) for name in _PARTS}
    arrays["document"] = np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)
    write_atomically(
        path,
        lambda file: np.savez(file, **arrays),
        error=DataError,
        advice="Free some space, then look again.",
    )


def load_found(
    path: Path, *, beta: float | None = None, bounds: tuple[float, float] | None = None
) -> Inspection:
    """What `save_found` wrote, with its tail computed again; `DataError` if the file is damaged."""
    try:
        arrays = read_arrays(path)
        document = json.loads(arrays["document"].tobytes())
        contents, quality, pilot, recommendation, profile, detection = (
            _decoded(document[name] if name in _FIRST_PARTS else document.get(name), arrays)
            for name in _PARTS
        )
        labels: Labels = contents.labels
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise DataError(
            "Expected the result of the inspection, but its file cannot be read. Look again."
        ) from error
    given = {} if beta is None else {"beta": beta}
    tail = analyse_tail(labels.train_counts, labels.test_counts, bounds=bounds, **given)
    return Inspection(contents, tail, quality, pilot, recommendation, profile, detection)


def _encoded(value: Any, arrays: dict[str, Any]) -> Any:
    """JSON for ``value``; arrays go into ``arrays`` and leave their key."""
    if isinstance(value, np.ndarray):
        key = f"a{len(arrays)}"
        arrays[key] = value
        return {"array": key}
    if isinstance(value, np.generic):
        return value.item()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        fields = {
            field.name: _encoded(getattr(value, field.name), arrays)
            for field in dataclasses.fields(value)
            if (kind, field.name) not in _DROPPED
        }
        return {"kind": kind, "fields": fields}
    if isinstance(value, dict):
        return {"pairs": [[key, _encoded(item, arrays)] for key, item in value.items()]}
    if isinstance(value, tuple | list):
        return [_encoded(item, arrays) for item in value]
    return value


def _decoded(value: Any, arrays: dict[str, Any]) -> Any:
    """The value that `_encoded` describes; sequences become tuples."""
    if isinstance(value, list):
        return tuple(_decoded(item, arrays) for item in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "pairs" in value:
        return {key: _decoded(item, arrays) for key, item in value["pairs"]}
    fields = {name: _decoded(item, arrays) for name, item in value["fields"].items()}
    if value["kind"] == "Trial" and is_old_trial(fields):
        return fields
    if value["kind"] == "Pilot" and is_old_pilot(fields):
        return pilot_of(fields)
    if value["kind"] == "Recommendation":
        fields["method"] = name_of(fields["method"])
    return _KINDS[value["kind"]](**fields)
