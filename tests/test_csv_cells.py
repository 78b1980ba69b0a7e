"""Cells that a spreadsheet shows and does not run."""

from __future__ import annotations

import math

import pytest

from harmony_core.csv_cells import number_cell, text_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("cat", "cat"),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("−2", "'−2"),
        ("%SystemRoot%", "'%SystemRoot%"),
        ("a\0b", "ab"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_formula_gets_an_apostrophe(text: str, cell: str) -> None:
    assert text_cell(text) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [(0.1234567, "0.123457"), (-0.0, "0"), (1e9, "1e+09"), (math.nan, ""), (-math.inf, "")],
)
def test_a_number_is_short_and_nothing_if_not_finite(value: float, cell: str) -> None:
    assert number_cell(value) == cell
