"""Methods as text: what is written is read back, what cannot be meant is refused, labels differ."""

from __future__ import annotations

import json
import string
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.config import DEFERRALS, SAMPLERS, MethodConfig
from harmony_core.errors import ConfigError
from harmony_core.experiments.method_text import (
    format_method,
    format_methods,
    method_label,
    method_labels,
    parse_method,
    parse_methods,
    parse_pairs,
)
from harmony_core.losses import LOSSES
from harmony_core.parameters import Parameter, Value, resolve
from tests.compatibility.old_files import LATER

OLD = json.loads(Path(__file__).with_name("written_by_0_1_0.json").read_text("utf-8"))


LITERAL: dict[str, Value] = {
    "alpha": 1.0,
    "anneal": 0.0,
    "difficulty": "margin",
    "anchor": "class",
    "envelope": False,
    "smoothing": 0.0,
    "inter": "weight",
}


def filled(method: MethodConfig) -> MethodConfig:
    """With every default written out, so that equal meaning is equality."""
    return replace(
        method, params=resolve(method.params, LOSSES[method.loss].parameters, method.loss)
    )


def values_of(parameter: Parameter) -> st.SearchStrategy[Value]:
    low, high = parameter.low, parameter.high
    if isinstance(parameter.default, bool):
        return st.booleans()
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if isinstance(parameter.default, int):
        return st.integers(int(low or 0), int(high or 100))
    return st.floats(low, high)


@st.composite
def methods(draw: st.DrawFn) -> MethodConfig:
    spec = LOSSES[draw(st.sampled_from(sorted(LOSSES)))]
    chosen = (
        draw(st.lists(st.sampled_from(spec.parameters), unique=True)) if spec.parameters else []
    )
    params: dict[str, Value] = {}
    if spec.presets and draw(st.booleans()):
        params.update(spec.presets[draw(st.sampled_from(sorted(spec.presets)))])
    params.update({p.name: draw(values_of(p)) for p in chosen})
    label = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
    return MethodConfig(
        spec.name, params, draw(st.sampled_from(SAMPLERS)), draw(st.sampled_from(DEFERRALS)), label
    )


@given(st.lists(methods(), min_size=1, max_size=4))
def test_what_is_written_is_read_back(chosen: list[MethodConfig]) -> None:
    read = parse_methods(format_methods(chosen))
    assert [filled(method) for method in read] == [filled(method) for method in chosen]


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("ce", MethodConfig("ce")),
        (" ldam:drw ", MethodConfig("ldam", deferral="drw")),
        ("ce+class_balanced", MethodConfig("ce", sampler="class_balanced")),
        ("harmonized[alpha=0.5, kappa=2]", MethodConfig("harmonized", {"alpha": 0.5, "kappa": 2})),
        (
            "harmonized@literal",
            MethodConfig(
                "harmonized",
                {**LITERAL},
            ),
        ),
        (
            "harmonized@literal[alpha=.5]+square_root~My_run",
            MethodConfig(
                "harmonized",
                {**LITERAL, "alpha": 0.5},
                "square_root",
                label="My run",
            ),
        ),
    ],
)
def test_the_grammar(text: str, method: MethodConfig) -> None:
    assert parse_method(text) == method


@pytest.mark.parametrize(("line", "methods"), OLD["methods"])
def test_a_line_of_0_1_0_means_what_it_meant(line: str, methods: list[dict[str, Any]]) -> None:
    """The settings that it names; the literal form now also says that nothing is annealed."""
    read = [asdict(method) for method in parse_methods(line)]
    for method in read:
        for later in ("anneal", "difficulty", "anchor"):
            method["params"].pop(later, None)
    assert read == [{**LATER, **method} for method in methods]
    assert format_methods(parse_methods(line)) == line


def test_the_text_is_the_shortest() -> None:
    chosen = "ce,ldam:drw,balanced_softmax,harmonized@literal,harmonized[alpha=0.7,kappa=2.0]"
    assert format_methods(parse_methods(chosen)) == chosen
    full = filled(parse_method("harmonized@literal[kappa=2]"))
    assert format_method(full) == "harmonized@literal[kappa=2.0]"
    assert format_method(filled(MethodConfig("harmonized"))) == "harmonized"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "one of ce, .*harmonized.*, but got 'nonsense'"),
        ("", "separated by commas"),
        ("ce,,ldam", "separated by commas"),
        ("ce,", "separated by commas"),
        ("harmonized@mild", "one of constant, literal, .*, but got 'mild'"),
        ("ce@literal", "preset of loss `ce`"),
        ("harmonized[alfa=1]", r"alpha.*, but got 'alfa'"),
        ("harmonized[alpha=x]", "`alpha` to be a finite number"),
        ("harmonized[alpha=nan]", "`alpha` to be a finite number"),
        ("harmonized[alpha=1e999]", "`alpha` to be a finite number"),
        ("harmonized[alpha=-1]", "`alpha` to be from 0 to 2"),
        ("harmonized[alpha]", "name=value"),
        ("harmonized[alpha=1,alpha=2]", "each once"),
        ("harmonized[envelope=1]", "true or false"),
        ("harmonized[fixed_bins=2.5]", "whole number"),
        ("harmonized[inter=all]", "one of margin, weight, none"),
        ("ldam:later", "deferral to be one of none, drw, drs, but got 'later'"),
        ("ce+all", "sampler to be one of uniform, square_root, class_balanced, but got 'all'"),
        ("ce drw", "written as loss"),
        ("harmonized[alpha=1", "written as loss"),
        ("harmonized]alpha=1[", "written as loss"),
        ("../x", "written as loss"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_methods(text)


@given(st.text(string.printable, max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigError):
        assert parse_methods(text)


def test_pairs_have_types() -> None:
    pairs = parse_pairs("a=1,b=1.5,c=true,d=x y,e=%31", "it")
    assert pairs == {"a": 1, "b": 1.5, "c": True, "d": "x y", "e": "1"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ce", "Cross-entropy"),
        ("ldam:drw", "LDAM-DRW"),
        ("ce:drs", "Cross-entropy-DRS"),
        ("harmonized", "Harmonized"),
        ("harmonized[alpha=0.7]", "Harmonized α=0.7"),
        ("harmonized[alpha=0.5]", "Harmonized"),
        ("harmonized@constant", "Harmonized constant"),
        ("harmonized@constant[alpha=0.5]", "Harmonized constant α=0.5"),
        ("ce[mix=remix,posthoc=tau_norm]", "Cross-entropy + Remix + τ-norm"),
        ("ce[sam=imbsam,weight_decay=0.005]", "Cross-entropy + ImbSAM decay=0.005"),
        ("harmonized[envelope=false,fixed_bins=10]", "Harmonized no envelope fixed bins=10"),
        ("harmonized@literal", "Harmonized literal"),
        ("ce+class_balanced", "Cross-entropy + class-balanced sampling"),
        ("ce~My_name", "My name"),
    ],
)
def test_a_label_says_what_is_special(text: str, label: str) -> None:
    assert method_label(parse_method(text)) == label


def test_labels_differ() -> None:
    chosen = parse_methods("ce,ce,harmonized,harmonized[alpha=1],harmonized~Cross-entropy")
    labels = method_labels(chosen)
    assert len(set(labels)) == 5
    assert labels[2:4] == ("Harmonized", "Harmonized α=1")
