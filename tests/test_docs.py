"""What the documents promise: all that they name exists, and every command is understood."""

from __future__ import annotations

import ast
import dataclasses
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from harmony_core import cli
from harmony_core.experiments.options import config_from
from harmony_core.quotas import Quotas
from tests.docs.fences import DOCUMENTS, ROOT, blocks, place

SHELL = ("bash", "sh", "console")
BENCHMARKS = sorted((ROOT / "benchmarks").glob("[a-z]*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
FOLDERS = (ROOT, ROOT / "harmony_core", ROOT / "harmony_core" / "viewer" / "js")
"""A document names a path from one of these on."""


def quoted(document: Path) -> list[str]:
    """What stands between backticks, fenced blocks aside; a line break in it is a space."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [" ".join(part.split()) for part in re.findall(r"`([^`]+)`", text)]


def commands(text: str) -> list[list[str]]:
    """Lines split into words, continued lines joined, comments and notes in brackets left out."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [re.sub(r" (\[-|> ).*", "", line.removeprefix("$ ")) for line in joined.splitlines()]
    split = [shlex.split(line, comments=True) for line in lines]
    return [words for words in split if words]


def indented(text: str) -> str:
    """The lines of a text that are indented by four spaces, and what they continue with."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return "\n".join(line for line in lines if re.match(r" {4}(python|torchrun|scripts/)", line))


def named_in(document: Path) -> list[list[str]]:
    """The commands of a document: shell blocks, indented lines and what is quoted."""
    found = commands("\n".join(blocks(document, *SHELL)))
    found += commands(indented(document.read_text("utf-8")))
    starts = ("python ", "make ", "scripts/", "torchrun ", "harmony ")
    return found + [shlex.split(part) for part in quoted(document) if part.startswith(starts)]


def usage(path: Path) -> list[list[str]]:
    """The commands in the docstring of a module."""
    return commands(indented(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""))


def arguments_of(words: list[str]) -> list[str]:
    """What a command says to Harmony: after ``harmony`` or ``-m harmony_core``."""
    if words[0] == "harmony":
        return words[1:]
    return words[words.index("harmony_core") + 1 :] if "harmony_core" in words else []


COMMANDS = [words for document in DOCUMENTS for words in named_in(document)]
COMMANDS += [words for path in [*BENCHMARKS, *SCRIPTS] for words in usage(path)]
HARMONY = [words for words in COMMANDS if len(arguments_of(words)) > 0]
PROGRAMS = {
    *("python", "torchrun", "harmony", "make", "pip", "scripts"),
    *("deploy", "dask", "streamlit", "podman", "git"),
}
"""What a line of the shell may begin with, so that a test looks at it or it is a known tool."""
PAGE_OF_COMMANDS = named_in(ROOT / "docs" / "commands.md")
USAGE = commands(indented(cli.__doc__ or ""))


@pytest.mark.parametrize("words", [words for words in COMMANDS if "make" in words], ids=" ".join)
def test_a_named_target_exists(words: list[str]) -> None:
    named = [word for word in words[words.index("make") + 1 :] if re.fullmatch("[a-z-]+", word)]
    assert named
    assert set(named) <= TARGETS


@pytest.mark.parametrize("words", HARMONY + USAGE, ids=" ".join)
def test_a_named_command_is_understood(words: list[str]) -> None:
    arguments = arguments_of(words)
    if words[0] == "harmony" and len(words) == 2:  # the name of a command, or of an option
        assert re.search(rf"^ +(-\w, )?{arguments[0]}\b", cli.build_parser().format_help(), re.M)
        return
    given = cli.build_parser().parse_args(arguments)
    if arguments[0] == "run" and given.config is None:
        config_from(given)


def test_the_page_of_commands_shows_every_command() -> None:
    shown = {arguments_of(words)[0] for words in HARMONY if words in PAGE_OF_COMMANDS}
    known = set(re.findall(r"^    (\w+)  +\w", cli.build_parser().format_help(), re.MULTILINE))
    assert known >= {"run", "list", "show", "export", "resume"}
    assert known - shown == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=place)
def test_a_line_of_the_shell_begins_with_a_known_program(document: Path) -> None:
    lines = commands("\n".join(blocks(document, *SHELL)))
    programs = [next(word for word in words if "=" not in word) for words in lines]
    folders = ("scripts/", "deploy/")
    firsts = [p.split("/")[0] if p.startswith(folders) else Path(p).name for p in programs]
    assert set(firsts) <= PROGRAMS


def test_each_target_is_phony_and_explained() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert set(phony.split()) == explained == TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=place)
def test_a_linked_or_named_file_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    for path in quoted(document):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", path):
            start = path.split("/")[0]
            within = [folder for folder in FOLDERS if (folder / start).is_dir()]
            if within and not any((folder / path).exists() for folder in within):
                missing.append(path)
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=place)
def test_a_named_module_exists(document: Path) -> None:
    names = set(re.findall(r"\bharmony_core(?:\.\w+)+", " ".join(quoted(document))))
    for block in blocks(document, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    for name in names:
        pkgutil.resolve_name(name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=place)
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
