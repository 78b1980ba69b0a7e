"""Tables of which only the cells that are not zero are kept, against dense ones."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.arrays import Array
from harmony_core.cells import SparseTable
from harmony_core.errors import DataError


def counts(rows: int, columns: int, top: int = 4) -> Array:
    rng = np.random.default_rng(rows)
    return rng.integers(0, top, (rows, columns)) * (rng.random((rows, columns)) < 0.2)


@pytest.mark.parametrize(
    "dense",
    [
        counts(7, 7),
        counts(300, 300, 70_000),
        counts(5, 400),
        counts(3, 4) * 1.0,
        counts(40, 5) * 0.3125,
        -counts(6, 6),
        np.zeros((3, 3), dtype=np.int64),
        np.full((2, 2), 2.0**40),
    ],
    ids=str,
)
def test_a_sparse_table_answers_as_the_dense_one(dense: Array) -> None:
    table = SparseTable.of(dense)
    assert table.shape == dense.shape
    np.testing.assert_array_equal(table.dense(), dense)
    np.testing.assert_array_equal(np.asarray(table), dense)
    for axis in (0, 1):
        np.testing.assert_array_equal(table.sum(axis=axis), dense.sum(axis=axis))
    np.testing.assert_array_equal(table.diagonal(), dense.diagonal())
    assert table.max() == max(dense.max(), 0)
    assert table.any() == dense.any()
    for i, row in enumerate(dense):
        columns, values = table.row(i)
        assert columns.tolist() == np.flatnonzero(row).tolist()
        assert values.tolist() == row[row != 0].tolist()
    again = SparseTable.from_parts(table.parts())
    np.testing.assert_array_equal(again.dense(), dense)


def test_whole_numbers_are_exact_and_take_few_bytes() -> None:
    table = SparseTable.of(np.array([[255, 0], [0, 1]]))
    assert table.values.dtype == np.uint8
    big = SparseTable.of(np.array([[16_777_217.0, 1]]))  # one more than float32 can hold
    assert big.sum(axis=1).tolist() == [16_777_218]


def test_other_numbers_have_the_precision_of_float32() -> None:
    dense = np.random.default_rng(0).random((30, 30))
    np.testing.assert_allclose(SparseTable.of(dense).dense(), dense, rtol=1e-7)


def test_a_table_that_would_be_too_large_is_refused() -> None:
    table = SparseTable.from_cells((8142, 8142), np.array([5, 8143]), np.array([2, 3]))
    assert table.diagonal().sum() == 3
    assert table.sum(axis=0)[5] == 2
    for make in (table.dense, lambda: np.asarray(table), lambda: np.asarray(table, dtype=float)):
        with pytest.raises(DataError, match="at most 2,000,000 cells, but got 8,142 × 8,142"):
            make()
