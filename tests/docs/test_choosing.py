"""The figures by which the page advises a loss are those of the pages with the measurements."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harmony_core.experiments.method_text import parse_method

from .fences import ROOT

PAGE = (ROOT / "docs" / "choosing.md").read_text("utf-8")
MEASURED = ("results", "presets", "method", "losses", "posthoc", "inspect")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
FIGURE = re.compile(r"[+−]?\d+\.\d+")


def figures(text: str) -> set[str]:
    """Numbers with decimals, settings such as τ = 0.75 left out."""
    return set(FIGURE.findall(re.sub(r"(τ = |tau=)[\d.]+", "", text)))


def test_every_figure_was_measured() -> None:
    pages = (ROOT / "docs" / f"{name}.md" for name in MEASURED)
    known = "\n".join(page.read_text("utf-8") for page in pages)
    told = figures(PAGE.partition("\n## ")[2])
    assert len(told) > 40
    assert {figure for figure in told if figure not in known} == set()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.partition("\n")[0])
def test_advice_has_its_limits_and_most_of_it_evidence(section: str) -> None:
    assert "*Limits.*" in section
    assert "*Evidence.*" in section or figures(section)


def test_every_symptom_of_the_table_has_a_section() -> None:
    rows = re.findall(r"^\| \[([^\]]+)\]\(#", PAGE, re.MULTILINE)
    assert rows == [section.partition("\n")[0] for section in SECTIONS]


def test_what_the_table_names_is_a_method() -> None:
    cells = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| [")]
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    steps = Path(ROOT / "docs" / "posthoc.md").read_text("utf-8")
    for name in named:
        assert f"`{name}`" in steps or parse_method(name).loss
    assert len(named) >= 4
