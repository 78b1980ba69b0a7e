"""An inspection as strict JSON: no NaN, names that say what they are.

``classes`` lists every class with ``name``, ``count`` (training samples) and ``split`` (samples by
split). Every figure of ``figures`` is explained under ``definitions``.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..profile.checks import PROFILE_CHECKS
from ..quality.measures import CHECKS
from ..tail.class_counts import ClassCounts
from ..tail.figures import FIGURES, SEVERAL
from ..tail.groups import GROUPS
from ..tail.references import references

if TYPE_CHECKING:
    from ..analyse import Inspection

VERSION = 1


def to_document(inspection: Inspection) -> dict[str, Any]:
    """The whole inspection, ready for JSON."""
    contents, tail = inspection.contents, inspection.tail
    labels, figures = contents.labels, all_figures(inspection)
    named = {
        name: figures[name]
        for name in ("samples", "imbalance_factor", "gini", "entropy", "normalised_entropy")
    }
    document: dict[str, Any] = {
        "version": VERSION,
        "file": contents.name,
        "form": contents.form,
        "kind": contents.kind,
        "label": contents.label,
        "label_reason": contents.reason,
        "label_choices": list(contents.choices),
        "split_column": contents.split_column or None,
        "splits": list(labels.splits),
        "rows": labels.rows,
        "rows_without_label": labels.missing,
        "multi_label": labels.multi is not None,
        **named,
        "head_medium_tail": {
            "rule": tail.groups.sentence,
            **{
                group: {"classes": tail.groups.classes[g], "share": tail.groups.shares[g]}
                for g, group in enumerate(GROUPS)
            },
        },
        "figures": figures,
        "fits": _fits(inspection),
        "references": [
            {"name": r.name, "source": r.source, "basis": r.basis, "figures": r.figures}
            for r in references()
        ],
        "classes": class_rows(inspection),
        "notes": list(contents.notes),
    }
    if inspection.quality is not None:
        document["quality"] = inspection.quality.to_dict(labels.names)
    if inspection.profile is not None:
        document["profile"] = inspection.profile.to_dict()
    if inspection.detection is not None:
        document["detection"] = inspection.detection.to_dict()
    if inspection.pilot is not None:
        document["pilot"] = inspection.pilot.to_dict()
    if inspection.recommendation is not None:
        document["recommendation"] = inspection.recommendation.to_dict()
    checks = {} if inspection.quality is None else dict(CHECKS)
    if inspection.profile is not None:
        looked = inspection.profile.findings
        checks |= {name: PROFILE_CHECKS[name].measure for name in looked}
    document["definitions"] = {
        name: {
            "title": m.title,
            "definition": m.definition,
            "meaning": m.meaning,
            **({"reference": m.reference} if m.reference else {}),
        }
        for name, m in (FIGURES | checks).items()
        if name in figures or name in checks
    }
    clean: dict[str, Any] = json_ready(document)
    return clean


def to_json(inspection: Inspection) -> str:
    """`to_document` as text."""
    return json.dumps(to_document(inspection), indent=2, ensure_ascii=False, allow_nan=False)


def all_figures(inspection: Inspection) -> dict[str, float]:
    """The figures of the tail, and those of several labels a sample where samples have them."""
    labels, tail = inspection.contents.labels, inspection.tail
    if labels.multi is None or inspection.contents.kind != "table":
        return dict(tail.figures)
    c = ClassCounts(tail.counts, tail.test_counts, tail.beta, tail.groups, tail.fits, labels)
    several = {f.name: f.value(c) for f in FIGURES.values() if f.section == SEVERAL}
    return tail.figures | several


def class_rows(inspection: Inspection) -> list[dict[str, Any]]:
    """One row for each class, the largest first; the CSV has the same rows."""
    labels, tail, quality = inspection.contents.labels, inspection.tail, inspection.quality
    boxes, pilot = inspection.contents.boxes, inspection.pilot
    detection = inspection.detection
    factors = np.zeros(0) if detection is None else detection.factors
    rows = []
    total = tail.counts.sum()
    for rank, c in enumerate(tail.order.tolist(), 1):
        row: dict[str, Any] = {
            "name": labels.names[c],
            "count": int(tail.counts[c]),
            "split": {split: int(labels.counts[s, c]) for s, split in enumerate(labels.splits)},
            "rank": rank,
            "group": GROUPS[tail.groups.of_class[c]],
            "share": float(tail.counts[c] / total),
            "effective_samples": float(tail.effective[c]),
        }
        if boxes is not None:
            row["images"] = int(boxes.images[c])
            row["empty_boxes"] = int(boxes.empty_boxes[c])
        if detection is not None:
            row["training_images"] = int(detection.images_of_class[c])
            row["median_size"] = float(detection.sizes[c, 1])
            row["repeat_factor"] = float(factors[c])
        if quality is not None:
            row["quality"] = quality.of_class(c)
        if pilot is not None:
            row["recall"] = pilot.recall_of(labels.names[c])
        rows.append(row)
    return rows


def _fits(inspection: Inspection) -> dict[str, Any]:
    tail = inspection.tail
    fitted = {
        fit.form: {
            "scale": fit.scale,
            "slope": fit.slope,
            "r_squared": fit.r_squared,
            "worst_factor": fit.worst_factor,
        }
        for fit in tail.fits or ()
    }
    return {"better": tail.better_fit, **fitted}


def json_ready(value: Any) -> Any:
    """NumPy values as Python values; NaN and infinity become ``None``.

    >>> import numpy as np
    >>> json_ready({"a": np.array([1.0, np.nan])})
    {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {str(k): json_ready(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(v) for v in value]
    if isinstance(value, np.ndarray):
        return json_ready(value.tolist())
    if isinstance(value, np.generic):
        return json_ready(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
