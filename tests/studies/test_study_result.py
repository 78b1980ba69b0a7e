"""A study read back from its folder: the same statistics, or one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.studies.cell_experiment import cell_experiment
from harmony_core.studies.cells import cell_keys, held_cells
from harmony_core.studies.document import result_document
from harmony_core.studies.framing import framing
from harmony_core.studies.shipped_studies import shipped_studies
from harmony_core.studies.statistics import statistics_of
from harmony_core.studies.study_file import parse_study, read_study
from harmony_core.studies.study_result import read_study_result, result_folders

from .made import TEXT, made_cells, made_study, write_made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_made(tmp_path / "made")
    return tmp_path / "made"


def test_the_statistics_are_those_of_the_cells(folder: Path) -> None:
    read = read_study_result(folder)
    study = made_study()
    expected = result_document(statistics_of(study, made_cells(study)))
    assert result_document(read.statistics()) == expected
    assert read.figures[0] == "balanced_accuracy"
    assert "hard_part" not in read.figures
    gain = {c.method: c.gain.mean for c in read.statistics("disagreement").pooled}
    assert gain == pytest.approx({c["method"]: c["gain"] for c in expected["pooled"]})
    assert result_folders(folder.parent) == {"made": folder}
    assert result_folders(folder.parent / "none") == {}


def test_the_typical_seed_is_nearest_to_the_mean_gain(folder: Path) -> None:
    read = read_study_result(folder)
    setting = read.study.settings[0]
    seeds, gains = read.gains(setting, "Harmonized", "balanced_accuracy")
    chosen = read.typical_seed(setting, "Harmonized", "balanced_accuracy")
    assert chosen is not None
    assert len(set(gains.round(6))) > 1
    distance = dict(zip(seeds.tolist(), abs(gains - gains.mean()), strict=True))
    assert distance[chosen] == pytest.approx(min(distance.values()))
    assert read.typical_seed(setting, "Harmonized", "hard_part") is None


DAMAGES: dict[str, tuple[str, Callable[[str], str], str]] = {
    "column": ("table.csv", lambda t: t.replace("state", "stat", 1), "begin with the columns"),
    "value": ("table.csv", lambda t: t.replace("0.9,", "1.9,", 1), "a number from 0 to 1"),
    "word": ("table.csv", lambda t: t.replace("0.9,", "much,", 1), "a number from 0 to 1"),
    "state": ("table.csv", lambda t: t.replace(",done,", ",won,", 1), "the state of a run"),
    "seed": ("table.csv", lambda t: t.replace(",500,", ",99,"), "belong to the study"),
    "twice": ("table.csv", lambda t: t + t.splitlines()[-1], "twice"),
    "short": ("table.csv", lambda t: t + "spirals,1", "values in line"),
    "quote": ("table.csv", lambda t: t + '"', "to be CSV"),
    "size": ("table.csv", lambda t: t + "x" * 2**23, "at most"),
    "yaml": ("study.yaml", lambda t: t + "  - {", "valid YAML"),
    "alias": (
        "study.yaml",
        lambda t: t.replace("[50]", "&f [50]").replace("[10, 50]", "*f"),
        "aliases",
    ),
    "settings": (
        "study.yaml",
        lambda t: t.replace("[10, 50]", str([i / 10 for i in range(10, 300)])),
        "at most 200 settings",
    ),
    "seeds": ("study.yaml", lambda t: t.replace("count: 4", "count: 999999"), "count"),
    "json": ("result.json", lambda t: t + "{", "to be JSON"),
    "list": ("result.json", lambda t: t + "[]", "to be an object"),
    "environment": ("result.json", lambda t: t + '{"environment": {"devices": [1]}}', "short"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_one_error(folder: Path, damage: str) -> None:
    name, change, words = DAMAGES[damage]
    path = folder / name
    path.write_text(change(path.read_text() if path.exists() else ""))
    with pytest.raises(HarmonyError, match=words):
        read_study_result(folder)


def test_a_missing_table_is_an_error_and_text_that_is_none(folder: Path) -> None:
    (folder / "table.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(HarmonyError, match="not text"):
        read_study_result(folder)
    (folder / "table.csv").unlink()
    with pytest.raises(HarmonyError, match=r"table\.csv of the study 'made' to be readable"):
        read_study_result(folder)


def test_too_many_cells_are_refused(folder: Path) -> None:
    text = TEXT.format(title="Big").replace("count: 4", "count: 1000")
    many = ", ".join(str(factor) for factor in range(2, 12))
    (folder / "study.yaml").write_text(text.replace("10, 50", many))
    with pytest.raises(HarmonyError, match="at most 20,000 cells"):
        read_study_result(folder)


@pytest.mark.parametrize("name", shipped_studies())
def test_a_link_trains_the_very_cells_of_the_study(name: str) -> None:
    study = read_study(shipped_studies()[name])
    for setting in study.settings:
        keys = {key for cell, key in cell_keys(study, {}) if cell.setting is setting}
        seed = setting.seeds[1]
        label = next(m.label for m in setting.methods if m.label != study.baseline)
        for asked in (seed, None):
            config = cell_experiment(study, setting, label, asked)
            assert config is not None
            linked = complete(from_query(to_query(config)))
            same_grid = replace(linked, record=replace(linked.record, grid=config.record.grid))
            held = {cell.key for cell in held_cells(same_grid)}
            if setting.config.record.grid == config.record.grid:
                assert held <= keys
            assert config.record.every == 1
            assert config.seeds.repeats == (1 if asked else len(setting.seeds))


def test_of_many_methods_the_baseline_and_one_are_compared() -> None:
    text = TEXT.format(title="Many").replace("[ce,", "[ce, focal, 'ldam:drw', 'ce~A plain one',")
    study = parse_study(text)
    config = cell_experiment(study, study.settings[0], "A plain one", 101)
    assert config is not None
    assert [m.label for m in config.methods] == ["A plain one", ""]
    assert config.methods[1].loss == "balanced_softmax"


def test_the_framing_says_whether_the_settings_were_tuned_on_these_seeds(folder: Path) -> None:
    read = read_study_result(folder)
    said = " ".join(framing(read))
    assert "Seeds: 500 to 503." in said
    assert "none of these seeds" in said
    assert "Trained on" not in said
    tuned = parse_study(TEXT.format(title="Made").replace("first: 500", "first: 6"))
    assert "has 2 of these seeds" in " ".join(framing(replace(read, study=tuned)))
    values = {"environment": {"devices": ["CPU"], "versions": {"torch": ["2.0", "2.1"]}}}
    (folder / "result.json").write_text(json.dumps(values))
    assert "Trained on: CPU; PyTorch 2.0 and 2.1." in framing(read_study_result(folder))
