"""What tells one cell from another, and what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.config import ExperimentConfig, MethodConfig, Seeds
from harmony_core.errors import ConfigError
from harmony_core.experiments.complete import complete
from harmony_core.studies.cells import cell_keys, held_cells
from harmony_core.studies.sources import check_sources, find_sources

from .small import small_study

TABLE = "- {data: table, source: fish, epochs: 1, params: {label_column: 0}}"


def keys(config: ExperimentConfig) -> list[str]:
    return [cell.key for cell in held_cells(complete(config))]


def test_labels_and_what_is_recorded_of_single_samples_do_not_count() -> None:
    config = ExperimentConfig()
    labelled = replace(config, methods=tuple(replace(m, label="x") for m in config.methods))
    recorded = replace(labelled, record=replace(config.record, every=60, tracked=5))
    assert keys(recorded) == keys(config)


def test_all_that_changes_a_figure_counts() -> None:
    config = ExperimentConfig(methods=(MethodConfig("ce"),))
    changed = [
        replace(config, epochs=61),
        replace(config, device="cpu"),
        replace(config, seeds=Seeds(init=1)),
        replace(config, optim=replace(config.optim, lr=0.06)),
        replace(config, data=replace(config.data, label_noise=0.1)),
        replace(config, record=replace(config.record, grid=90)),
        replace(config, methods=(MethodConfig("ce", deferral="drw"),)),
        replace(config, methods=(MethodConfig("focal"),)),
    ]
    found = [key for other in [config, *changed] for key in keys(other)]
    assert len(set(found)) == len(found)


def test_a_run_of_several_repeats_holds_the_cells_of_each_seed() -> None:
    many = keys(ExperimentConfig(seeds=Seeds(4, 4, 4, repeats=2)))
    single = [keys(ExperimentConfig(seeds=Seeds(s, s, s))) for s in (4, 5)]
    assert many == [*single[0], *single[1]]


def test_of_a_file_only_the_name_counts() -> None:
    study = small_study(settings=TABLE, count=1)
    here, there = (cell_keys(study, {"fish": f"/{f}/fish.csv"}) for f in ("a", "b"))
    other = cell_keys(study, {"fish": "/a/fowl.csv"})
    assert [key for _, key in here] == [key for _, key in there]
    assert [key for _, key in here] != [key for _, key in other]


def test_more_methods_than_a_run_can_train() -> None:
    methods = ", ".join(f'"harmonized[alpha=0.{i}]"' for i in range(10, 28))
    assert len(cell_keys(small_study(methods=methods, count=1), {})) == 18


def test_sources_are_given_by_name_or_found_in_a_folder(tmp_path: Path) -> None:
    study = small_study(settings=TABLE)
    (tmp_path / "fish.csv").write_text("a")
    path = str(tmp_path / "fish.csv")
    assert find_sources(study, [f"fish={path}"], None, {}) == {"fish": path}
    assert find_sources(study, [], str(tmp_path), {}) == {"fish": path}
    assert find_sources(study, [], None, {"fish": path}) == {"fish": path}
    assert find_sources(study, [], None, {"fish": path + "x", "fowl": path}) == {}


@pytest.mark.parametrize(
    ("pairs", "folder", "message"),
    [
        (["fowl=x"], None, r"fish.*'fowl=x'"),
        (["fish"], None, "NAME=PATH"),
        (["fish=no-such-file"], None, "'no-such-file'"),
        ([], "no-such-folder", "--sources"),
    ],
)
def test_a_wrong_source_is_named(pairs: list[str], folder: str | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        find_sources(small_study(settings=TABLE), pairs, folder, {})


def test_a_lacking_file_is_one_message_that_says_how_to_get_it() -> None:
    study = small_study(settings=TABLE, more="get: Catch some fish.")
    with pytest.raises(ConfigError, match=r"file for fish.*Catch some fish\. Then add --sources"):
        check_sources(study.settings, {}, study.get)
    check_sources(study.settings, {"fish": "x"}, study.get)
