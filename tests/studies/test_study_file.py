"""A study's file: what it means, and that everything wrong with it is one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmony_core.config import reference_recipe
from harmony_core.errors import ConfigError
from harmony_core.studies.shipped_studies import shipped_studies
from harmony_core.studies.study_file import parse_study, read_study

from .small import small_study, study_text


def test_a_setting_for_each_factor_with_methods_and_seeds_of_the_study() -> None:
    study = small_study(settings="- {data: spirals, factors: [10, 50]}", count=3)
    assert [s.title for s in study.settings] == ["Spirals, factor 10", "Spirals, factor 50"]
    assert [s.config.data.imbalance_factor for s in study.settings] == [10, 50]
    assert study.settings[0].seeds == (3, 4, 5)
    assert study.labels == ("Cross-entropy", "Balanced softmax")
    assert study.baseline == "Cross-entropy"


def test_runs_record_the_first_and_the_last_epoch_and_little_of_each() -> None:
    record = small_study().settings[0].config.record
    assert (record.every, record.grid) == (2, 16)
    assert record.tracked <= 20


def test_a_method_of_a_setting_replaces_the_one_with_its_label_and_else_is_added() -> None:
    study = small_study(
        methods='ce, "harmonized[alpha=0.2]~H"',
        settings='- {data: spirals, methods: ["harmonized[alpha=0.7]~H", focal]}',
    )
    own = {method.label: method for method in study.settings[0].methods}
    assert list(own)[:2] == ["Cross-entropy", "H"]
    assert len(own) == 3
    assert own["H"].params["alpha"] == 0.7
    assert len(study.labels) == 3


def test_the_baseline_is_named_by_its_line_or_its_label() -> None:
    methods = 'ce, "harmonized[alpha=0.5,kappa=1.0]~H"'
    by_label = small_study(methods=methods, more="baseline: H")
    by_line = small_study(methods=methods, more='baseline: "harmonized[alpha=0.5]"')
    assert by_label.baseline == by_line.baseline == "H"


def test_recipe_optimiser_model_and_seeds_of_a_setting() -> None:
    study = small_study(
        settings="- {data: digits, recipe: reference, optim: {lr: 0.02}, model: resnet32, "
        "seeds: {first: 7, count: 1}, together: false}"
    )
    (setting,) = study.settings
    assert setting.config.optim.lr == 0.02
    assert setting.config.optim.schedule == reference_recipe().schedule
    assert setting.config.model.name == "resnet32"
    assert setting.seeds == (7,)
    assert not setting.together


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "mapping"),
        ("a: [", "valid YAML"),
        (study_text(more="colour: red"), "key of study.*colour"),
        (study_text(methods="ce, hurmonized"), "loss.*hurmonized"),
        (study_text(methods="ce, {a: 1}"), "as text"),
        (study_text(methods="ce~A, focal~A"), "different labels.*'A'"),
        (study_text(more="baseline: focal"), "`baseline`.*focal"),
        (study_text(more="figure: speed"), "`figure`.*speed"),
        (study_text(count=0), "`count`"),
        (study_text(settings="- {data: spiral}"), "`data`.*spirals.*'spiral'"),
        (study_text(settings="- {data: spirals, epoch: 3}"), "key of setting 1.*'epoch'"),
        (study_text(settings="- {data: spirals, params: {size: 3}}"), "'spirals'.*size"),
        (study_text(settings="- {data: spirals, epochs: many}"), "epochs.*'many'"),
        (study_text(settings="- {data: spirals, optim: {rate: 3}}"), "optim.*rate"),
        (study_text(settings="- {data: spirals, recipe: fast}"), "`recipe`.*fast"),
        (study_text(settings="- {data: spirals, model: resnet32}"), "points"),
        (study_text(settings="- {data: spirals, factors: 50}"), "`factors`"),
        (study_text(settings="- {data: spirals, together: 1}"), "`together`"),
        (study_text(settings="- {data: spirals, source: a}"), "not in a file"),
        (study_text(settings="- {data: spirals, factors: [5, 5]}"), "factor 5' 2 times"),
        (study_text(settings="- {data: table, profile: as_is, factors: [5]}"), "without `factors`"),
        (study_text(settings="[]"), "settings"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_study(text)


def test_a_missing_file_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read.*--list"):
        read_study(tmp_path / "none.yaml")


def test_the_shipped_studies_are_valid_and_have_their_baseline_everywhere() -> None:
    found = {name: read_study(path) for name, path in shipped_studies().items()}
    assert set(found) >= {"quick", "tables", "cifar-cpu", "cifar-gpu"}
    for study in found.values():
        for setting in study.settings:
            assert study.baseline in {method.label for method in setting.methods}
    assert len(found["quick"].settings) == 12
    assert not found["cifar-cpu"].settings[0].together
