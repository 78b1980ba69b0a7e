"""Links that nobody wrote in good faith: by hand, and made from the grammar with a fixed seed."""

from __future__ import annotations

import random

from harmony_core.config import RECIPES
from harmony_core.data.registry import DATASETS
from harmony_core.experiments.link import KEYS, LONGEST
from harmony_core.losses.registry import LOSSES
from harmony_core.models.registry import MODELS
from harmony_core.parameters import Parameter

Query = dict[str, str | list[str]]
NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "1e308",
    "1e309",
    "-1e309",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "1_000",
    "٣",
    "１",
    "1.",
    ".5",
    "1e-320",
    "+1",
    " 1",
    "1 ",
    "",
    "9" * 400,
    "1e99999",
    "00000000001",
    "2147483648",
    "9223372036854775808",
    "1/0",
    "0b1",
    "1,5",
    "None",
    "True",
    "yes",
    "no",
    "½",
    "²",
)
TEXTS = (
    "../../etc/passwd",
    "/dev/zero",
    "upload:" + "f" * 64,
    "upload:../x",
    "file:///x",
    "\x00",
    "\ud800",
    "\u202e",
    "<script>alert(1)</script>",
    "![x](http://away.test)",
    "%00",
    "%s%n",
    "{}",
    "{0.__class__}",
    "$(id)",
    "`id`",
    "'; drop table x;--",
    "a" * 5_000,
    "~",
    "~~",
    "-",
    "~-",
    "a~b",
    "=",
    "\n",
    "\t",
    "__class__",
    "label",
    "params",
    "__init__",
    "posthoc",
    "constructor",
    "İ",
    "ß" * 60,
    "\ufeff",
    "é",
    "e\u0301",
)
SETTINGS = ("lr", "batch_size", "data", "init", "order", "repeats", "vary", "every", "grid")
AROUND = ("sampler", "deferral", "label", "mix", "sam", "posthoc", "weight_decay")
BY_HAND: list[Query] = [
    {"m": ["ce"] * 5_000},
    {"m": ["ce~" + "~".join(f"a{i}-1" for i in range(900))]},
    {"m": ["harmonized" + "~alpha-1" * 1_000]},
    {"m": ["ce~label-" + "-" * 59, "ce~label-" + "x" * 60]},
    {"m": "harmonized~label"},
    {"m": "~" * 11_000},
    {"m": "-" * 11_000},
    {"m": "ce~" + "-" * 11_000},
    {"m": "ce~" + "a" * 11_000},
    {"m": "a" * LONGEST},
    {"data": "painted~points-" + "A" * 11_000},
    {"data": "painted~points-" + "A" * 10_999 + "!"},
    {"data": "painted~points-" + "-_" * 5_000},
    {"data": "table~source-upload:" + "0" * 64},
    {"data": "images~source-/etc/shadow"},
    {"data": "table~source-" + "upload:" * 1_000},
    {"data": "moons", "seeds": "vary-" + "_".join(["data"] * 2_000)},
    {"data": "moons", "seeds": "repeats-64~vary-data_init_order"},
    {"data": "moons", "record": "every-0"},
    {"data": "moons", "record": "landmarks-1e9"},
    {"data": "moons", "optim": "quick~decay_at-" + "_".join(["0.5"] * 2_000)},
    {"data": "moons", "optim": "quick~lr-1e-400"},
    {"v": "4" * 4_000},
    {"v": ["4", "4"]},
    {"v": "-1"},
    {"v": "٤"},
    {"": ""},
    {"v": []},
    {"data": []},
    {"m": []},
    {"__class__": "x"},
    {"run": "../../.."},
    dict.fromkeys(KEYS, "~"),
    dict.fromkeys(KEYS, ""),
    dict.fromkeys(KEYS, "�"),
    {f"k{i}": "x" for i in range(3_000)},
]


def generated(count: int, seed: int) -> list[Query]:
    """``count`` links, each with a few values bent, doubled, cut or of the wrong kind."""
    draw = random.Random(seed)
    return [_one(draw) for _ in range(count)]


def _one(draw: random.Random) -> Query:
    query: Query = {"v": draw.choice(["1", "2", "3", "4", "4", "4"])}
    data = draw.choice(sorted(DATASETS))
    query["data"] = _section(draw, data, DATASETS[data].parameters)
    query["m"] = [_method(draw) for _ in range(draw.choice([1, 1, 1, 1, 2, 3, 16, 17]))]
    good = {
        "factor": "100000",
        "noise": "0.9",
        "epochs": "500",
        "profile": "exponential",
        "device": "cpu",
    }
    for key in draw.sample(sorted(good), draw.randint(0, 3)):
        query[key] = good[key] if draw.random() < 0.8 else draw.choice(NUMBERS + TEXTS)
    if draw.random() < 0.3:
        model = draw.choice([*sorted(MODELS), "auto"])
        query["model"] = _section(draw, model, MODELS[model].parameters if model in MODELS else ())
    for key, name in (("optim", draw.choice(sorted(RECIPES))), ("seeds", ""), ("record", "")):
        if draw.random() < 0.3:
            setting = draw.choice(
                ["lr", "batch_size", "data", "init", "order", "repeats", "vary", "every", "grid"]
            )
            pair = f"{setting}-{draw.choice([*NUMBERS, *'12345' * 5])}"
            query[key] = f"{name}~{pair}" if name else pair
    if draw.random() < 0.1:
        query[draw.choice(["run", "epoch", "M", "data ", "v\x00"])] = draw.choice(TEXTS)
    return query


def _section(draw: random.Random, name: str, parameters: tuple[Parameter, ...]) -> str:
    """A name with settings: declared ones with the ends of their ranges, and others."""
    pairs = []
    for parameter in draw.sample(parameters, min(len(parameters), draw.randint(0, 3))):
        ends = [f"{end:g}" for end in (parameter.low, parameter.high) if end is not None]
        good = [
            *ends,
            *parameter.choices,
            *(["yes", "no"] if parameter.default in (True, False) else []),
        ]
        value = draw.choice(good if good and draw.random() < 0.9 else [*NUMBERS, *TEXTS])
        pairs.append(f"{parameter.name}-{value}")
    if draw.random() < 0.05:
        pairs.append(draw.choice(TEXTS))
    text = "~".join([name, *pairs])
    if draw.random() < 0.05:
        at = draw.randrange(len(text) + 1)
        text = text[:at] + draw.choice(TEXTS)[:20] + text[at + draw.randint(0, 3) :]
    return text


def _method(draw: random.Random) -> str:
    loss = draw.choice(sorted(LOSSES))
    text = _section(draw, loss, LOSSES[loss].parameters)
    for key in draw.sample(
        ["sampler", "deferral", "label", "mix", "sam", "posthoc", "weight_decay"], 1
    ):
        if draw.random() < 0.1:
            text += f"~{key}-{draw.choice(TEXTS + NUMBERS)}"
    return text
