"""MATLAB files up to version 7: arrays of labels and inputs, by name."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, ReadOptions
from ..messages import listed
from .array_file import array_contents, assemble
from .mat_process import Variables, load_variables

_BYTES = {
    "double": 8, "single": 4, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4,
    "uint32": 4, "int64": 8, "uint64": 8, "logical": 1,
}  # fmt: skip


def _read(path: Path, options: ReadOptions) -> Contents:
    numbers: list[str] = []

    def choose(found: Variables) -> list[str]:
        numbers[:] = [name for name, (_, kind) in found.items() if kind in _BYTES]
        size = sum(math.prod(found[name][0]) * _BYTES[found[name][1]] for name in numbers)
        if not 0 <= size <= limits.ARRAYS_UNPACKED_BYTES:
            raise DataError(
                f"Expected arrays of at most {limits.ARRAYS_UNPACKED_BYTES // limits.MB:,} MB, but "
                f"got {size / limits.MB:,.0f} MB. Keep fewer samples of the frequent classes."
            )
        return numbers

    found, arrays = load_variables(path, choose)
    shapes = {name: np.shape(arrays[name]) for name in numbers if name in arrays}
    if not shapes:
        raise DataError(
            "Expected a MATLAB file with arrays of numbers, but got "
            f"{listed(list(found)) if found else 'none'}. Save labels and features as matrices."
        )
    flat = [name for name, shape in shapes.items() if len(shape) == 2 and 1 in shape]
    label = options.label if isinstance(options.label, str) else None
    contents = array_contents(
        assemble(shapes, flat, arrays.__getitem__, label), path, MAT.title, options
    )
    if left := [name for name in found if name not in shapes]:
        return contents.with_notes(f"Left out variables that are no numbers: {listed(left)}.")
    return contents


MAT: FileFormat = FileFormat(
    title="MATLAB file",
    matches=lambda start: start.head.startswith(b"MATLAB 5.0"),
    read=_read,
    largest=limits.ARRAYS_BYTES,
    suffixes=("mat",),
)
