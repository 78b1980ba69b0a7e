"""What the documents promise: the example runs, the commands and the files they name exist."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
import torch

from harmony_core import cli
from harmony_core.experiments.options import config_from

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


def usage_lines(text: str) -> list[list[str]]:
    """The same for the indented commands of a module's docstring."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    split = [shlex.split(line, comments=True) for line in lines if line.startswith("    ")]
    return [words for words in split if "harmony_core" in words]


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


HARMONY = [words for _, words in COMMANDS if "harmony_core" in words]
USAGE = usage_lines(cli.__doc__ or "")


@pytest.mark.parametrize("words", HARMONY + USAGE, ids=" ".join)
def test_a_named_command_is_understood(words: list[str]) -> None:
    arguments = words[words.index("harmony_core") + 1 :]
    given = cli.build_parser().parse_args(arguments)
    if arguments[0] == "run" and given.config is None:
        config_from(given)


def test_the_readme_shows_the_command_line() -> None:
    shown = {words[words.index("harmony_core") + 1] for words in HARMONY}
    assert {"run", "list", "show", "export", "resume"} <= shown


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
