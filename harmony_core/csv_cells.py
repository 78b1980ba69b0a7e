"""Cells of CSV files: text that no spreadsheet runs as a formula, and short numbers."""

from __future__ import annotations

import math

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
ASCII_SIGNS = {ord("＝"): "=", ord("＋"): "+", ord("－"): "-", ord("＠"): "@", ord("−"): "-"}
"""Full-width forms, and the minus sign, that some spreadsheets read as ASCII."""


def text_cell(text: str) -> str:
    """Text with an apostrophe in front if a spreadsheet could take it for a formula.

    Leading blanks do not hide a formula; NUL characters, which no reader expects, are dropped.

    >>> text_cell("cat"), text_cell("=1+1"), text_cell("  -2")
    ('cat', "'=1+1", "'  -2")
    """
    start = text.lstrip(" \u00a0\ufeff")[:1].translate(ASCII_SIGNS)
    cleaned = text.replace("\0", "")
    return f"'{cleaned}" if start in FORMULA_STARTS else cleaned


def number_cell(value: float) -> str:
    """A number with 6 significant digits; empty if it is not finite.

    >>> number_cell(1 / 3), number_cell(-0.0), number_cell(float("nan"))
    ('0.333333', '0', '')
    """
    return f"{value + 0.0:.6g}" if math.isfinite(value) else ""  # + 0.0 turns −0 into 0
