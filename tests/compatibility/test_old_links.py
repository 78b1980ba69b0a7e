"""Links, method texts and config files written by 0.1.0 keep their meaning."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from harmony_core.cli import main
from harmony_core.config import ExperimentConfig, MethodConfig
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.experiments.method_text import format_methods, method_labels, parse_methods
from harmony_core.lessons.classroom import place as steps
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.glossary.terms import find
from pages._embedding.link_text import chosen_text, read_chosen, read_settings, settings_text

from .old_files import OLD, config_today, read_json, typed_today

LINKS: dict[str, Any] = read_json("links.json")
CONFIGS = sorted(path.name for path in (OLD / "configs").glob("*.json"))


def each(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("old", LINKS[kind], ids=map(str, range(len(LINKS[kind]))))


@each("experiments")
def test_a_link_stands_for_the_same_experiment(old: dict[str, Any]) -> None:
    """Every data set, loss, parameter, preset and section; what is written now is read back."""
    config = complete(from_query(old["query"]))
    assert config.to_dict() == config_today(old["config"])
    assert complete(from_query(to_query(config))) == config


@each("methods")
def test_a_method_text_stands_for_the_same_methods(old: dict[str, Any]) -> None:
    """And results are shown under the same names, but for α = 0.5, which is now the default."""
    read = parse_methods(old["text"])
    wanted = [typed_today(method, old["text"]) for method in old["methods"]]
    assert filled(read) == wanted
    assert list(method_labels(read)) == [label.replace(" α=0.5", "") for label in old["labels"]]
    assert filled(parse_methods(format_methods(read))) == wanted


def filled(methods: tuple[MethodConfig, ...]) -> list[dict[str, Any]]:
    """The methods with every default written out."""
    found: list[dict[str, Any]] = complete(replace(ExperimentConfig(), methods=methods)).to_dict()[
        "methods"
    ]
    return found


@each("maps")
def test_the_settings_of_a_map_are_the_same(old: dict[str, Any]) -> None:
    settings = read_settings(old["text"])
    assert settings.to_dict() == old["settings"]
    assert read_settings(settings_text(settings)) == settings


@each("chosen")
def test_the_same_samples_are_chosen(old: dict[str, Any]) -> None:
    assert read_chosen(old["text"], old["landmarks"]) == old["chosen"]
    text = chosen_text(old["chosen"], old["landmarks"])
    assert read_chosen(text, old["landmarks"]) == old["chosen"]


@pytest.mark.parametrize("old", LINKS["course"]["places"], ids=lambda old: old["address"])
def test_a_link_to_the_course_leads_to_the_same_place(old: dict[str, Any]) -> None:
    """Step, what is done, seed, data, what a teacher hides, class and seat."""
    place = steps.from_query(old["query"], LINKS["course"]["steps"])
    assert place.step == old["step"]
    assert sorted(place.done) == old["done"]
    kept = {key: text for key, text in old["query"].items() if key != "seat"}  # is in a cookie now
    assert place.query() == kept


def test_the_steps_of_the_course_keep_their_numbers() -> None:
    """Links and the browser's storage name steps by number: new ones come at the end."""
    names = [lesson.name for lesson in sorted(lessons(), key=lambda lesson: lesson.number)]
    assert names[: LINKS["course"]["steps"]] == LINKS["course"]["lessons"]


def test_the_glossary_still_has_the_terms_that_links_name() -> None:
    assert [term for term in LINKS["glossary"] if find(term) is None] == []


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_file_means_the_same(name: str) -> None:
    """Complete files, and files with parts left out, whose defaults have not changed."""
    config = complete(ExperimentConfig.from_json((OLD / "configs" / name).read_text("utf-8")))
    assert config.to_dict() == config_today(read_json(f"configs/whole/{name}"))
    assert ExperimentConfig.from_json(config.to_json()) == config


def test_a_config_file_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(OLD / "configs" / "full.json")
    assert main(["run", file, "--epochs", "1", "--repeats", "1", "--quiet", "--json"]) == 0
    config = json.loads(capsys.readouterr().out)["config"]
    whole = config_today(read_json("configs/whole/full.json"))
    assert config == {**whole, "epochs": 1, "seeds": {**whole["seeds"], "repeats": 1}}
