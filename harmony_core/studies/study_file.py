"""A study's YAML file: strict, every name checked before anything trains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..analysis.seeds import METRICS
from ..analysis.summary import TITLES
from ..config import RECIPES, ExperimentConfig, MethodConfig, RecordConfig, quick_recipe
from ..data import DATASETS
from ..errors import ConfigError
from ..experiments.complete import complete
from ..experiments.method_text import method_labels, parse_method
from ..parameters import check_number, choose, show
from .plan import Setting, Study
from .sources import source_parameter

KEYS = ("title", "baseline", "figure", "seeds", "record", "device", "methods", "settings", "get")
SETTING_KEYS = (
    "name", "data", "params", "source", "factors", "profile", "label_noise", "epochs", "model",
    "model_params", "recipe", "optim", "methods", "seeds", "together",
)  # fmt: skip
FIGURES = tuple(dict.fromkeys([*METRICS, "hard_part", *TITLES]))
"""Figures by which methods can be compared."""
TRACKED, BINS = 10, 10
"""What a run of a study records of single samples: little, so that its folder stays small."""
MOST_SEEDS = 1000


def read_study(path: Path) -> Study:
    """The study in a file; `ConfigError` if it cannot be read or anything in it is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Expected a study, but {path} cannot be read: "
            f"{getattr(error, 'strerror', None) or error}. "
            "`study --list` shows the studies that come with Harmony."
        ) from error
    return parse_study(text, path.stem)


def parse_study(text: str, name: str = "study") -> Study:
    """The study that YAML text describes; anything wrong with it raises `ConfigError`."""
    import yaml  # type: ignore[import-untyped]

    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = " ".join(str(error).split())[:300]
        raise ConfigError(f"Expected the study to be valid YAML, but got: {words}.") from error
    values = _mapping(values, KEYS, "study")
    figure = values.get("figure", "balanced_accuracy")
    choose(figure, FIGURES, "`figure` of the study")
    methods = _labelled([_method(line, "study") for line in _list(values, "methods", "study")])
    seeds = _seeds(values.get("seeds", {}), "study")
    base = _base(values)
    settings: list[Setting] = []
    for position, given in enumerate(_list(values, "settings", "study"), start=1):
        settings += _settings(given, position, base, methods, seeds)
    _check_titles(settings)
    everything = tuple(
        {m.label: m for s in (methods, *(s.methods for s in settings)) for m in s}.values()
    )
    return Study(
        title=_text(values.get("title", name), "title", "study"),
        baseline=_baseline(values.get("baseline"), everything),
        figure=figure,
        methods=everything,
        settings=tuple(settings),
        get=" ".join(_text(values.get("get", ""), "get", "study").split()),
    )


def _base(values: Mapping[str, Any]) -> ExperimentConfig:
    """The part of every config that the study sets for all settings."""
    record = _mapping(values.get("record", {}), ("grid", "tracked"), "`record` of the study")
    grid = RecordConfig(**{"grid": 80, "tracked": TRACKED, "bins": BINS, **record})
    return ExperimentConfig(device=values.get("device", "auto"), record=grid)


def _settings(
    given: object,
    position: int,
    base: ExperimentConfig,
    methods: tuple[MethodConfig, ...],
    seeds: tuple[int, ...],
) -> list[Setting]:
    """The settings of one entry, one for each of its factors."""
    where = f"setting {position}"
    values = _mapping(given, SETTING_KEYS, where)
    data = values.get("data")
    choose(data, DATASETS, f"`data` of {where}")
    spec = DATASETS[str(data)]
    name = _text(values.get("name", data), "name", where)
    where = f"setting {name!r}"
    profile = values.get("profile", "as_is" if spec.profiles[0] == "as_is" else "exponential")
    factors = values.get("factors", [50])
    if not isinstance(factors, list) or not factors:
        raise ConfigError(f"Expected `factors` of {where} to be a list, but got {show(factors)}.")
    if profile == "as_is" and "factors" in values:
        raise ConfigError(
            f"Expected {where} without `factors`, as its profile `as_is` keeps the counts of the "
            "data. Name another profile to cut them to a factor."
        )
    if profile == "as_is":
        factors = [1]
    source = _text(values.get("source", ""), "source", where)
    if source and source_parameter(str(data)) is None:
        raise ConfigError(f"Expected {where} without `source`, as data `{data}` is not in a file.")
    own = methods
    if "methods" in values:
        own = _merged(methods, [_method(line, where) for line in _list(values, "methods", where)])
    recipe = values.get("recipe", "quick")
    choose(recipe, RECIPES, f"`recipe` of {where}")
    together = values.get("together", True)
    if not isinstance(together, bool):
        raise ConfigError(
            f"Expected `together` of {where} to be true or false, but got {show(together)}."
        )
    found = []
    for factor in factors:
        document = base.to_dict()
        document["data"] = {
            "name": data, "params": values.get("params", {}), "imbalance_factor": factor,
            "profile": profile, "label_noise": values.get("label_noise", 0.0),
        }  # fmt: skip
        document["model"] = {
            "name": values.get("model", "auto"), "params": values.get("model_params", {})
        }  # fmt: skip
        changes = _mapping(values.get("optim", {}), None, f"`optim` of {where}")
        document["optim"] = {**_recipe_document(str(recipe)), **changes}
        document["epochs"] = values.get("epochs", base.epochs)
        document["record"] |= {"every": document["epochs"], "embedding": False}
        try:
            config = complete(replace(ExperimentConfig.from_dict(document), methods=own[:1]))
            for method in own[1:]:
                complete(replace(config, methods=(method,)))
        except ConfigError as error:
            raise ConfigError(f"{where[0].upper()}{where[1:]}: {error}") from error
        own_seeds = _seeds(values["seeds"], where) if "seeds" in values else seeds
        found.append(Setting(name, config, own, own_seeds, source, together))
    return found


def _recipe_document(recipe: str) -> dict[str, Any]:
    optim = RECIPES[recipe]() if recipe in RECIPES else quick_recipe()
    document: dict[str, Any] = ExperimentConfig(optim=optim).to_dict()["optim"]
    return document


def _method(line: object, where: str) -> MethodConfig:
    if not isinstance(line, str):
        raise ConfigError(
            f"Expected a method of {where} as text such as harmonized[alpha=0.5], "
            f"but got {show(line)}. Put it in quotes."
        )
    return parse_method(line)


def _labelled(methods: Sequence[MethodConfig]) -> tuple[MethodConfig, ...]:
    """The methods with the labels under which results show them; two of one label are refused."""
    repeated = [n for n, count in Counter(m.label for m in methods).items() if n and count > 1]
    if repeated:
        raise ConfigError(
            f"Expected methods with different labels, but got {repeated[0]!r} twice. "
            "End a method with ~ and a label of its own."
        )
    labels = method_labels(methods)
    return tuple(replace(m, label=text) for m, text in zip(methods, labels, strict=True))


def _merged(
    methods: tuple[MethodConfig, ...], own: Sequence[MethodConfig]
) -> tuple[MethodConfig, ...]:
    """The study's methods with those of a setting, which take the place of one so labelled."""
    extra = {method.label: method for method in _labelled(own)}
    kept = tuple(extra.pop(method.label, method) for method in methods)
    return kept + tuple(extra.values())


def _all_methods(
    methods: tuple[MethodConfig, ...], settings: Sequence[Setting]
) -> tuple[MethodConfig, ...]:
    """The study's methods, then those that only some settings have; one for each label."""
    found: dict[str, MethodConfig] = {}
    for group in (methods, *(setting.methods for setting in settings)):
        for method in group:
            found.setdefault(method.label, method)
    return tuple(found.values())


def _baseline(given: object, methods: tuple[MethodConfig, ...]) -> str:
    """The label of the baseline, which the file names by its label or its line."""
    labels = [method.label for method in methods]
    if given is None:
        return labels[0]
    if given in labels:
        return str(given)
    try:
        wanted = replace(_method(given, "the study"), label="")
    except ConfigError:
        wanted = None
    for method in methods:
        if wanted is not None and _plain(method) == _plain(wanted):
            return method.label
    raise ConfigError(
        f"Expected `baseline` to be a method of the study ({', '.join(labels)}), "
        f"but got {show(given)}."
    )


def _plain(method: MethodConfig) -> MethodConfig:
    """The method with all its parameters and without its label."""
    return replace(complete(ExperimentConfig(methods=(method,))).methods[0], label="")


def _check_titles(settings: Sequence[Setting]) -> None:
    for title, count in Counter(setting.title for setting in settings).items():
        if count > 1:
            raise ConfigError(
                f"Expected every setting to differ in name or factor, but got {title!r} "
                f"{count} times. Give each a `name`."
            )


def _seeds(given: object, where: str) -> tuple[int, ...]:
    values = _mapping(given, ("first", "count"), f"`seeds` of {where}")
    first = check_number(values.get("first", 0), f"`first` of {where}", 0, 2**31 - 1, whole=True)
    label = f"`count` of {where}"
    count = check_number(values.get("count", 5), label, 1, MOST_SEEDS, whole=True)
    return tuple(range(int(first), int(first) + int(count)))


def _mapping(given: object, known: Sequence[str] | None, where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ConfigError(f"Expected {where} to be a mapping of names, but got {show(given)}.")
    for key in given:
        if known is not None:
            choose(key, known, f"a key of {where}")
    return {str(key): value for key, value in given.items()}


def _list(values: Mapping[str, Any], key: str, where: str) -> list[Any]:
    given = values.get(key)
    if not isinstance(given, list) or not given:
        raise ConfigError(
            f"Expected `{key}` of {where} to be a list with at least one entry, "
            f"but got {show(given)}."
        )
    return given


def _text(given: object, key: str, where: str) -> str:
    if not isinstance(given, str):
        raise ConfigError(f"Expected `{key}` of {where} to be text, but got {show(given)}.")
    return given
