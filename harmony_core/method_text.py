"""Methods as one line of text, and the names under which results show them.

    ce, ldam:drw, balanced_softmax, harmonized@literal[alpha=0.5,inter=weight]+square_root~My_name

A method is ``loss``, then, in this order and each optional: ``@preset``, ``[name=value,…]`` which
changes single parameters, ``:drw`` or ``:drs`` (deferral), ``+square_root`` or ``+class_balanced``
(sampler), and ``~label``, in which ``_`` stands for a space. Methods are separated by commas. A
character that has a meaning here is written as ``%`` and two hexadecimal digits, as in URLs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from .config import DEFERRALS, SAMPLERS, MethodConfig
from .errors import ConfigError
from .losses import LOSSES
from .parameters import GREEK, Value, choose, resolve

GRAMMAR = "loss[@preset][[name=value,…]][:drw|:drs][+sampler][~label]"
_METHOD = re.compile(
    r"(?P<loss>\w+)(?:@(?P<preset>\w+))?(?:\[(?P<params>[^\[\]]*)\])?"
    r"(?::(?P<deferral>\w+))?(?:\+(?P<sampler>\w+))?(?:~(?P<label>.*))?",
    re.DOTALL,
)
_INT = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_SHORT = {"ldam": "LDAM", "ghm": "GHM", "vs": "VS"}
_SAMPLING = {"class_balanced": "class-balanced sampling", "square_root": "square-root sampling"}


def parse_methods(text: str) -> tuple[MethodConfig, ...]:
    """The methods of a comma-separated line, their names and parameters checked."""
    return tuple(parse_method(part) for part in _split(text, ","))


def parse_method(text: str) -> MethodConfig:
    """One method; anything unknown or malformed raises `ConfigError`."""
    match = _METHOD.fullmatch(text.strip())
    if match is None:
        raise ConfigError(f"Expected a method written as {GRAMMAR}, but got {text.strip()[:80]!r}.")
    loss, preset = match["loss"], match["preset"]
    choose(loss, LOSSES, "loss")
    spec = LOSSES[loss]
    params: dict[str, Value] = {}
    if preset is not None:
        choose(preset, spec.presets or ("none",), f"preset of loss `{loss}`")
        params.update(spec.presets[preset])
    params.update(_pairs(match["params"] or "", f"loss `{loss}`"))
    full = resolve(params, spec.parameters, f"loss `{loss}`")
    deferral, sampler = match["deferral"] or "none", match["sampler"] or "uniform"
    choose(deferral, DEFERRALS, "deferral")
    choose(sampler, SAMPLERS, "sampler")
    label = unquote((match["label"] or "").replace("_", " "))
    return MethodConfig(loss, {name: full[name] for name in params}, sampler, deferral, label)


def format_methods(methods: Iterable[MethodConfig]) -> str:
    """The line that `parse_methods` reads back."""
    return ",".join(format_method(method) for method in methods)


def format_method(method: MethodConfig) -> str:
    """The shortest text of a method: what equals its default or its preset is left out."""
    preset, changed = _nearest_preset(method)
    text = method.loss + (f"@{preset}" if preset else "")
    if changed:
        text += f"[{','.join(f'{name}={_value(changed[name])}' for name in sorted(changed))}]"
    if method.deferral != "none":
        text += f":{method.deferral}"
    if method.sampler != "uniform":
        text += f"+{method.sampler}"
    return text + (f"~{_escape(method.label, '%_,[]').replace(' ', '_')}" if method.label else "")


def parse_pairs(text: str, owner: str) -> dict[str, Value]:
    """``name=value,…`` as a mapping; values become true/false, numbers or text."""
    return _pairs(text, owner)


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
    best: tuple[str, dict[str, Value]] | None = None
    for name, preset in presets.items():
        base = resolve(preset, spec.parameters, f"loss `{method.loss}`")
        changed = {key: value for key, value in full.items() if value != base[key]}
        if best is None or len(changed) + bool(name) / 2 < len(best[1]) + bool(best[0]) / 2:
            best = (name, changed)
    assert best is not None
    return best


def _described(name: str, value: Value) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool):
        return words if value else f"no {words}"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{GREEK.get(name, words)}={shown}"


def _pairs(text: str, owner: str) -> dict[str, Value]:
    pairs: dict[str, Value] = {}
    for part in _split(text, ",") if text.strip() else []:
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not name or name in pairs:
            raise ConfigError(
                f"Expected parameters of {owner} as name=value, each once, but got {part[:80]!r}."
            )
        pairs[name] = _parsed(value.strip())
    return pairs


def _parsed(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return unquote(text)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = _escape(value, "%,[]=")
        if value == value.strip() and isinstance(_parsed(text), str):
            return text
        return _hexadecimal(value)  # it looks like a number, or has spaces at its ends
    return repr(value)


def _escape(text: str, special: str) -> str:
    return "".join(_hexadecimal(c) if c in special or not c.isprintable() else c for c in text)


def _hexadecimal(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _split(text: str, separator: str) -> list[str]:
    """``text`` cut at separators that are outside brackets; empty parts raise `ConfigError`."""
    parts, depth = [""], 0
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    if not all(part.strip() for part in parts):
        raise ConfigError(f"Expected {GRAMMAR}, separated by commas, but got {text[:80]!r}.")
    return parts
