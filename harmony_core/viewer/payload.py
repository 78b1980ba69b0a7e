"""From a scene and its frames to what the view in the browser reads: JSON and one block of bytes.

`Payload.meta` is JSON-ready, `Payload.blob` holds the arrays. `Payload.wire()` joins both for a
channel that carries bytes only:

    u32   length of the JSON in bytes, little endian
    ...   the JSON (UTF-8), padded with spaces so that the blob starts on a multiple of 4
    ...   the blob

What is sent beside the scalars is chosen by ``parts`` (see `panels.parts_of`), so that a page sends
what it shows. ``meta["bands"]`` is handed through: numbers over seeds, ``{metric: [[mean, low,
high] for each method]}`` with one value for each epoch of ``meta["bands"]["epochs"]`` (default: the
frames in order), metrics named as in ``metrics.js``; ``repeats`` and ``note`` are read where given.

Layout of the blob (little endian; every array starts on a multiple of 4 bytes):

1. ``meta["static"]``, only in a payload from the beginning (``since < 0``): a list of fields
   ``{name, dtype, shape, scale, at}``, ``at`` counted from the start of the blob.
   ``targets`` (k,) u2, ``flipped`` (k,) u1, ``index`` (k,) u4 (row of the training set),
   ``points`` (k, 2) f4 and ``bayes`` (g, g) u1 where there is a plane; with the part ``thumbs``
   also ``thumb_of`` (t,) u4, positions among the tracked samples, and their pictures ``thumbs``
   (t, h, w, ch) u1, at most 1.25 MB: all samples if they fit, else the extremes and equal shares
   of the classes (`thumbs.py`); with the part ``gallery`` of images ``gallery_targets`` (q,) u2,
   ``gallery_index`` (q,) u4, rows of the test set, and ``gallery_pictures`` (q, h, w, ch) u1.
2. One record for each frame and method, all of ``meta["stride"]`` bytes. The record of method m in
   the frame ``f`` of ``meta["frames"]`` starts at ``f["at"] + m * stride``; inside it the fields of
   ``meta["record"]`` lie at their own ``at``:

   always       ``recall``, ``mean_weight``, ``mean_grad`` (c,) f4 or, above 1,000 classes, f2, as
                all numbers of a class but ``effective`` (NaN where nothing was seen);
   confusion    ``confusion`` (c, c) u2 or, above 40 classes, u1: share of the row; above 256
                classes instead ``mistaken`` (c, r) u2, the classes that each is mistaken for most
                often, and ``mistaken_share`` (c, r) u2 of its test samples, r = 3 or, above 1,000
                classes, 1; 65,535 where it has fewer mistakes;
   plane        ``grid`` (g, g) u1: class · L + level, L = 256 // c, level 0 at confidence 1/c and
                L − 1 at 1;
   samples      ``weight`` (k,) f2, ``grad`` (k,) u1 or, without the plane, u2, ``own`` (k,) u1:
                probability of the own class by plain softmax, ``predicted`` (k,) u1 or, above 256
                classes, u2;
   gallery      ``gallery_weight`` (q,) f2, ``gallery_grad`` and ``gallery_own`` (q,) u2,
                ``gallery_predicted`` (q,) u1 or u2: the same of the test images of the gallery;
   histograms   ``hist_count`` u2, ``hist_weight``, ``hist_pull`` f2, all (c, b), or f4 where a sum
                outgrows 16 bits: training samples of the epoch by class and gradient norm, their
                weights, their weights × g; of the tracked samples where nothing was trained. Above
                2,500 classes × bins, ``meta["bins"]["joined"]`` neighbouring bins are one, down to
                10 bins; above 256 classes without ``hist_weight``;
   density      ``density``, ``region_weight`` (c, u) f4, ``regions`` (c,) u1: the loss's decayed
                counts A_c, the weights they give, and M_c; zeros for a method without. Above 40
                classes (l,) f2: the M_c values of each class end to end, or those of one class if
                ``one_row`` (1,) u1 says that all have the same;
   effects      ``effective`` (c,) f4 effective number of samples (Σ w)² / Σ w², ``head_norm`` (c,)
                f4 norm of the classifier's row, ``inter_weight`` (c,) f4 what the class alone
                decides of ``mean_weight``, ``pull`` (c,) f4 the gradient of its samples over that
                under cross-entropy, NaN once all are learned (both missing in runs recorded before
                these fields).

dtypes are NumPy's codes without the byte order: u1, u2, u4, f2, f4. A value is ``raw * scale``. An
array is in the record only if every frame of the payload has it. Numbers of a frame that are not
finite are null in the JSON. ``meta["sparse"]`` is a sentence on the epochs that were left out to
keep a page light (`epoch_step`), empty if there are none.

Sizes with 4 methods, 100 epochs, 2,000 tracked samples: Arena 8.3 MB (8 classes, 100 × 100 grid),
density 6.2 MB (8 classes) or 13 MB (100), weights 5.0 MB or 5.7 MB, and thumbnails up to 1.25 MB.

Axes: c classes, b bins, u unit regions, k tracked samples, t thumbnails, q images of the gallery,
g side of the decision grid, m methods.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..analysis.accuracy import mean_known, thirds
from ..analysis.boundary import disagreement, rarest_class, tail_shift
from ..analysis.prediction_shares import pdc
from ..arrays import Array
from ..errors import DataError
from ..frames import Frame, Scene
from ..plots.style import export_style
from .frame_arrays import Arrays, density_kind, join_of, layout_of, record
from .panels import ARENA, check_parts, parts_of
from .thumbnails import thumbnails

VERSION = 2
GROUPS = ("Head", "Medium", "Tail")
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
    parts: Iterable[str] | None = None,
    bands: Mapping[str, Any] | None = None,
    sparse: str = "",
) -> Payload:
    """The frames later than epoch ``since``, with the scene if that is the beginning.

    ``frames`` are by epoch, then by method; ``state`` is the experiment's; ``groups`` names classes
    to average recall over (default: thirds of the classes ranked by training count); ``parts`` is
    what to send (default: what the Arena draws); ``bands`` are numbers over seeds; ``sparse`` says
    which epochs ``frames`` lacks. Raises
    `DataError` if an epoch does not have one frame for each method.
    """
    sent = parts_of(ARENA) if parts is None else check_parts(parts)
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
        "sparse": sparse,
        "parts": sorted(sent),
    }
    if since < 0:
        meta["scene"] = _scene_meta(scene, chosen, method_labels)
        meta["style"] = export_style()
        newest = kept[-1] if kept and "thumbs" in sent else None
        meta["static"] = _append(blob, _static_arrays(scene, newest, sent))
    if kept:
        c, b = kept[0][0].grad_counts.shape
        meta["bins"] = {"recorded": b, "joined": join_of(c, b)}
        meta["densities"] = [density_kind(frame) for frame in kept[-1]]
    if bands is not None:
        meta["bands"] = dict(bands)
    layout = layout_of([frame for row in kept for frame in row], sent)
    records = [[record(frame, scene, layout) for frame in row] for row in kept]
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


def blank_payload(
    run_id: str, class_names: Sequence[str], extent: tuple[float, float, float, float]
) -> Payload:
    """A plane without samples or frames: what an editor of points begins with."""
    nothing = np.zeros(0, dtype=np.int64)
    counts = np.zeros(len(class_names), dtype=np.int64)
    scene = Scene(
        kind="points",
        class_names=tuple(class_names),
        train_counts=counts,
        test_counts=counts,
        tracked_index=nothing,
        tracked_targets=nothing,
        tracked_flipped=nothing.astype(bool),
        tracked_inputs=np.zeros((0, 2), dtype=np.float32),
        extent=extent,
    )
    return build_payload(run_id, scene, [], [], 0, "done", parts=())


def unpack_payload(data: bytes) -> Payload:
    """What `Payload.wire` wrote."""
    if len(data) < 4 or len(data) < 4 + struct.unpack_from("<I", data)[0]:
        raise DataError(f"Expected a whole payload, but got {len(data)} bytes. Send it again.")
    end = 4 + struct.unpack_from("<I", data)[0]
    return Payload(json.loads(data[4:end]), data[end:])


def class_groups(counts: Array) -> dict[str, list[int]]:
    """The thirds of `analysis.accuracy`, largest class first; two classes have no medium."""
    ranked, group = np.argsort(-np.asarray(counts), kind="stable"), thirds(counts)
    named = {n: [int(c) for c in ranked if group[c] == g] for g, n in enumerate(GROUPS)}
    return {name: classes for name, classes in named.items() if classes}


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
        "bayes_accuracy": number(scene.bayes_accuracy),
        "tracked": len(scene.tracked_index),
        "rarest": rarest_class(scene.train_counts),
        "hard": HARD,
        "notes": list(scene.notes),
    }


def _static_arrays(scene: Scene, newest: Sequence[Frame] | None, sent: frozenset[str]) -> Arrays:
    arrays: Arrays = {
        "targets": (np.asarray(scene.tracked_targets, dtype="<u2"), 1.0),
        "flipped": (np.asarray(scene.tracked_flipped, dtype="u1"), 1.0),
        "index": (np.asarray(scene.tracked_index, dtype="<u4"), 1.0),
    }
    inputs = scene.tracked_inputs
    if scene.kind == "points" and inputs.ndim == 2 and inputs.shape[1] == 2:
        arrays["points"] = (np.asarray(inputs, dtype="<f4"), 1.0)
    if scene.bayes_class is not None:
        arrays["bayes"] = (np.asarray(scene.bayes_class, dtype="u1"), 1.0)
    if "gallery" in sent and scene.gallery_pictures is not None:
        arrays["gallery_targets"] = (np.asarray(scene.gallery_targets, dtype="<u2"), 1.0)
        arrays["gallery_index"] = (np.asarray(scene.gallery_index, dtype="<u4"), 1.0)
        arrays["gallery_pictures"] = (np.asarray(scene.gallery_pictures, dtype="u1"), 1.0)
    pictures = None if newest is None else thumbnails(scene, newest)
    if pictures is not None:
        arrays["thumb_of"] = (pictures[0].astype("<u4"), 1.0)
        arrays["thumbs"] = (pictures[1], 1.0)
    return arrays


def _scalars(
    frame: Frame, scene: Scene, groups: Mapping[str, Sequence[int]]
) -> dict[str, float | list[float | None] | None]:
    recall = frame.recall
    shift = tail_shift(scene, frame.grid_class)
    return {
        "accuracy": number(frame.balanced_accuracy),
        "train_loss": number(frame.train_loss),
        "test_loss": number(frame.test_loss),
        "ece": number(frame.ece),
        "pdc": number(pdc(frame.confusion, scene.train_counts)),
        "auprc": number(frame.auprc),
        "lr": number(frame.lr),
        "disagreement": number(disagreement(scene, frame.grid_class)),
        "tail_lost": number(shift[0] if shift else None),
        "tail_taken": number(shift[1] if shift else None),
        "groups": [number(mean_known(recall[list(cs)])) for cs in groups.values() if cs],
    }


def _shared_names(records: list[Arrays]) -> list[str]:
    """Names every record has, in the order of the first."""
    if not records:
        return []
    return [name for name in records[0] if all(name in record for record in records)]


def _append(blob: bytearray, arrays: Arrays, base: int = 0) -> list[dict[str, Any]]:
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


def number(value: float | None) -> float | None:
    """A finite number with six digits, or null."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")
