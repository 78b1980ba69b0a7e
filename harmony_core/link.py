"""An experiment as the query of a link: short, readable, strict, and safe to open.

    ?data=moons~spread-1.2&factor=100&m=ce&m=harmonized~alpha-0.5~deferral-drw&epochs=60

Every section is ``name~key-value~key-value``, of characters that need no escape in a URL. What
equals its default is left out, except the name of the data set, which is always there. Values that
are free text may only name an upload, ``upload:`` and 64 hexadecimal digits: a link never makes a
server read one of its own files. Text of a declared pattern is data, as painted points are.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
    Seeds,
    quick_recipe,
    reference_recipe,
)
from .data.registry import DATASETS
from .errors import ConfigError
from .losses.registry import LOSSES
from .models.registry import MODELS
from .parameters import Parameter, Value, choose

Query = dict[str, str | list[str]]

KEYS = (
    "data", "factor", "profile", "noise", "m", "model",
    "epochs", "optim", "seeds", "device", "record",
)  # fmt: skip
LONGEST = 12_000
UPLOAD = re.compile(r"upload:[0-9a-f]{64}")
RECIPES = {"quick": quick_recipe, "reference": reference_recipe}
_AROUND = ("sampler", "deferral", "label")
_LABEL = re.compile(r"[^~\x00-\x1f]{0,60}")


def to_query(config: ExperimentConfig) -> Query:
    """The query of ``config``; free text that is not an upload raises `ConfigError`."""
    plain = DataConfig()
    data = config.data
    query: Query = {"data": _section(data.name, _changed(data.params, _declared_data(data.name)))}
    for key, value, default in (
        ("factor", data.imbalance_factor, plain.imbalance_factor),
        ("profile", data.profile, plain.profile),
        ("noise", data.label_noise, plain.label_noise),
        ("epochs", config.epochs, ExperimentConfig().epochs),
        ("device", config.device, ExperimentConfig().device),
    ):
        if value != default:
            query[key] = _text(value)
    methods = [_method_text(method) for method in config.methods]
    if methods != [_method_text(method) for method in ExperimentConfig().methods]:
        query["m"] = methods
    model = _section(config.model.name, _changed(config.model.params, _declared_model(config)))
    if model != "auto":
        query["model"] = model
    optim = _optim_text(config.optim)
    if optim != "quick":
        query["optim"] = optim
    for key, part, base in (
        ("seeds", config.seeds, Seeds()),
        ("record", config.record, RecordConfig()),
    ):
        text = _section("", _differences(part, base))
        if text:
            query[key] = text
    return query


def from_query(query: Mapping[str, str | Sequence[str]]) -> ExperimentConfig:
    """The config a query stands for; anything unknown, malformed or unsafe raises `ConfigError`."""
    texts = _texts(query)
    one = {key: values[0] for key, values in texts.items()}
    data_name, data_pairs = _split(one.get("data", DataConfig().name), "data")
    choose(data_name, DATASETS, "data set of the link")
    data = DataConfig(
        name=data_name,
        params=_params(data_pairs, DATASETS[data_name].parameters, f"data set `{data_name}`"),
        imbalance_factor=_float(one.get("factor", "50"), "factor"),
        profile=one.get("profile", DataConfig().profile),
        label_noise=_float(one.get("noise", "0"), "noise"),
    )
    built: dict[str, Any] = {"data": data}
    if "m" in texts:
        built["methods"] = tuple(_method(text) for text in texts["m"])
    if "model" in one:
        name, pairs = _split(one["model"], "model")
        choose(name, ("auto", *MODELS), "model of the link")
        declared = MODELS[name].parameters if name in MODELS else ()
        built["model"] = ModelConfig(name, _params(pairs, declared, f"model `{name}`"))
    if "epochs" in one:
        built["epochs"] = _int(one["epochs"], "epochs")
    if "device" in one:
        built["device"] = one["device"]
    if "optim" in one:
        name, pairs = _split(one["optim"], "optim")
        choose(name, RECIPES, "recipe of the link")
        built["optim"] = _replaced(RECIPES[name](), pairs, "optim")
    if "seeds" in one:
        built["seeds"] = _replaced(Seeds(), _pairs(one["seeds"].split("~"), "seeds"), "seeds")
    if "record" in one:
        built["record"] = _replaced(
            RecordConfig(), _pairs(one["record"].split("~"), "record"), "record"
        )
    return ExperimentConfig(**built)


def _texts(query: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """The query with every value a list; unknown and repeated keys and huge links are refused."""
    texts = {k: [v] if isinstance(v, str) else [str(x) for x in v] for k, v in query.items()}
    length = sum(len(k) + len(v) for k, values in texts.items() for v in values)
    if length > LONGEST:
        raise ConfigError(f"Expected a link of at most {LONGEST} characters, but got {length}.")
    for key, values in texts.items():
        choose(key, KEYS, "key of the link")
        if key != "m" and len(values) != 1:
            raise ConfigError(f"Expected `{key}` once in the link, but got it {len(values)} times.")
    return texts


def _method_text(method: MethodConfig) -> str:
    choose(method.loss, LOSSES, "loss")
    values = _changed(method.params, LOSSES[method.loss].parameters)
    plain = MethodConfig(method.loss)
    for name in _AROUND:
        value = getattr(method, name)
        if value != getattr(plain, name):
            values[name] = value
    if not _LABEL.fullmatch(method.label):
        raise ConfigError(
            f"Expected a label of at most 60 characters without ~, but got {method.label!r}."
        )
    return _section(method.loss, values)


def _method(text: str) -> MethodConfig:
    name, pairs = _split(text, "m")
    choose(name, LOSSES, "loss of the link")
    around = {key: pairs.pop(key) for key in _AROUND if key in pairs}
    if not _LABEL.fullmatch(around.get("label", "")):
        raise ConfigError("Expected a label of at most 60 characters in the link.")
    return MethodConfig(name, _params(pairs, LOSSES[name].parameters, f"loss `{name}`"), **around)


def _optim_text(optim: OptimConfig) -> str:
    """The nearer of the two recipes and what differs from it."""
    texts = [_section(name, _differences(optim, make())) for name, make in RECIPES.items()]
    return min(texts, key=lambda text: text.count("~"))


def _declared_data(name: str) -> tuple[Parameter, ...]:
    choose(name, DATASETS, "data set")
    return DATASETS[name].parameters


def _declared_model(config: ExperimentConfig) -> tuple[Parameter, ...]:
    name = config.model.name
    choose(name, ("auto", *MODELS), "model")
    return MODELS[name].parameters if name in MODELS else ()


def _changed(params: Mapping[str, Value], declared: tuple[Parameter, ...]) -> dict[str, Value]:
    """The parameters that differ from their defaults; free text must be an upload."""
    known = {parameter.name: parameter for parameter in declared}
    changed: dict[str, Value] = {}
    for name, value in params.items():
        if name not in known:
            raise ConfigError(f"Expected a parameter ({', '.join(known)}), but got {name!r}.")
        if known[name].check(value) != known[name].default:
            _refuse_paths(known[name], value)
            changed[name] = value
    return changed


def _refuse_paths(parameter: Parameter, value: Value) -> None:
    free = isinstance(parameter.default, str) and not (parameter.choices or parameter.pattern)
    if free and not UPLOAD.fullmatch(str(value)):
        raise ConfigError(
            f"Expected `{parameter.name}` in a link to be an upload, but got {value!r}. "
            "A link cannot name files of the computer; upload the data in the app instead."
        )


def _params(
    pairs: Mapping[str, str], declared: tuple[Parameter, ...], owner: str
) -> dict[str, Value]:
    known = {parameter.name: parameter for parameter in declared}
    values: dict[str, Value] = {}
    for name, text in pairs.items():
        choose(name, known, f"parameter of {owner} in the link")
        values[name] = known[name].check(_parsed(text, type(known[name].default), name), owner)
        if values[name] != known[name].default:
            _refuse_paths(known[name], values[name])
    return values


def _differences(part: Any, base: Any) -> dict[str, Any]:
    return {
        item.name: getattr(part, item.name)
        for item in dataclasses.fields(part)
        if getattr(part, item.name) != getattr(base, item.name)
    }


def _replaced(base: Any, pairs: Mapping[str, str], where: str) -> Any:
    values: dict[str, Any] = {}
    for name, text in pairs.items():
        choose(name, [item.name for item in dataclasses.fields(base)], f"key of `{where}`")
        kind = type(getattr(base, name))
        if name == "vary":
            values[name] = () if text == "none" else tuple(text.split("_"))
        elif kind is tuple:
            parts = [] if text == "none" else text.split("_")
            values[name] = tuple(_float(part, name) for part in parts)
        else:
            values[name] = _parsed(text, kind, name)
    return dataclasses.replace(base, **values)


def _section(name: str, values: Mapping[str, Any]) -> str:
    pairs = [f"{key}-{_text(value)}" for key, value in values.items()]
    return "~".join([name, *pairs] if name else pairs)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "_".join(_text(item) for item in value) or "none"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _split(text: str, where: str) -> tuple[str, dict[str, str]]:
    name, *rest = text.split("~")
    return name, _pairs(rest, where)


def _pairs(parts: Sequence[str], where: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in parts:
        key, dash, value = part.partition("-")
        if not dash or not key or key in pairs:
            raise ConfigError(
                f"Expected `{where}` of the link to be made of key-value, each key once, "
                f"but got {part!r}."
            )
        pairs[key] = value
    return pairs


def _parsed(text: str, kind: type, name: str) -> Value:
    if kind is bool:
        choose(text, ("yes", "no"), f"`{name}` of the link")
        return text == "yes"
    if kind is int:
        return _int(text, name)
    return _float(text, name) if kind is float else text


def _int(text: str, name: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise ConfigError(f"Expected `{name}` of the link to be a whole number, but got {text!r}.")
    return int(text)


def _float(text: str, name: str) -> float:
    """A plain decimal number; words such as ``nan`` are refused, ranges are checked later."""
    try:
        if re.fullmatch(r"[-+0-9.e]{1,32}", text):
            return float(text)
    except ValueError:
        pass
    raise ConfigError(f"Expected `{name}` of the link to be a number, but got {text!r}.")
