"""Small expressions over named numbers: in the texts of a lesson, and as its conditions.

    fill("From [[tail_A]] to [[tail_B]] %, a gain of [[tail_B - tail_A:0]].", facts)
    holds("tail_B > tail_A + 2", facts)

Names, numbers, + − * / **, comparisons, and, or, not, and the functions of `FUNCTIONS`; nothing
else is accepted, so a text can do arithmetic only. A number is written with one decimal, or with as
many as a number after a colon says.

An expression is parsed into a `Tree`, plain lists that another language can evaluate: the pages
that need no server do so in the browser, by ``export/site/js/expression.js``.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from ...errors import ConfigError

Facts = Mapping[str, float | str]
SLOT = re.compile(r"\[\[(.+?)(?::(\d))?\]\]")
FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs, "min": min, "max": max, "round": round, "log": math.log, "sqrt": math.sqrt,
}  # fmt: skip
LONGEST = 200
MOST_POWER = 64
Tree: TypeAlias = "int | float | list[Any]"
"""A number, or a name and what belongs to it: ``["name", "tail_A"]``, ``["-", a, b]``,
``["neg", a]``, ``["not", a]``, ``["and", a, b, …]``, ``["or", a, b, …]``,
``["compare", ["<", …], [a, b, …]]``, ``["call", "min", a, b, …]``."""
_SIGNS: dict[type[ast.operator] | type[ast.cmpop], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": lambda a, b: a ** max(-MOST_POWER, min(MOST_POWER, b)),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def value(text: str, facts: Facts) -> float | str:
    """The value of an expression; one that cannot be evaluated raises `ConfigError`."""
    try:
        result = _evaluate(tree(text), facts)
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


def template(text: str) -> list[str | list[Any]]:
    """The parts of ``text`` that `fill` joins: plain text, and ``[tree, decimals]``.

    >>> template("A gain of [[b - a:0]].")
    ['A gain of ', [['-', ['name', 'b'], ['name', 'a']], 0], '.']
    """
    parts: list[str | list[Any]] = []
    end = 0
    for match in SLOT.finditer(text):
        parts += [text[end : match.start()], [tree(match[1]), int(match[2] or 1)]]
        end = match.end()
    return [part for part in (*parts, text[end:]) if part]


@lru_cache(maxsize=1024)
def tree(text: str) -> Tree:
    """An expression as plain lists; anything but names, numbers and arithmetic is refused."""
    try:
        if len(text) > LONGEST:
            raise ValueError(f"it has {len(text)} characters, more than {LONGEST}")
        return _plain(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(
            f"Expected an expression in a lesson, but got `{text[:60]}`: {error}. "
            "Write names of numbers, + - * / and comparisons."
        ) from error


def _plain(node: ast.expr) -> Tree:
    match node:
        case ast.Constant(value=bool() | int() | float() as constant):
            return +constant
        case ast.Name(id=name):
            return ["name", name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return ["neg", _plain(inner)]
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return ["not", _plain(inner)]
        case ast.BinOp(left=left, op=op, right=right) if _SIGNS.get(type(op)) in _BINARY:
            return [_SIGNS[type(op)], _plain(left), _plain(right)]
        case ast.BoolOp(op=op, values=parts):
            return ["and" if isinstance(op, ast.And) else "or", *map(_plain, parts)]
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(
            type(op) in _SIGNS for op in ops
        ):
            return ["compare", [_SIGNS[type(op)] for op in ops], [*map(_plain, (left, *rest))]]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return ["call", name, *map(_plain, args)]
    raise ConfigError(
        f"Expected names, numbers and arithmetic in a lesson, but got `{ast.unparse(node)[:60]}`. "
        "Leave it out."
    )


def _evaluate(node: Tree, facts: Facts) -> Any:
    match node:
        case int() | float():
            return node
        case ["name", name]:
            return _look_up(name, facts)
        case ["neg", inner]:
            return -_evaluate(inner, facts)
        case ["not", inner]:
            return not _evaluate(inner, facts)
        case ["and" | "or" as kind, *parts]:
            return (all if kind == "and" else any)(_evaluate(part, facts) for part in parts)
        case ["compare", signs, parts]:
            terms = [_evaluate(part, facts) for part in parts]
            pairs = zip(signs, terms, terms[1:], strict=False)
            return all(_COMPARE[sign](a, b) for sign, a, b in pairs)
        case ["call", name, *parts]:
            return FUNCTIONS[name](*(_evaluate(part, facts) for part in parts))
    sign, left, right = node
    return _BINARY[sign](_evaluate(left, facts), _evaluate(right, facts))


def _look_up(name: str, facts: Facts) -> float | str:
    if name not in facts:
        known = ", ".join(sorted(facts))
        raise ConfigError(
            f"Expected a number of the run in a lesson, but got `{name}`. Use one of: {known}."
        )
    return facts[name]
