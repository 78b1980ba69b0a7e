"""Tests use what a module offers: none reads, imports or replaces a private name of another module.

Private names are those with one leading underscore that a module of the library or of the pages
defines. A file may use its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import CORE_FILES, OWN, PAGE_FILES, files, label, parse


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def is_own(node: ast.Attribute) -> bool:
    """Whether it is an attribute of ``self`` or ``cls``."""
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def private_names(tree: ast.AST) -> set[str]:
    """The private functions, classes, variables and attributes that a file defines."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node):
            names.add(node.attr)
    return set(filter(is_private, names))


PRIVATE = {name for path in CORE_FILES + PAGE_FILES for name in private_names(parse(path))}


def uses(tree: ast.AST) -> Iterator[str]:
    """Private names that are read from an object, imported from a module, or replaced by a test."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if not is_own(node):
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (a.name for a in node.names if f"{node.module}.{a.name}" not in OWN)
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("setattr", "getattr", "delattr"):
                texts = (a.value for a in node.args[:2] if isinstance(a, ast.Constant))
                yield from (text.rpartition(".")[2] for text in texts if isinstance(text, str))


def back_doors(tree: ast.AST, private: set[str]) -> set[str]:
    """The names of ``private`` that a test uses and does not define itself."""
    return set(uses(tree)) & (private - private_names(tree))


@pytest.mark.parametrize("path", files("tests"), ids=label)
def test_tests_use_no_private_name_of_another_module(path: Path) -> None:
    assert not back_doors(parse(path), PRIVATE)


@pytest.mark.parametrize(
    "code",
    [
        "engine._step()",
        "make().store._step",
        "from harmony_core.training.lockstep import _step",
        'monkeypatch.setattr(module, "_step", None)',
        'monkeypatch.setattr("harmony_core.training._step", None)',
        "getattr(engine, '_step')",
    ],
)
def test_the_rule_sees_its_breach(code: str) -> None:
    assert back_doors(ast.parse(code), {"_step"}) == {"_step"}


@pytest.mark.parametrize(
    "code",
    [
        "engine.step()",
        "row._replace(x=1)._asdict()",
        "torch._dynamo.reset()",
        "class A:\n    def f(self): self._step = 1\n    def g(self, other): return other._step",
        "from pages import _run",
        'monkeypatch.setattr(module, "step", "_step")',
    ],
)
def test_the_rule_lets_the_right_way_pass(code: str) -> None:
    assert not back_doors(ast.parse(code), {"_step"})


def test_private_names_are_found_wherever_they_are_defined() -> None:
    code = "_a = 1\ndef _b(): pass\nclass _C:\n    def _d(self): self._e: int = 0\n_f: int = 2"
    assert private_names(ast.parse(code)) == {"_a", "_b", "_C", "_d", "_e", "_f"}
    assert PRIVATE
