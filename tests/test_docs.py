"""What the documents promise: the example trains, and all that they name exists and starts."""

from __future__ import annotations

import ast
import dataclasses
import os
import pkgutil
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from harmony_core import cli
from harmony_core.experiments.options import config_from
from harmony_core.quotas import Quotas

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS = [*PAGES, *sorted((ROOT / "docs").glob("*.md"))]
BENCHMARKS = sorted((ROOT / "benchmarks").glob("[a-z]*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
FOLDERS = (ROOT, ROOT / "harmony_core", ROOT / "harmony_core" / "viewer" / "js")
"""A document names a path from one of these on."""


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of a language in a Markdown file."""
    fence = rf"^```{language}\n(.*?)^```$"
    return re.findall(fence, document.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def quoted(document: Path) -> list[str]:
    """What stands between backticks, fenced blocks aside; a line break in it is a space."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [" ".join(part.split()) for part in re.findall(r"`([^`]+)`", text)]


def commands(text: str) -> list[list[str]]:
    """Lines split into words, continued lines joined, comments and notes in brackets left out."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [re.sub(r" (\[-|> ).*", "", line) for line in joined.splitlines()]
    split = [shlex.split(line, comments=True) for line in lines]
    return [words for words in split if words]


def indented(text: str) -> str:
    """The lines of a text that are indented by four spaces, and what they continue with."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return "\n".join(line for line in lines if re.match(r" {4}(python|torchrun|scripts/)", line))


def named_in(document: Path) -> list[list[str]]:
    """The commands of a document: shell blocks, indented lines and what is quoted."""
    found = commands("\n".join(blocks(document, "bash")))
    found += commands(indented(document.read_text("utf-8")))
    starts = ("python ", "make ", "scripts/", "torchrun ")
    return found + [shlex.split(part) for part in quoted(document) if part.startswith(starts)]


def usage(path: Path) -> list[list[str]]:
    """The commands in the docstring of a module."""
    return commands(indented(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""))


COMMANDS = [words for document in DOCUMENTS for words in named_in(document)]
COMMANDS += [words for path in [*BENCHMARKS, *SCRIPTS] for words in usage(path)]
HARMONY = [words for words in COMMANDS if "harmony_core" in words and words[-1] != "harmony_core"]
USAGE = commands(indented(cli.__doc__ or ""))


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


@pytest.mark.parametrize("words", [words for words in COMMANDS if "make" in words], ids=" ".join)
def test_a_named_target_exists(words: list[str]) -> None:
    named = [word for word in words[words.index("make") + 1 :] if re.fullmatch("[a-z-]+", word)]
    assert named
    assert set(named) <= TARGETS


@pytest.mark.parametrize("words", HARMONY + USAGE, ids=" ".join)
def test_a_named_command_is_understood(words: list[str]) -> None:
    arguments = words[words.index("harmony_core") + 1 :]
    given = cli.build_parser().parse_args(arguments)
    if arguments[0] == "run" and given.config is None:
        config_from(given)


def test_the_readme_shows_the_command_line() -> None:
    named = [words for words in named_in(ROOT / "README.md") if "harmony_core" in words[:-1]]
    shown = {words[words.index("harmony_core") + 1] for words in named}
    assert {"run", "list", "show", "export", "resume"} <= shown


def test_each_target_is_phony_and_explained() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert set(phony.split()) == explained == TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_linked_or_named_file_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    for name in quoted(document):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", name):
            start = name.split("/")[0]
            within = [folder for folder in FOLDERS if (folder / start).is_dir()]
            if within and not any((folder / name).exists() for folder in within):
                missing.append(name)
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_named_module_exists(document: Path) -> None:
    names = set(re.findall(r"\bharmony_core(?:\.\w+)+", " ".join(quoted(document))))
    for block in blocks(document, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    for name in names:
        pkgutil.resolve_name(name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_named_environment_variable_is_read(document: Path) -> None:
    named = set(re.findall(r"\bHARMONY_[A-Z_]+", document.read_text("utf-8")))
    sources = [*(ROOT / "harmony_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    quotas = {f"HARMONY_{item.name.upper()}" for item in dataclasses.fields(Quotas)}
    assert not [name for name in named - quotas if name not in text]


@pytest.mark.slow
@pytest.mark.parametrize("path", BENCHMARKS + SCRIPTS, ids=lambda path: path.name)
def test_a_benchmark_starts_and_has_the_options_that_are_named(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    named = [words[words.index(name) + 1 :] for words in COMMANDS if name in words]
    named += [usage_of(path)]
    if "argparse" not in path.read_text("utf-8"):
        assert not any(named), f"{name} takes no options"
        return
    done = subprocess.run(
        [sys.executable, name, "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    options = {word for words in named for word in words if word.startswith("--")}
    assert options <= set(re.findall(r"--[a-z-]+", done.stdout))


def usage_of(path: Path) -> list[str]:
    """The options in brackets of a module's docstring: ``[--repeats 5]``."""
    return re.findall(r"\[(--[a-z-]+)", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")


def test_every_named_benchmark_and_script_exists() -> None:
    named = {
        word for words in COMMANDS for word in words if re.match(r"(benchmarks|scripts)/", word)
    }
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
    assert {str(path.relative_to(ROOT)) for path in BENCHMARKS} <= named
    shell = [path for path in (ROOT / "scripts").iterdir() if not path.suffix]
    assert all(os.access(path, os.X_OK) for path in [*shell, ROOT / ".ci" / "run"])
