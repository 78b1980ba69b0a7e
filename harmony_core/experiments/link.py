"""An experiment as the query of a link: short, readable, strict, and safe to open.

    ?v=4&data=moons~spread-1.2&factor=100&m=ce&m=harmonized~alpha-0.5~deferral-drw&epochs=60

Every section is ``name~key-value~key-value`` (`sections`), of characters that need no escape in a
URL. What equals its default is left out, except the name of the data set, which is always there.
``v`` is the format of the config: what a link of an earlier format leaves out means what it meant
there, and a link without ``v`` is of format 1. Values that are free text may only name an upload,
``upload:`` and 64 hexadecimal digits: a link never makes a server read one of its own files. Text
of a declared pattern is data, as painted points are.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from ..config import (
    RECIPES,
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
    Seeds,
)
from ..config_format import (
    DATA_1,
    DATA_DEFAULTS_2,
    FORMAT,
    LOSS_DEFAULTS_1,
    METHODS_1,
    RECORD_DEFAULTS_3,
)
from ..data.registry import DATASETS
from ..errors import ConfigError
from ..losses.registry import LOSSES
from ..models.registry import MODELS
from ..parameters import Parameter, Value, choose, show
from .complete import check_trainable, without_usual_record
from .method_text import read_method, write_method
from .sections import LINK

Query = dict[str, str | list[str]]

KEYS = (
    "v", "data", "factor", "profile", "noise", "m", "model",
    "epochs", "optim", "seeds", "device", "record",
)  # fmt: skip
LONGEST = 12_000
UPLOAD = re.compile(r"upload:[0-9a-f]{64}")
_LABEL = re.compile(r"[^~\x00-\x1f]{0,60}")


def to_query(config: ExperimentConfig) -> Query:
    """The query of ``config``; free text that is not an upload raises `ConfigError`."""
    check_trainable(config)
    plain = DataConfig()
    config = without_usual_record(config)
    data = config.data
    query: Query = {"v": str(FORMAT)}
    query["data"] = _section(data.name, _changed(data.params, _declared_data(data.name)))
    for key, value, default in (
        ("factor", data.imbalance_factor, plain.imbalance_factor),
        ("profile", data.profile, plain.profile),
        ("noise", data.label_noise, plain.label_noise),
        ("epochs", config.epochs, ExperimentConfig().epochs),
        ("device", config.device, ExperimentConfig().device),
    ):
        if value != default:
            query[key] = LINK.write_value(value)
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
        if differences := _differences(part, base):
            query[key] = LINK.write_settings(differences)
    return query


def from_query(query: Mapping[str, str | Sequence[str]]) -> ExperimentConfig:
    """The config that a query describes; raises `ConfigError` if it is malformed or unsafe."""
    texts = _texts(query)
    one = {key: values[0] for key, values in texts.items()}
    number = one.get("v", "1")
    choose(number, [str(n) for n in range(1, FORMAT + 1)], "format `v` of the link")
    usual = DATA_1["name"] if number == "1" else DataConfig().name
    data_name, data_pairs = _read(one.get("data", usual), "data")
    choose(data_name, DATASETS, "data set of the link")
    params = _params(data_pairs, DATASETS[data_name].parameters, f"data set `{data_name}`")
    if int(number) < 3:
        params = {**DATA_DEFAULTS_2.get(data_name, {}), **params}
    data = DataConfig(
        name=data_name,
        params=params,
        imbalance_factor=LINK.read_value(one.get("factor", "50"), float, "factor"),
        profile=one.get("profile", DataConfig().profile),
        label_noise=LINK.read_value(one.get("noise", "0"), float, "noise"),
    )
    built: dict[str, Any] = {"data": data}
    if "m" in texts:
        built["methods"] = tuple(_method(text) for text in texts["m"])
    if number == "1":
        methods = built.get("methods") or tuple(map(MethodConfig, METHODS_1))
        built["methods"] = tuple(_of_format_1(method) for method in methods)
    if "model" in one:
        name, pairs = _read(one["model"], "model")
        choose(name, ("auto", *MODELS), "model of the link")
        declared = MODELS[name].parameters if name in MODELS else ()
        built["model"] = ModelConfig(name, _params(pairs, declared, f"model `{name}`"))
    if "epochs" in one:
        built["epochs"] = LINK.read_value(one["epochs"], int, "epochs")
    if "device" in one:
        built["device"] = one["device"]
    if "optim" in one:
        name, pairs = _read(one["optim"], "optim")
        choose(name, RECIPES, "recipe of the link")
        built["optim"] = _replaced(RECIPES[name](), pairs, "optim")
    if "seeds" in one:
        built["seeds"] = _replaced(Seeds(), _pairs(one["seeds"], "seeds"), "seeds")
    usual_record = RecordConfig(**RECORD_DEFAULTS_3) if int(number) < 4 else RecordConfig()
    recorded = _pairs(one["record"], "record") if "record" in one else {}
    built["record"] = _replaced(usual_record, recorded, "record")
    return ExperimentConfig(**built)


def _texts(query: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """The query with every value a list; unknown and repeated keys and huge links are refused."""
    texts = {k: [v] if isinstance(v, str) else [str(x) for x in v] for k, v in query.items()}
    length = sum(len(k) + len(v) for k, values in texts.items() for v in values)
    if length > LONGEST:
        raise ConfigError(f"Expected a link of at most {LONGEST} characters, but got {length}.")
    for key, values in texts.items():
        choose(key, KEYS, "key of the link")
        if len(values) != 1 and (key != "m" or not values):
            raise ConfigError(f"Expected `{key}` once in the link, but got it {len(values)} times.")
    return texts


def _method_text(method: MethodConfig) -> str:
    choose(method.loss, LOSSES, "loss")
    _check_label(method)
    return write_method(method, _changed(method.params, LOSSES[method.loss].parameters), LINK)


def _method(text: str) -> MethodConfig:
    method = read_method(text, LINK)
    _check_label(method)
    return method


def _of_format_1(method: MethodConfig) -> MethodConfig:
    """The method of a link of format 1, in the present one."""
    params = {**LOSS_DEFAULTS_1.get(method.loss, {}), **method.params}
    return dataclasses.replace(method, params=params)


def _check_label(method: MethodConfig) -> None:
    if not _LABEL.fullmatch(method.label):
        raise ConfigError(
            f"Expected a label of at most 60 characters without ~, but got {show(method.label)}."
        )


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
            raise ConfigError(f"Expected a parameter ({', '.join(known)}), but got {show(name)}.")
        if known[name].check(value) != known[name].default:
            _refuse_paths(known[name], value)
            changed[name] = value
    return changed


def _refuse_paths(parameter: Parameter, value: Value) -> None:
    free = isinstance(parameter.default, str) and not (parameter.choices or parameter.pattern)
    if free and not UPLOAD.fullmatch(str(value)):
        raise ConfigError(
            f"Expected `{parameter.name}` in a link to be an upload, but got {show(value)}. "
            "A link cannot name files of the computer; upload the data in the app instead."
        )


def _params(
    pairs: Mapping[str, str], declared: tuple[Parameter, ...], owner: str
) -> dict[str, Value]:
    values = LINK.read_params(pairs, declared, owner)
    for parameter in declared:
        if values.get(parameter.name, parameter.default) != parameter.default:
            _refuse_paths(parameter, values[parameter.name])
    return values


def _differences(part: Any, base: Any) -> dict[str, Any]:
    return {
        item.name: getattr(part, item.name)
        for item in dataclasses.fields(part)
        if getattr(part, item.name) != getattr(base, item.name)
    }


def _replaced(base: Any, pairs: Mapping[str, str], where: str) -> Any:
    kinds = typing.get_type_hints(type(base))
    values: dict[str, Any] = {}
    for name, text in pairs.items():
        choose(name, kinds, f"key of `{where}`")
        kind = next((k for k in typing.get_args(kinds[name]) if k is bool), kinds[name])
        values[name] = LINK.read_value(text, kind, name)
    return dataclasses.replace(base, **values)


def _section(name: str, values: Mapping[str, Any]) -> str:
    return LINK.write(name, {"settings": LINK.write_settings(values)})


def _read(text: str, where: str) -> tuple[str, dict[str, str]]:
    name, parts = LINK.read(text, f"`{where}` of the link")
    return name, _pairs(parts["settings"], where) if "settings" in parts else {}


def _pairs(text: str, where: str) -> dict[str, str]:
    return LINK.read_settings(text, f"`{where}` of the link")
