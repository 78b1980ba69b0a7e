"""Samples that are equal, by a key of 64 bits: copies, leaks into the test split, contradictions.

Axes: n samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...data.copies import equal_keys

_MIX = np.uint64(0x9E3779B97F4A7C15)
_PART = 2**20


@dataclass(frozen=True)
class Equal:
    """Positions of samples that equal others."""

    duplicates: Array
    """Repeat an earlier sample of their split with the same label."""
    conflicts: Array
    """Equal a sample with another label."""
    leaks: Array
    """In the test split, and equal to a training sample."""
    first: Array
    """(n,) the first sample with the same key."""
    first_trained: Array
    """(n,) for leaks, the first training sample with the same key; −1 elsewhere."""


def find_equal(keys: Array, codes: Array, split: Array | None, train: int, test: int) -> Equal:
    """Compare keys (n,) uint64; samples with a negative code or split take no part.

    ``train`` and ``test`` are the numbers of these splits in ``split``; −1 if there is none.
    """
    n = len(keys)
    small = np.int32 if n < 2**31 else np.int64
    where = np.flatnonzero(
        _repeated(keys, codes >= 0 if split is None else (codes >= 0) & (split >= 0))
    )
    part = split[where].astype(np.uint64) if split is not None else np.zeros(len(where), np.uint64)
    key, code = keys[where], codes[where]
    own = (key ^ (code.astype(np.uint64) + np.uint64(1)) * _MIX) * _MIX ^ (part + np.uint64(1))
    repeats = where[equal_keys(own) != np.arange(len(where))]
    first = np.arange(n, dtype=small)
    first[where] = where[equal_keys(key)]
    order = np.argsort(key, kind="stable")
    if len(key):
        starts = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]]))
        low = np.minimum.reduceat(code[order], starts)
        high = np.maximum.reduceat(code[order], starts)
        mixed = np.repeat(low != high, np.diff(np.concatenate([starts, [len(key)]])))
        conflicts = np.sort(where[order[mixed]])
    else:
        conflicts = where
    leaks = np.zeros(0, dtype=np.int64)
    first_trained = np.full(n, -1, dtype=small)
    if train >= 0 and test >= 0 and split is not None:
        trained, tested = where[part == train], where[part == test]
        known, at = np.unique(keys[trained], return_index=True)
        if len(known):
            place = np.minimum(np.searchsorted(known, keys[tested]), len(known) - 1)
            hit = known[place] == keys[tested]
            leaks = tested[hit]
            first_trained[leaks] = trained[at[place[hit]]]
    return Equal(repeats, conflicts, leaks, first, first_trained)


def _repeated(keys: Array, among: Array) -> Array:
    """(n,) bool, whether a key is there twice ``among`` some (n,) bool: of most data few are."""
    ordered = keys[among]
    ordered.sort()
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    out = np.zeros(len(keys), dtype=bool)
    if not len(twice):
        return out
    for start in range(0, len(keys), _PART):
        part = keys[start : start + _PART]
        place = np.minimum(np.searchsorted(twice, part), len(twice) - 1)
        out[start : start + _PART] = twice[place] == part
    return out & among
