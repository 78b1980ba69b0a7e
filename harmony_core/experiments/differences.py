"""What two experiments have in common: the settings that differ, and whether numbers are paired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config import ExperimentConfig
from .complete import complete
from .method_text import format_methods, method_labels

UNKNOWN = "not recorded"
IGNORED = ("device", "record", "methods")
"""What changes no result, and the methods, which are compared as one text."""


def differences(a: ExperimentConfig, b: ExperimentConfig) -> list[tuple[str, str, str]]:
    """The name of each setting that differs, with its value in ``a`` and in ``b``.

    Settings that were left to their default count with that default. One that only the data or
    the network of one experiment has is a dash in the other.

    >>> differences(ExperimentConfig(epochs=5), ExperimentConfig(epochs=9))
    [('epochs', '5', '9')]
    """
    if a.recorded is not None or b.recorded is not None:
        return _known_differences(a, b)
    first, second = (_flat(complete(config).to_dict()) for config in (a, b))
    names = [*first, *(name for name in second if name not in first)]
    found = [
        (name, first.get(name, "–"), second.get(name, "–"))
        for name in names
        if first.get(name) != second.get(name)
    ]
    of_a, of_b = (format_methods(complete(config).methods) for config in (a, b))
    if of_a != of_b:
        found.append(("methods", of_a, of_b))
    return found


def same_test_samples(a: ExperimentConfig, b: ExperimentConfig) -> bool:
    """Whether both are tested on the same samples, repeat by repeat, as far as settings tell."""
    if a.recorded is not None or b.recorded is not None:
        return False
    a, b = complete(a), complete(b)
    if a.data != b.data or a.seeds.repeats != b.seeds.repeats:
        return False
    repeats = range(a.seeds.repeats)
    return all(a.seeds.of_repeat(r).data == b.seeds.of_repeat(r).data for r in repeats)


def _known_differences(a: ExperimentConfig, b: ExperimentConfig) -> list[tuple[str, str, str]]:
    """What is known to differ where a loop outside Harmony trained at least one of the two."""
    rows = [
        [
            "Harmony" if (own := config.recorded) is None else own.loop,
            config.data.name if own is None else own.data or UNKNOWN,
            config.model.name if own is None else own.model or UNKNOWN,
            str(config.epochs),
            ", ".join(method_labels(config.methods)),
        ]
        for config in (a, b)
    ]
    names = ("trained by", "data", "model", "epochs", "methods")
    return [(n, x, y) for n, x, y in zip(names, *rows, strict=True) if x != y or x == UNKNOWN]


def _flat(values: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """Nested settings by a name such as ``data params classes``."""
    found: dict[str, str] = {}
    for key, value in values.items():
        name = f"{within} {key}".strip().replace(" params", "")
        if not within and key in IGNORED:
            continue
        if isinstance(value, Mapping):
            found |= _flat(value, name)
        else:
            found[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found
