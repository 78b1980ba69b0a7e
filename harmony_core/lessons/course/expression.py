"""Small expressions over named numbers: in the texts of a lesson, and as its conditions.

    fill("From [[tail_A]] to [[tail_B]] %, a gain of [[tail_B - tail_A:0]].", facts)
    holds("tail_B > tail_A + 2", facts)

Names, numbers, + − * / **, comparisons, and, or, not, and the functions of `FUNCTIONS`; nothing
else is accepted, so a text can do arithmetic only. A number is written with one decimal, or with as
many as a number after a colon says.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...errors import ConfigError

Facts = Mapping[str, float | str]
SLOT = re.compile(r"\[\[(.+?)(?::(\d))?\]\]")
FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs, "min": min, "max": max, "round": round, "log": math.log, "sqrt": math.sqrt,
}  # fmt: skip
LONGEST = 200
MOST_POWER = 64
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda a, b: a ** max(-MOST_POWER, min(MOST_POWER, b)),
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def value(text: str, facts: Facts) -> float | str:
    """The value of an expression; one that cannot be evaluated raises `ConfigError`."""
    try:
        result = _evaluate(_parsed(text), facts)
    except (ArithmeticError, ValueError, TypeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(
            f"Expected `{text}` of a lesson to be a number, but got: {error}. Correct its text."
        ) from error
    return result if isinstance(result, str) else float(result)


def number(text: str, facts: Facts) -> float:
    """The value of an expression that has to be a finite number."""
    result = value(text, facts)
    if isinstance(result, str) or not math.isfinite(result):
        raise ConfigError(
            f"Expected `{text}` of a lesson to be a number, but got {result!r}. Correct its text."
        )
    return result


def holds(text: str, facts: Facts) -> bool:
    """Whether a condition is true of these numbers."""
    return bool(number(text, facts))


def fill(text: str, facts: Facts) -> str:
    """``text`` with every ``[[expression]]`` and ``[[expression:decimals]]`` evaluated."""

    def put(match: re.Match[str]) -> str:
        result = value(match[1], facts)
        if isinstance(result, str):
            return result
        return written(number(match[1], facts), int(match[2] or 1))

    return SLOT.sub(put, text)


def written(x: float, decimals: int = 1) -> str:
    """A number as texts show it: a true minus, never a minus zero."""
    shown = f"{x:,.{decimals}f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", "−")


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    try:
        if len(text) > LONGEST:
            raise ValueError(f"it has {len(text)} characters, more than {LONGEST}")
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(
            f"Expected an expression in a lesson, but got `{text[:60]}`: {error}. "
            "Write names of numbers, + - * / and comparisons."
        ) from error


def _evaluate(node: ast.expr, facts: Facts) -> Any:
    match node:
        case ast.Constant(value=int() | float() as constant):
            return constant
        case ast.Name(id=name):
            return _look_up(name, facts)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_evaluate(inner, facts)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _evaluate(inner, facts)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_evaluate(left, facts), _evaluate(right, facts))
        case ast.BoolOp(op=op, values=parts):
            return (all if isinstance(op, ast.And) else any)(_evaluate(p, facts) for p in parts)
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(
            type(op) in _COMPARE for op in ops
        ):
            terms = [_evaluate(part, facts) for part in (left, *rest)]
            pairs = zip(ops, terms, terms[1:], strict=False)
            return all(_COMPARE[type(op)](a, b) for op, a, b in pairs)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(_evaluate(arg, facts) for arg in args))
    raise ConfigError(
        f"Expected names, numbers and arithmetic in a lesson, but got `{ast.unparse(node)[:60]}`. "
        "Leave it out."
    )


def _look_up(name: str, facts: Facts) -> float | str:
    if name not in facts:
        known = ", ".join(sorted(facts))
        raise ConfigError(
            f"Expected a number of the run in a lesson, but got `{name}`. Use one of: {known}."
        )
    return facts[name]
