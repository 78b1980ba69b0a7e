"""Formulas with numbers put in: LaTeX that fits a narrow screen, and the same as plain text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

WIDEST = 34
"""Signs a line may show: what fits 375 pixels at the size of a formula on its own line."""


@dataclass(frozen=True)
class Term:
    """One step of a formula: what it is called, and its definition with numbers and value."""

    name: str
    """A short heading, as in "Difficulty"."""
    latex: str
    """An ``aligned`` block, one equals sign a line."""
    text: str
    """One line of plain text."""


def term(name: str, left: tuple[str, str], *rights: tuple[str, str]) -> Term:
    """``left = right = right …``, each given as (LaTeX, plain text)."""
    lines = [rf"{left[0]} &= {rights[0][0]}", *(f"&= {right[0]}" for right in rights[1:])]
    latex = r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"
    return Term(name, latex, " = ".join([left[1], *(right[1] for right in rights)]))


def both(text: str) -> tuple[str, str]:
    """A piece that reads the same in LaTeX and in plain text."""
    return text, text


def value(x: float) -> tuple[str, str]:
    """A number with 3 significant digits, as (LaTeX, plain text)."""
    return tex(x), plain(x)


def plain(x: float) -> str:
    """3 significant digits; powers of ten only where a plain number would be long."""
    if not math.isfinite(x):
        return "–" if math.isnan(x) else ("∞" if x > 0 else "−∞")
    text = f"{x:.3g}"
    if "e" in text and 1e-4 <= abs(x) < 1e6:
        text = f"{float(text):.0f}" if abs(x) >= 1 else f"{float(text):f}".rstrip("0")
    return text.replace("-", "−") if "e" not in text else re.sub(r"^-", "−", text)


def tex(x: float) -> str:
    """`plain` for LaTeX."""
    text = plain(x).replace("−", "-")
    if text in ("–", "∞", "-∞"):
        return {"–": r"\text{–}", "∞": r"\infty", "-∞": r"-\infty"}[text]
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def signed(x: float) -> tuple[str, str]:
    """A number that is added: a negative one in brackets, as (LaTeX, plain text)."""
    return (f"({tex(x)})", f"({plain(x)})") if plain(x).startswith("−") else value(x)


def whole(n: int) -> str:
    """A count, never rounded."""
    return str(int(n))


def shown_width(latex: str) -> int:
    """About how many signs the widest line of a LaTeX block shows."""
    body = latex.replace(r"\begin{aligned}", "").replace(r"\end{aligned}", "")
    return max(_signs(line) for line in body.split(r"\\"))


def _signs(line: str) -> int:
    fraction = re.compile(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
    while match := fraction.search(line):
        wider = max(match[1], match[2], key=_signs)
        line = line[: match.start()] + wider + line[match.end() :]
    line = re.sub(r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}", r"\1", line)
    line = re.sub(r"\\(?:left|right|tilde|,|;|!|quad)", "", line)
    line = re.sub(r"\\[a-zA-Z]+", "x", line)
    return len(re.sub(r"[{}^_&\s]", "", line))
