"""Presets are runnable and say only what was measured; the ablation is the five forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmony_core.analysis.seeds import METRICS
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.experiments.method_text import method_labels
from harmony_core.experiments.presets import PRESETS, ablation

DOCS = Path(__file__).parents[2] / "docs" / "presets.md"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_complete_fits_into_a_link_and_has_a_point(name: str) -> None:
    preset = PRESETS[name]
    assert preset.name == name
    for text in (preset.title, preset.sentence, preset.look):
        assert text.strip()
    assert preset.claims
    config = complete(preset.config)
    assert complete(from_query(to_query(config))) == config
    for claim in preset.claims:
        assert claim.figure in (*METRICS, "hard_part")
        assert {claim.better, claim.worse} <= set(range(len(config.methods)))


def test_the_documented_measurements_are_of_these_presets_and_all_are_clear() -> None:
    """If this fails, run benchmarks/presets.py --markdown docs/presets.md."""
    text = DOCS.read_text("utf-8")
    assert "NOT CLEAR" not in text
    for preset in PRESETS.values():
        assert f"## {preset.title}\n\n{preset.sentence}\n" in text
        assert f"; {preset.config.epochs} epochs;" in text
        section = text.split(f"## {preset.title}\n")[1].split("\n## ")[0]
        assert section.count("\n- ") == len(preset.claims)
        for label in method_labels(preset.config.methods):
            assert f"\n| {label} | " in section


def test_the_ablation_turns_each_balance_on_and_off() -> None:
    config = ExperimentConfig(data=DataConfig("moons", {"classes": 4}), epochs=9)
    done = ablation(config)
    assert done.data == complete(config).data
    assert done.epochs == 9
    none, intra, inter, both, literal = done.methods
    assert [m.label for m in done.methods] == ["Neither", "Intra", "Inter", "Both", "Literal"]
    assert none.loss == "ce"
    assert (intra.params["inter"], intra.params["alpha"]) == ("none", 0.5)
    assert (inter.params["inter"], inter.params["alpha"]) == ("margin", 0.0)
    assert (both.params["inter"], both.params["alpha"]) == ("margin", 0.5)
    assert (literal.params["inter"], literal.params["alpha"]) == ("weight", 1.0)
    assert literal.params["envelope"] is False
    assert ablation(done).methods == done.methods


def test_the_ablation_keeps_the_settings_of_the_experiment_s_own_method() -> None:
    own = MethodConfig("harmonized", {"alpha": 0.7, "kappa": 2.0, "inter": "none"}, "square_root")
    methods = ablation(ExperimentConfig(methods=(MethodConfig("ghm"), own))).methods
    assert [m.params.get("kappa") for m in methods] == [None, 2.0, 2.0, 2.0, 2.0]
    assert methods[3].params["alpha"] == 0.7
    assert methods[3].params["inter"] == "margin", "both means both"
    assert {m.sampler for m in methods} == {"square_root"}
    off = MethodConfig("harmonized", {"alpha": 0.0, "inter": "weight"})
    methods = ablation(ExperimentConfig(methods=(off,))).methods
    assert (methods[3].params["alpha"], methods[3].params["inter"]) == (0.5, "weight")
