"""Configs of earlier formats, and what they leave to a default.

Format 4 records features for the embedding where that costs little, earlier ones only if told to.
Format 3 tests on a share of every class of one's own tables and images, formats 1 and 2 on equally
many samples of every class. Format 2 has annealed α and difficulty on plain logits as defaults of
the harmonized loss. Format 1, which had no number, is everything written by version 0.1.0: what it
leaves out keeps the meaning it had there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ConfigError
from .parameters import show

FORMAT = 4
DATA_DEFAULTS_2: Mapping[str, Mapping[str, Any]] = {
    "table": {"holdout": "smallest"},
    "images": {"holdout": "smallest"},
}
"""Parameters of data sets that formats 1 and 2 do not have."""
RECORD_DEFAULTS_3: Mapping[str, Any] = {"embedding": False}
"""What a config of formats 1 to 3 records, where a later one has another default."""
LOSS_DEFAULTS_1: Mapping[str, Mapping[str, Any]] = {
    "harmonized": {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin", "anchor": "class"}
}
"""Parameters of losses that format 1 does not have, or whose default was another."""
METHODS_1 = ("ce", "balanced_softmax", "harmonized")
"""The losses of a config of format 1 that names none."""
DATA_1 = {"name": "hard_head"}
"""Its data set if it names none."""


def upgraded(values: object) -> object:
    """``values`` of a config, from JSON, in the present format; anything malformed stays as it is.

    An unknown format raises `ConfigError`.

    >>> upgraded({"methods": [{"loss": "harmonized"}], "data": {}})["methods"][0]["params"]
    {'alpha': 0.3, 'anneal': 0.0, 'difficulty': 'margin', 'anchor': 'class'}
    """
    if not isinstance(values, Mapping):
        return values
    given = dict(values)
    number = given.pop("format", 1)
    if number is True or number not in range(1, FORMAT + 1):
        raise ConfigError(
            f"Expected `format` of the config to be from 1 to {FORMAT}, but got {show(number)}. If "
            "a later version of Harmony wrote it, open it with that one."
        )
    data = given.get("data", {})
    if number == 1:
        methods = given.get("methods", [{"loss": loss} for loss in METHODS_1])
        if isinstance(methods, list | tuple):
            given["methods"] = [upgraded_method(method) for method in methods]
        if isinstance(data, Mapping):
            given["data"] = data = {**DATA_1, **data}
    if number < 3 and "data" in given:
        given["data"] = upgraded_data(data)
    record = given.get("record", {})
    if number < 4 and isinstance(record, Mapping):
        given["record"] = {**RECORD_DEFAULTS_3, **record}
    return given


def upgraded_data(data: object) -> object:
    """The data of format 1 or 2, from JSON, in the present format."""
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        return data
    defaults = DATA_DEFAULTS_2.get(data["name"], {})
    params = data.get("params", {})
    if not defaults or not isinstance(params, Mapping):
        return data
    return {**data, "params": {**defaults, **params}}


def upgraded_method(method: object) -> object:
    """A method of format 1, from JSON, in the present format."""
    if not isinstance(method, Mapping) or not isinstance(method.get("loss", ""), str):
        return method
    params = method.get("params", {})
    if not isinstance(params, Mapping):
        return method
    defaults = LOSS_DEFAULTS_1.get(method.get("loss", ""), {})
    return {**method, "params": {**defaults, **params}} if defaults else method
