"""Flagged images in the JSON of FiftyOne's classification data sets; fiftyone itself is not needed.

    fo.Dataset.from_dir(dataset_type=fo.types.FiftyOneImageClassificationDataset,
                        data_path="FOLDER OF THE IMAGES", labels_path="labels.json")

The form is that of FiftyOne's user guide (FiftyOneImageClassificationDataset): an image is named by
its path without the ending, and a label may have attributes.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np

from ...errors import DataError
from ...readers.contents import Contents
from ..quality.finding import Quality
from .choice import Choice, flagged_of
from .export import Export


def fiftyone_labels(contents: Contents, quality: Quality) -> dict[str, Any]:
    """``{"labels": {path without ending: {"label", "attributes"}}}`` of all labelled images.

    Attributes: ``split`` where there are several; ``checks``, the checks that marked the image,
    apart by commas, with ``reason``; ``label_quality`` and ``suggested_label`` of suspect ones.
    """
    labels, images = contents.labels, contents.images
    if labels.codes is None or images is None:
        raise DataError(
            f"Expected images with one class each, but got {contents.form}. Provide the images."
        )
    flagged = flagged_of(quality)
    marks: dict[int, dict[str, Any]] = {}
    for k, i in enumerate(flagged.index.tolist()):
        given = marks.setdefault(i, {})
        for key, value in (("checks", flagged.check[k]), ("reason", flagged.reason[k])):
            given[key] = f"{given[key]}, {value}" if key in given else value
        if flagged.score[k] == flagged.score[k]:
            given["label_quality"] = float(flagged.score[k])
        if flagged.suggested_label[k]:
            given["suggested_label"] = flagged.suggested_label[k]
    found: dict[str, Any] = {}
    splits = labels.split_names(np.arange(len(labels.codes)))
    for i, code in enumerate(labels.codes.tolist()):
        if code < 0:
            continue
        attributes = marks.get(i, {})
        if splits[i]:
            attributes = {"split": splits[i], **attributes}
        name = str(PurePosixPath(images.name(i)).with_suffix(""))
        found[name] = {"label": labels.names[code], "attributes": attributes}
    return {"labels": found}


def _write(
    file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
) -> list[str]:
    document = fiftyone_labels(contents, quality)
    file.write(json.dumps(document, ensure_ascii=True, allow_nan=False).encode())
    marked = sum("checks" in v["attributes"] for v in document["labels"].values())
    return [f"{len(document['labels']):,} images, {marked:,} of them flagged."]


FIFTYONE = Export(
    name="fiftyone",
    title="Labels for FiftyOne",
    help="the images with label and flags, as labels.json of FiftyOne's "
    "FiftyOneImageClassificationDataset",
    suffixes=("json",),
    kinds=("images",),
    write=_write,
)
