"""Formulas with their numbers filled in, as LaTeX for narrow screens and as plain text.

A piece of a formula is a `Pair`: its LaTeX and its plain text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One step of a calculation: its heading, and its formula with the numbers and the result."""

    name: str
    """A short heading, as in "Difficulty"."""
    latex: str
    """An ``aligned`` block, one equals sign per line."""
    text: str
    """One line of plain text."""


def step(name: str, left: Pair, *rights: Pair) -> Step:
    """The step ``left = right = right …``.

    >>> step("Difficulty", same("g"), ("1 - p_y", "1 − p_y"), number(0.25)).text
    'g = 1 − p_y = 0.25'
    """
    lines = [rf"{left[0]} &= {rights[0][0]}", *(f"&= {right[0]}" for right in rights[1:])]
    latex = r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"
    return Step(name, latex, " = ".join([left[1], *(right[1] for right in rights)]))


def same(text: str) -> Pair:
    """A piece that reads the same in LaTeX and in plain text.

    >>> same("g")
    ('g', 'g')
    """
    return text, text


def number(x: float) -> Pair:
    """A number with 3 significant digits.

    >>> number(1.5e-7)
    ('1.5 \\\\cdot 10^{-7}', '1.5e-07')
    """
    return number_latex(x), number_text(x)


def signed(x: float) -> Pair:
    """A number to be added, in brackets if it is negative.

    >>> signed(-4.382)
    ('(-4.38)', '(−4.38)')
    """
    latex, text = number(x)
    return (f"({latex})", f"({text})") if text.startswith("−") else (latex, text)


def count(n: float) -> Pair:
    """A number of samples, with all its digits.

    >>> count(1234567)
    ('1234567', '1234567')
    """
    return same(str(int(n)))


def number_text(x: float) -> str:
    """3 significant digits; with an exponent only below 1e-4 and from 1e6 on.

    >>> number_text(0.98743), number_text(12345.6), number_text(-0.5), number_text(float("nan"))
    ('0.987', '12300', '−0.5', '–')
    """
    if not math.isfinite(x):
        return "–" if math.isnan(x) else ("∞" if x > 0 else "−∞")
    text = f"{x:.3g}"
    if "e" in text and 1e-4 <= abs(x) < 1e6:
        text = f"{float(text):.0f}" if abs(x) >= 1 else f"{float(text):f}".rstrip("0")
    return text.replace("-", "−") if "e" not in text else re.sub(r"^-", "−", text)


def number_latex(x: float) -> str:
    """`number_text` for LaTeX.

    >>> number_latex(-0.5), number_latex(float("inf"))
    ('-0.5', '\\\\infty')
    """
    text = number_text(x).replace("−", "-")
    if text in ("–", "∞", "-∞"):
        return {"–": r"\text{–}", "∞": r"\infty", "-∞": r"-\infty"}[text]
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def fraction(above: Pair, below: Pair) -> Pair:
    """above / below.

    >>> fraction(same("N_y"), same("N"))
    ('\\\\frac{N_y}{N}', 'N_y / N')
    """
    return rf"\frac{{{above[0]}}}{{{below[0]}}}", f"{above[1]} / {below[1]}"


def times(*factors: Pair) -> Pair:
    """Numbers multiplied.

    >>> times(number(2), number(0.5))
    ('2 \\\\cdot 0.5', '2·0.5')
    """
    return r" \cdot ".join(f[0] for f in factors), "·".join(f[1] for f in factors)


def product(*symbols: Pair) -> Pair:
    """Symbols multiplied.

    >>> product(same("w"), same("u_y"))
    ('w \\\\, u_y', 'w · u_y')
    """
    return r" \, ".join(s[0] for s in symbols), " · ".join(s[1] for s in symbols)


def plus(a: Pair, b: Pair) -> Pair:
    """a + b.

    >>> plus(same("a"), same("b"))
    ('a + b', 'a + b')
    """
    return f"{a[0]} + {b[0]}", f"{a[1]} + {b[1]}"
