"""What the documents promise: the example runs, the commands and the files they name exist."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of a language in a Markdown file."""
    fence = rf"^```{language}\n(.*?)^```$"
    return re.findall(fence, document.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def shell_lines(document: Path) -> list[list[str]]:
    """The commands of a document's shell blocks, split into words, continued lines joined."""
    text = "\n".join(blocks(document, "bash")).replace("\\\n", " ")
    split = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [words for words in split if words]


COMMANDS = [(document, words) for document in DOCUMENTS for words in shell_lines(document)]


def test_the_library_example_trains(tmp_path: Path) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 12
    script = tmp_path / "example.py"
    script.write_text(example, "utf-8")
    names: dict[str, Any] = runpy.run_path(str(script))
    predicted = names["model"](names["inputs"]).argmax(1)
    recall = [(predicted[names["targets"] == c] == c).float().mean() for c in range(3)]
    assert torch.stack(recall).mean() > 0.6
    assert names["loss_fn"].density.sum() > 0


@pytest.mark.parametrize(
    "words", [words for _, words in COMMANDS if words[0] == "make"], ids=" ".join
)
def test_a_named_target_exists(words: list[str]) -> None:
    named = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
    assert named
    assert set(named) <= TARGETS


def test_each_target_is_phony_and_explained() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert set(phony.split()) == explained == TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_linked_file_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)\)", text)
    local = [link for link in links if "://" not in link]
    assert not [link for link in local if not (document.parent / link).exists()]
