"""A training script for what the pilot recommends on the user's data, to run and to change."""

from __future__ import annotations

import json
import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ...data.holdout import TEST_SHARE
from ...errors import DataError
from ...readers.format import AUTO
from ..pilot.contestants import CONTESTANTS
from ..pilot.contestants.spec import Contestant
from ..pilot.pilot import JUDGED_WITHIN
from ..pilot.plan import Recipe
from .script_parts import (
    COMMON,
    COMMON_IMAGES,
    COMMON_TABLE,
    HEAD,
    IMPORTS_COMMON,
    IMPORTS_IMAGES,
    IMPORTS_NETWORK,
    IMPORTS_SKLEARN,
    IMPORTS_TABLE,
    NETWORK,
    OPTIONS_NETWORK,
    SKLEARN,
)

if TYPE_CHECKING:
    from ..analyse import Inspection

BASE = "network"
"""What is trained where nothing is recommended, and on images unless a loss is."""
NAME = "train.py"
BATCH = 64
STEPS = {"table": 20_000, "images": 8_000}
"""About as many steps of a network; small networks have learned most tables by heart by then."""
EPOCHS = {"table": (10, 3_000), "images": (20, 400)}
"""Fewest and most."""
RATES = {"table": 0.03, "images": 0.05}
DECAYS = {"table": 1e-4, "images": 5e-4}
COMMENTS = {
    "DEFERRED": "  # class-balanced weights for the last fifth of the epochs",
    "ADJUSTED": "  # the log prior of the classes is taken off the scores",
    "CONTESTANT": "  # any other of harmony_core.inspection.pilot.contestants",
}


def script_method(found: Inspection) -> Contestant:
    """What the script for ``found`` trains.

    The contestant that the pilot recommends. Images are trained on their pixels, so it is a network
    with the recommended loss there, whatever does best on fixed features.
    """
    advice = found.recommendation
    for name in () if advice is None else (advice.method, advice.loss):
        known = CONTESTANTS.get(name)
        if known is None:
            continue
        if known.family == "network":
            return known
        if found.contents.kind != "images" and known.fit is not None:
            return known
    return CONTESTANTS[BASE]


def training_script(found: Inspection, path: str | Path, *, beside: bool = False) -> str:
    """Source of a Python program that trains on ``path``; nothing of the file becomes code.

    It trains `script_method`, saves the model with what new samples need, and predicts. With
    ``beside`` the program looks for the file in its own folder, whatever folder ``path`` names.
    Raises `DataError` for annotations of objects.
    """
    if found.contents.kind == "annotations":
        raise DataError(
            "Expected a table or images by class to write a training script for, but got "
            "annotations of objects. Use their repeat factors with your detector."
        )
    contents, chosen = found.contents, script_method(found)
    kind = "images" if contents.kind == "images" else "table"
    network = chosen.family == "network"
    multi = contents.labels.multi
    constants = {
        "LABEL": contents.label if kind == "table" or contents.choices else None,
        "SPLIT": contents.split_column if contents.kind == "table" else None,
        "SEPARATOR": "none" if multi is None else multi.separator,
        "HEADER": contents.header or AUTO,
        **(
            _network_constants(found, chosen, kind)
            if network
            else _sklearn_constants(found, chosen)
        ),
    }
    saved = "model.pt" if network else "model.npz"
    imports = [
        *IMPORTS_COMMON,
        *(IMPORTS_TABLE if kind == "table" else IMPORTS_IMAGES),
        *(IMPORTS_NETWORK if network else IMPORTS_SKLEARN),
    ]
    head = HEAD.substitute(
        title=chosen.label,
        about=_about(found, chosen),
        packages="PyTorch, NumPy and pyarrow" if network else "scikit-learn, NumPy and pyarrow",
        extras="inspect,resample" if chosen.remedy == "resampled" else "inspect",
        json="" if network else "import json\n",
        script=NAME,
        saved=saved,
        saved_literal=_literal(saved),
        new="new.csv " if kind == "table" else "folder/ ",
        example="[{'x': 1.0}]" if kind == "table" else "['a.png']",
        imports="\n".join([*(["import torch"] if network else []), "", *sorted(imports), ""]),
        file=_literal(Path(path).name if beside else str(Path(path).absolute())),
        constants="\n".join(
            f"{name} = {_literal(value)}{COMMENTS.get(name, '')}"
            for name, value in constants.items()
        ),
        test_share=_test_share(found),
    )
    return "".join(
        (
            head,
            NETWORK if network else SKLEARN,
            COMMON_TABLE if kind == "table" else COMMON_IMAGES,
            COMMON.substitute(options=OPTIONS_NETWORK if network else "", few=JUDGED_WITHIN),
        )
    )


def _network_constants(found: Inspection, chosen: Contestant, kind: str) -> dict[str, object]:
    method = chosen.method or CONTESTANTS[BASE].method
    assert method is not None
    used = Recipe.from_words(_recipes(found).get(chosen.name, "")) if kind == "table" else None
    rate, decay, batch = RATES[kind], DECAYS[kind], BATCH
    low, high = EPOCHS[kind]
    steps = math.ceil(max(int(found.contents.labels.train_counts.sum()), 1) / BATCH)
    epochs, settings = min(max(math.ceil(STEPS[kind] / steps), low), high), {}
    if used is not None:
        rate, decay, batch, epochs = used.rate, used.decay, used.batch, used.epochs
        settings = {"depth": 1, "hidden": used.hidden}
    return {
        "LOSS": method.loss,
        "SETTINGS": dict(method.params),
        "DEFERRED": method.deferral == "drw",
        "ADJUSTED": chosen.remedy == "adjusted",
        "MODEL": "small_cnn" if kind == "images" else "mlp",
        "MODEL_SETTINGS": settings,
        "RATE": rate,
        "DECAY": decay,
        "BATCH": batch,
        "EPOCHS": epochs,
    }


def _recipes(found: Inspection) -> dict[str, str]:
    """The settings that the pilot chose, in words, by contestant."""
    return {} if found.pilot is None else {t.name: t.recipe for t in found.pilot.trials}


def _sklearn_constants(found: Inspection, chosen: Contestant) -> dict[str, object]:
    metric = found.pilot.metric if found.pilot is not None else "balanced_accuracy"
    return {"CONTESTANT": chosen.name, "METRIC": metric}


def _test_share(found: Inspection) -> float:
    return found.pilot.options.test_share if found.pilot is not None else TEST_SHARE


def _about(found: Inspection, chosen: Contestant) -> str:
    """Why this is trained; words of Harmony alone, none of the file."""
    advice = found.recommendation
    if advice is None or not advice.method:
        return "No pilot has chosen a method, so this is the plain one."
    if advice.method == chosen.name:
        lines = ["The pilot recommends it for these data."]
    else:
        label = CONTESTANTS[advice.method].label if advice.method in CONTESTANTS else "another way"
        lines = [
            f"On fixed features of these data the pilot recommends: {label}.",
            "This script trains a network on the samples themselves.",
        ]
    if recipe := _recipes(found).get(chosen.name, ""):
        lines += textwrap.wrap(f"Settings that the pilot chose: {recipe}.", 90)
    return "\n".join(lines)


def _literal(value: object) -> str:
    """A Python literal in ASCII: text cannot end the string it stands in."""
    if value is None or isinstance(value, bool | int | float | dict):
        return repr(value)
    return json.dumps(value)
