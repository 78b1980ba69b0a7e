"""From a scene and its frames to what the view in the browser reads: JSON and one block of bytes.

`Payload.meta` is JSON-ready, `Payload.blob` holds the arrays. `Payload.wire()` joins both for a
channel that carries bytes only:

    u32   length of the JSON in bytes, little endian
    ...   the JSON (UTF-8), padded with spaces so that the blob starts on a multiple of 4
    ...   the blob

Layout of the blob (little endian; every array starts on a multiple of 4 bytes):

1. ``meta["static"]``, only in a payload from the beginning (``since < 0``): a list of fields
   ``{name, dtype, shape, scale, at}``, ``at`` counted from the start of the blob.
   ``targets`` (k,) u2, ``flipped`` (k,) u1, ``index`` (k,) u4 (row of the training set),
   ``points`` (k, 2) f4 and ``bayes`` (g, g) u1 where there is a plane.
2. One record for each frame and method, all of ``meta["stride"]`` bytes. The record of method m in
   the frame ``f`` of ``meta["frames"]`` starts at ``f["at"] + m * stride``; inside it the fields of
   ``meta["record"]`` lie at their own ``at``:
   ``recall``, ``mean_weight``, ``mean_grad`` (c,) f4 (NaN where nothing was seen);
   ``confusion`` (c, c) u2 or, above 40 classes, u1: share of the row, left out above 256 classes;
   ``grid`` (g, g) u1: class · L + level, L = 256 // c, level 0 at confidence 1/c and L − 1 at 1;
   ``weight`` (k,) f2, ``grad`` (k,) u1, ``own`` (k,) u1: probability of the own class by plain
   softmax, ``predicted`` (k,) u1 or, above 256 classes, u2.

dtypes are NumPy's codes without the byte order: u1, u2, f2, f4. A value is ``raw * scale``. An
array is in the record only if every frame of the payload has it. Numbers of a frame that are not
finite are null in the JSON.

Axes: c classes, k tracked samples, g side of the decision grid, m methods.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..frames import Frame, Scene
from .style import export_style

Array = NDArray[Any]
VERSION = 1
CONFUSION_FINE = 40
CONFUSION_MOST = 256
HARD = 0.5
"""Gradient norm above which a sample counts as hard: its own class has less than half of p."""


@dataclass(frozen=True)
class Payload:
    """What the view needs: ``meta`` is JSON-ready, ``blob`` is laid out as this module says."""

    meta: dict[str, Any]
    blob: bytes

    @property
    def last_epoch(self) -> int:
        """The newest epoch the reader has once it has applied this payload; -1 for none."""
        frames = self.meta["frames"]
        return int(frames[-1]["epoch"]) if frames else int(self.meta["since"])

    def wire(self) -> bytes:
        """Both parts as one block of bytes."""
        head = json.dumps(self.meta, separators=(",", ":"), allow_nan=False).encode()
        head += b" " * (-(4 + len(head)) % 4)
        return struct.pack("<I", len(head)) + head + self.blob


def build_payload(
    run_id: str,
    scene: Scene,
    method_labels: Sequence[str],
    frames: Sequence[Sequence[Frame]],
    epochs_total: int,
    state: str,
    since: int = -1,
    groups: Mapping[str, Sequence[int]] | None = None,
) -> Payload:
    """The frames later than epoch ``since``, with the scene if that is the beginning.

    ``frames`` are by epoch, then by method; ``state`` is the experiment's; ``groups`` names classes
    to average recall over (default: thirds of the classes ranked by training count). Raises
    `DataError` if an epoch does not have one frame for each method.
    """
    methods = len(method_labels)
    kept = sorted((list(row) for row in frames if row and row[0].epoch > since), key=_epoch)
    for row in kept:
        if len(row) != methods:
            raise DataError(
                f"Expected {methods} frames at epoch {row[0].epoch}, one for each method, "
                f"but got {len(row)}. Record the epoch again."
            )
    chosen = class_groups(scene.train_counts) if groups is None else dict(groups)
    blob = bytearray()
    meta: dict[str, Any] = {
        "version": VERSION,
        "run": run_id,
        "state": state,
        "since": since,
        "epochs_total": int(epochs_total),
    }
    if since < 0:
        meta["scene"] = _scene_meta(scene, chosen, method_labels)
        meta["style"] = export_style()
        meta["static"] = _append(blob, _static_arrays(scene))
    records = [[_record(frame, scene) for frame in row] for row in kept]
    shared = _shared_names([record for row in records for record in row])
    meta["record"], meta["stride"], meta["frames"] = [], 0, []
    for row, arrays in zip(kept, records, strict=True):
        entry: dict[str, Any] = {"epoch": row[0].epoch, "at": len(blob)}
        entry["methods"] = [_scalars(frame, scene, chosen) for frame in row]
        for part in arrays:
            start = len(blob)
            fields = _append(blob, {name: part[name] for name in shared}, base=start)
            meta["record"], meta["stride"] = fields, len(blob) - start
        meta["frames"].append(entry)
    return Payload(meta, bytes(blob))


def unpack_payload(data: bytes) -> Payload:
    """What `Payload.wire` wrote."""
    if len(data) < 4 or len(data) < 4 + struct.unpack_from("<I", data)[0]:
        raise DataError(f"Expected a whole payload, but got {len(data)} bytes. Send it again.")
    end = 4 + struct.unpack_from("<I", data)[0]
    return Payload(json.loads(data[4:end]), data[end:])


def class_groups(counts: Array) -> dict[str, list[int]]:
    """Thirds of the classes by training count, largest first; two classes have no medium."""
    ranked = np.argsort(-np.asarray(counts), kind="stable")
    if len(ranked) < 3:
        return {"Head": ranked[:1].tolist(), "Tail": ranked[1:].tolist()}
    thirds = np.array_split(ranked, 3)
    return {n: t.tolist() for n, t in zip(("Head", "Medium", "Tail"), thirds, strict=True)}


def disagreement(scene: Scene, grid_class: Array | None) -> float | None:
    """Share of the plane, under the balanced density, decided otherwise than Bayes: [0, 1]."""
    bayes, density = scene.bayes_class, scene.bayes_density
    if grid_class is None or bayes is None or density is None or grid_class.shape != bayes.shape:
        return None
    return float(np.sum(density, where=grid_class != bayes, dtype=np.float64))


def _epoch(row: list[Frame]) -> int:
    return row[0].epoch


def _scene_meta(
    scene: Scene, groups: Mapping[str, Sequence[int]], labels: Sequence[str]
) -> dict[str, Any]:
    return {
        "kind": scene.kind,
        "methods": list(labels),
        "classes": list(scene.class_names),
        "train_counts": np.asarray(scene.train_counts).tolist(),
        "test_counts": np.asarray(scene.test_counts).tolist(),
        "groups": [{"name": n, "classes": [int(c) for c in cs]} for n, cs in groups.items() if cs],
        "extent": [float(v) for v in scene.extent] if scene.extent is not None else None,
        "bayes_accuracy": _number(scene.bayes_accuracy),
        "tracked": len(scene.tracked_index),
        "hard": HARD,
        "notes": list(scene.notes),
    }


def _static_arrays(scene: Scene) -> dict[str, tuple[Array, float]]:
    arrays: dict[str, tuple[Array, float]] = {
        "targets": (np.asarray(scene.tracked_targets, dtype="<u2"), 1.0),
        "flipped": (np.asarray(scene.tracked_flipped, dtype="u1"), 1.0),
        "index": (np.asarray(scene.tracked_index, dtype="<u4"), 1.0),
    }
    inputs = scene.tracked_inputs
    if scene.kind == "points" and inputs.ndim == 2 and inputs.shape[1] == 2:
        arrays["points"] = (np.asarray(inputs, dtype="<f4"), 1.0)
    if scene.bayes_class is not None:
        arrays["bayes"] = (np.asarray(scene.bayes_class, dtype="u1"), 1.0)
    return arrays


def _record(frame: Frame, scene: Scene) -> dict[str, tuple[Array, float]]:
    """The arrays of one frame as sent: name → (raw values, scale)."""
    c = len(scene.class_names)
    targets = np.asarray(scene.tracked_targets)
    arrays: dict[str, tuple[Array, float]] = {
        "recall": (np.asarray(frame.recall, dtype="<f4"), 1.0),
        "mean_weight": (_class_mean_weight(frame, targets, c).astype("<f4"), 1.0),
        "mean_grad": (_class_mean_grad(frame, targets, c).astype("<f4"), 1.0),
    }
    if c <= CONFUSION_MOST:
        share = frame.confusion / np.maximum(frame.confusion.sum(axis=1, keepdims=True), 1)
        arrays["confusion"] = _quantised(share, "<u2" if c <= CONFUSION_FINE else "u1")
    if frame.grid_class is not None and frame.grid_confidence is not None:
        arrays["grid"] = (_grid_codes(frame.grid_class, frame.grid_confidence, c), 1.0)
    if len(targets):
        own, predicted = _read_logits(np.asarray(frame.tracked_logits, dtype=np.float32), targets)
        weight = np.clip(np.nan_to_num(frame.tracked_weight), 0, 65_504)
        arrays["weight"] = (weight.astype("<f2"), 1.0)
        arrays["grad"] = _quantised(frame.tracked_grad_norm, "u1")
        arrays["own"] = _quantised(own, "u1")
        arrays["predicted"] = (predicted.astype("u1" if c <= 256 else "<u2"), 1.0)
    return arrays


def _grid_codes(grid_class: Array, confidence: Array, c: int) -> Array:
    """(g, g) class and confidence as one byte: class · L + level."""
    levels = max(1, 256 // c)
    above = np.clip((confidence / 255.0 - 1 / c) / (1 - 1 / c), 0, 1)
    level = np.rint(above * (levels - 1))
    return np.asarray(grid_class.astype(np.int64) * levels + level, dtype="u1")


def _read_logits(logits: Array, targets: Array) -> tuple[Array, Array]:
    """(k,) softmax probability of the own class and (k,) predicted class."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    own = shifted[np.arange(len(targets)), targets] / shifted.sum(axis=1)
    return own, logits.argmax(axis=1)


def _class_mean_weight(frame: Frame, targets: Array, c: int) -> Array:
    """(c,) mean weight over the epoch, or of the tracked samples where the epoch saw none."""
    mean = np.asarray(frame.mean_weight, dtype=np.float64)
    return np.where(np.isfinite(mean), mean, _mean_by_class(frame.tracked_weight, targets, c))


def _class_mean_grad(frame: Frame, targets: Array, c: int) -> Array:
    """(c,) mean gradient norm, by the centres of its bins, or of the tracked samples."""
    b = frame.grad_counts.shape[1]
    counts = frame.grad_counts.sum(axis=1)
    total = frame.grad_counts @ ((np.arange(b) + 0.5) / b)
    mean = total / np.where(counts > 0, counts, np.nan)
    return np.where(np.isfinite(mean), mean, _mean_by_class(frame.tracked_grad_norm, targets, c))


def _mean_by_class(values: Array, targets: Array, c: int) -> Array:
    seen = np.bincount(targets, minlength=c)
    total = np.bincount(targets, weights=np.nan_to_num(values), minlength=c)
    return np.asarray(total / np.where(seen > 0, seen, np.nan))


def _scalars(
    frame: Frame, scene: Scene, groups: Mapping[str, Sequence[int]]
) -> dict[str, float | list[float | None] | None]:
    recall = frame.recall
    return {
        "accuracy": _number(frame.balanced_accuracy),
        "train_loss": _number(frame.train_loss),
        "test_loss": _number(frame.test_loss),
        "ece": _number(frame.ece),
        "lr": _number(frame.lr),
        "disagreement": _number(disagreement(scene, frame.grid_class)),
        "groups": [_number(recall[list(cs)].mean()) for cs in groups.values() if cs],
    }


def _quantised(share: Array, dtype: str) -> tuple[Array, float]:
    """Values in [0, 1] as whole numbers of ``dtype``, whose largest stands for 1."""
    top = np.iinfo(dtype).max
    return np.rint(np.clip(np.nan_to_num(share), 0, 1) * top).astype(dtype), 1 / top


def _shared_names(records: list[dict[str, tuple[Array, float]]]) -> list[str]:
    """Names every record has, in the order of the first."""
    if not records:
        return []
    return [name for name in records[0] if all(name in record for record in records)]


def _append(
    blob: bytearray, arrays: Mapping[str, tuple[Array, float]], base: int = 0
) -> list[dict[str, Any]]:
    """Put arrays at the end of ``blob``; their fields with ``at`` counted from ``base``."""
    fields = []
    for name, (array, scale) in arrays.items():
        fields.append(
            {
                "name": name,
                "dtype": array.dtype.str[1:],
                "shape": list(array.shape),
                "scale": scale,
                "at": len(blob) - base,
            }
        )
        blob += np.ascontiguousarray(array).tobytes()
        blob += b"\0" * (-len(blob) % 4)
    return fields


def _number(value: float | None) -> float | None:
    """A finite number with six digits, or null."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")
