"""What a loss does is asked of its `LossSpec` or its explanation, not guessed from its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harmony_core.losses import LOSSES
from tests.test_architecture import CORE, CORE_FILES, PAGE_FILES, label, name_of, parse

MAY_COMPARE = tuple(
    f"{CORE}.{name}" for name in ("losses.registry", "explain", "experiments.presets")
)


def loss_comparisons(tree: ast.Module) -> list[str]:
    """Comparisons with the name of a loss, in an expression or in a ``match``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            compared = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            compared = [node.value]
        else:
            continue
        strings = {
            part.value
            for operand in compared
            for part in (operand, *getattr(operand, "elts", ()))
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
        if strings & set(LOSSES):
            found.append(ast.unparse(node))
    return found


def may_compare(path: Path) -> bool:
    return any(f"{name_of(path)}.".startswith(f"{known}.") for known in MAY_COMPARE)


@pytest.mark.parametrize(
    "path", [path for path in CORE_FILES + PAGE_FILES if not may_compare(path)], ids=label
)
def test_no_loss_is_recognised_by_its_name(path: Path) -> None:
    assert not loss_comparisons(parse(path)), (
        "Ask the LossSpec in harmony_core/losses/specs or the loss's explanation instead."
    )


@pytest.mark.parametrize(
    "code",
    [
        "if method.loss == 'focal': pass",
        "sharp = 'focal' != name",
        "if loss in ('ghm', 'harmonized'): pass",
        "rest = [m for m in methods if m.loss not in {'ce'}]",
        "match loss:\n    case 'ldam' | 'vs': pass",
    ],
)
def test_the_rule_sees_a_breach(code: str) -> None:
    assert loss_comparisons(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    ["methods = MethodConfig('ce'), MethodConfig('harmonized')", "if spec.head == 'cosine': pass"],
)
def test_the_rule_lets_the_right_way_pass(code: str) -> None:
    assert not loss_comparisons(ast.parse(code))
