"""Methods as one line of text, and the names under which results show them.

    ce, ldam:drw, balanced_softmax, harmonized@literal[alpha=0.5,inter=weight]+square_root~My_name

A method is ``loss``, then, in this order and each optional: ``@preset``, ``[name=value,…]`` which
changes single parameters, ``:drw`` or ``:drs`` (deferral), ``+square_root`` or ``+class_balanced``
(sampler), and ``~label``, in which ``_`` is a space. What else sets methods apart is written among
the parameters: ``ce[mix=remix,posthoc=crt,weight_decay=0.005]``. Methods are separated by commas. A
character that has a meaning here is written as ``%`` and two hexadecimal digits, as in URLs. Links
write the same method with other punctuation; `sections` has the grammar.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..config import MethodConfig
from ..errors import ConfigError
from ..losses import LOSSES
from ..parameters import GREEK, Value, check_number, choose, resolve
from .sections import SHELL, Punctuation

_AROUND = ("sampler", "deferral", "label", "mix", "sam", "posthoc", "weight_decay")
_SAMPLING = {"class_balanced": "class-balanced sampling", "square_root": "square-root sampling"}
_EXTRAS = {
    "mixup": "mixup", "remix": "Remix", "imbsam": "ImbSAM",
    "logit_adjustment": "post-hoc adjustment", "tau_norm": "τ-norm", "ncm": "nearest mean",
    "crt": "cRT", "lws": "LWS",
}  # fmt: skip


def parse_methods(text: str) -> tuple[MethodConfig, ...]:
    """The methods of a comma-separated line, their names and parameters checked."""
    parts = SHELL.split(text, ",")
    if not all(part.strip() for part in parts):
        raise ConfigError(f"Expected {SHELL.grammar}, separated by commas, but got {text[:80]!r}.")
    return tuple(parse_method(part) for part in parts)


def parse_method(text: str) -> MethodConfig:
    """One method; anything unknown or malformed raises `ConfigError`."""
    return read_method(text.strip(), SHELL)


def format_methods(methods: Iterable[MethodConfig]) -> str:
    """The line that `parse_methods` reads back."""
    return ",".join(format_method(method) for method in methods)


def format_method(method: MethodConfig) -> str:
    """The shortest text of a method: what equals its default or its preset is left out."""
    preset, changed = _nearest_preset(method)
    return write_method(method, {name: changed[name] for name in sorted(changed)}, SHELL, preset)


def parse_pairs(text: str, owner: str) -> dict[str, Value]:
    """``name=value,…`` as a mapping; values become true/false, numbers or text."""
    pairs = SHELL.read_settings(text, f"parameters of {owner}")
    return {name: SHELL.read_value(value) for name, value in pairs.items()}


def read_method(text: str, punctuation: Punctuation) -> MethodConfig:
    """One method in this punctuation."""
    name, parts = punctuation.read(text, "a method")
    choose(name, LOSSES, f"loss{punctuation.where}")
    spec, owner = LOSSES[name], f"loss `{name}`"
    preset: Mapping[str, Value] = {}
    if "preset" in parts:
        choose(parts["preset"], spec.presets or ("none",), f"preset of {owner}")
        preset = spec.presets[parts["preset"]]
    settings: dict[str, str] = {}
    if "settings" in parts:
        settings = punctuation.read_settings(parts["settings"], f"parameters of {owner}")
    parts |= {key: settings.pop(key) for key in _inside(punctuation) if key in settings}
    around: dict[str, Any] = {key: parts[key] for key in _AROUND if key in parts}
    if "label" in around:
        around["label"] = punctuation.read_label(around["label"])
    if "weight_decay" in around:
        decay = punctuation.read_value(around["weight_decay"], float, "weight_decay")
        around["weight_decay"] = check_number(decay, "weight_decay of a method", 0.0, 1.0)
    params = {**preset, **punctuation.read_params(settings, spec.parameters, owner)}
    return MethodConfig(name, params, **around)


def write_method(
    method: MethodConfig, params: Mapping[str, Value], punctuation: Punctuation, preset: str = ""
) -> str:
    """``method`` in this punctuation, with those of its parameters that ``params`` holds."""
    plain = MethodConfig(method.loss)
    around = {key: getattr(method, key) for key in _AROUND}
    around = {key: value for key, value in around.items() if value != getattr(plain, key)}
    if "label" in around:
        around["label"] = punctuation.write_label(around["label"])
    inside = {key: around[key] for key in _inside(punctuation) if key in around}
    settings = punctuation.write_settings({**params, **inside})
    return punctuation.write(method.loss, {**around, "preset": preset, "settings": settings})


def _inside(punctuation: Punctuation) -> list[str]:
    """What is written among the parameters, having no place of its own."""
    places = {part.name for part in punctuation.parts}
    return [key for key in _AROUND if key not in places]


def method_label(method: MethodConfig) -> str:
    """A short name with what makes the method special, as in "LDAM-DRW" or "Harmonized α=0.5"."""
    if method.label:
        return method.label
    preset, changed = _nearest_preset(method)
    spec = LOSSES[method.loss]
    name = spec.short_title or re.split(r"[(:]", spec.title)[0].strip()
    if preset:
        name += f" {preset.replace('_', ' ')}"
    if method.deferral != "none":
        name += f"-{method.deferral.upper()}"
    for parameter, value in sorted(changed.items()):
        name += f" {_described(parameter, value)}"
    if method.sampler != "uniform":
        name += f" + {_SAMPLING[method.sampler]}"
    for choice in (method.mix, method.sam, method.posthoc):
        if choice != "none":
            name += f" + {_EXTRAS[choice]}"
    if method.weight_decay is not None:
        name += f" decay={method.weight_decay:g}"
    return name


def method_labels(methods: Sequence[MethodConfig]) -> tuple[str, ...]:
    """A label for each method, all different: equal ones are numbered."""
    labels = [method_label(method) for method in methods]
    counts = Counter(labels)
    seen: Counter[str] = Counter()
    unique = []
    for label in labels:
        seen[label] += 1
        unique.append(f"{label} ({seen[label]})" if counts[label] > 1 else label)
    return tuple(unique)


def _nearest_preset(method: MethodConfig) -> tuple[str, dict[str, Value]]:
    """The preset (or "") from which the fewest parameters differ, and those that do."""
    choose(method.loss, LOSSES, "loss")
    spec = LOSSES[method.loss]
    full = resolve(method.params, spec.parameters, f"loss `{method.loss}`")
    presets: dict[str, Mapping[str, Value]] = {"": {}, **spec.presets}
    found: list[tuple[float, str, dict[str, Value]]] = []
    for name, preset in presets.items():
        base = resolve(preset, spec.parameters, f"loss `{method.loss}`")
        changed = {key: value for key, value in full.items() if value != base[key]}
        found.append((len(changed) + bool(name) / 2, name, changed))
    _, name, changed = min(found, key=lambda candidate: candidate[0])
    return name, changed


def _described(name: str, value: Value) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool):
        return words if value else f"no {words}"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{GREEK.get(name, words)}={shown}"
