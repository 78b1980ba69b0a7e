"""Every example of the documents runs: the Python blocks of a page one after the other."""

from __future__ import annotations

import runpy
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harmony_core.studies.study_file import parse_study

from .fences import DOCUMENTS, NOT_RUN, Block, blocks, fences, place

LANGUAGES = {
    *("python", "bash", "sh", "console", "yaml", "toml"),
    *("nginx", "json", "text", "ini", "diff"),
}
SLOW = {"docs/embedding.md", "docs/inspect.md"}
"""Pages whose examples draw a map or train a pilot."""
SHOWN_ONLY: dict[str, int] = {"docs/recording.md": 2}
"""How many Python blocks of a document are not run; each says why."""


def examples(document: Path) -> list[Block]:
    return [block for block in fences(document) if block.language == "python"]


def write_table(folder: Path) -> None:
    """A table with a tail, for examples that read one."""
    draw = np.random.default_rng(0)
    rows = ["size,weight,species"]
    for species, count, size in (("cat", 60, 0), ("emu", 30, 4), ("owl", 12, 8)):
        points = draw.normal(size, 1, (count, 2))
        rows += [f"{x:.3f},{y:.3f},{species}" for x, y in points]
    (folder / "train.csv").write_text("\n".join(rows))


GIVEN: dict[str, Callable[[Path], None]] = {"docs/inspect.md": write_table}
"""What the reader of a page is taken to have in the folder."""
PYTHON = [
    pytest.param(document, id=place(document), marks=[pytest.mark.slow] * (place(document) in SLOW))
    for document in DOCUMENTS
    if examples(document)
]


@pytest.mark.parametrize("document", PYTHON)
def test_its_examples_run_in_order(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    GIVEN.get(place(document), lambda folder: None)(tmp_path)
    code = "\n".join(block.code for block in examples(document) if NOT_RUN not in block.attributes)
    script = tmp_path / "example.py"
    script.write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = runpy.run_path(str(script))
    assert names.keys() - {"__name__"}


def test_what_is_not_run_is_counted_and_says_why() -> None:
    shown = [(d, b) for d in DOCUMENTS for b in fences(d) if NOT_RUN in b.attributes]
    assert Counter(place(document) for document, _ in shown) == SHOWN_ONLY
    assert all(len(block.attributes[NOT_RUN]) > 10 for _, block in shown)


def test_pages_are_looked_at_by_their_names() -> None:
    known = {place(document) for document in DOCUMENTS}
    assert SLOW | GIVEN.keys() | SHOWN_ONLY.keys() <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=place)
def test_every_block_names_a_language_that_a_test_knows(document: Path) -> None:
    text = document.read_text("utf-8")
    assert {block.language for block in fences(document)} <= LANGUAGES
    assert text.count("\n```") == 2 * len(list(fences(document)))


def test_yaml_and_toml_are_what_is_read() -> None:
    studies, settings = [], []
    for document in DOCUMENTS:
        studies += blocks(document, "yaml")
        settings += blocks(document, "toml")
    assert [parse_study(text, "example").labels for text in studies]
    assert all(tomllib.loads(text) for text in settings)
    assert settings


def test_readme_has_ten_lines_and_its_loss_learns_the_rare_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = next(document for document in DOCUMENTS if document.name == "README.md")
    (example,) = blocks(readme, "python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 12
    script = tmp_path / "example.py"
    script.write_text(example, "utf-8")
    names: dict[str, Any] = runpy.run_path(str(script))
    predicted = names["model"](names["inputs"]).argmax(1)
    recall = [(predicted[names["targets"] == c] == c).float().mean() for c in range(3)]
    assert sum(recall) / 3 > 0.6
    assert names["loss_fn"].density.sum() > 0
