"""Configs of earlier formats, and what they leave to a default.

Format 2 has annealed α and difficulty on plain logits as defaults of the harmonized loss. Format 1,
which had no number, is everything written by version 0.1.0: what it leaves out keeps the meaning
it had there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ConfigError
from .parameters import show

FORMAT = 2
LOSS_DEFAULTS_1: Mapping[str, Mapping[str, Any]] = {
    "harmonized": {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin"}
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
    {'alpha': 0.3, 'anneal': 0.0, 'difficulty': 'margin'}
    """
    if not isinstance(values, Mapping):
        return values
    given = dict(values)
    number = given.pop("format", 1)
    if number == FORMAT:
        return given
    if number != 1 or number is True:
        raise ConfigError(
            f"Expected `format` of the config to be 1 or {FORMAT}, but got {show(number)}. If a "
            "later version of Harmony wrote it, open it with that one."
        )
    methods = given.get("methods", [{"loss": loss} for loss in METHODS_1])
    if isinstance(methods, list | tuple):
        given["methods"] = [upgraded_method(method) for method in methods]
    data = given.get("data", {})
    if isinstance(data, Mapping):
        given["data"] = {**DATA_1, **data}
    return given


def upgraded_method(method: object) -> object:
    """A method of format 1, from JSON, in the present format."""
    if not isinstance(method, Mapping) or not isinstance(method.get("loss", ""), str):
        return method
    params = method.get("params", {})
    if not isinstance(params, Mapping):
        return method
    defaults = LOSS_DEFAULTS_1.get(method.get("loss", ""), {})
    return {**method, "params": {**defaults, **params}} if defaults else method
