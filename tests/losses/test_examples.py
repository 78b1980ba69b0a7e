"""Every public function and class of the losses has an example, which pytest runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harmony_core import losses

FILES = sorted(Path(losses.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_public_has_an_example(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if any(ast.unparse(base) == "NamedTuple" for base in getattr(node, "bases", ())):
            continue
        assert ">>>" in (ast.get_docstring(node) or ""), f"Add an example to {node.name}."
