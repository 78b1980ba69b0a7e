"""MATLAB files read in a process of their own: scipy's reader, in C, crashes on some damaged ones.

    python -m harmony_core.readers.tables.mat_process FILE

It writes a line of JSON, the shape and type of every variable, reads a line, the names of those to
load, and writes them as .npy, one after the other, after a line of JSON with their names. A line
with ``error`` says what is wrong with the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...processes import close_pipes, start_module
from ..messages import quoted

Variables = Mapping[str, tuple[tuple[int, ...], str]]
"""Shape and MATLAB's type by name."""


def load_variables(
    path: Path, choose: Callable[[Variables], Sequence[str]]
) -> tuple[Variables, dict[str, Array]]:
    """All variables of a file, and the arrays of those that ``choose`` names.

    Raises `DataError` for a file that cannot be read, and what ``choose`` raises.
    """
    try:
        process = start_module(__name__, str(path), binary=True)
    except OSError as error:
        raise DataError(f"Expected to start a process, but got: {error.strerror}.") from error
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        heard = _heard(process.stdout)
        found = {name: (tuple(shape), kind) for name, (shape, kind) in heard["found"].items()}
        names = list(choose(found))
        process.stdin.write(json.dumps(names).encode() + b"\n")
        process.stdin.flush()
        loaded = _heard(process.stdout)["loaded"]
        return found, {name: _array(process.stdout) for name in loaded}
    except OSError as error:
        raise damaged("the file is damaged") from error
    finally:
        process.kill()
        process.wait()
        close_pipes(process)


def damaged(what: str) -> DataError:
    return DataError(
        f"Expected a readable MATLAB file, but got: {quoted(what, 80)}. "
        "Save it again with save(…, '-v7')."
    )


def _heard(answers: IO[bytes]) -> dict[str, Any]:
    """The next line; none comes from a process that has crashed."""
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise damaged("the file is damaged")
    said: dict[str, Any] = json.loads(line)
    if "error" in said:
        raise damaged(said["error"])
    return said


def _array(answers: IO[bytes]) -> Array:
    try:
        pipe: Any = SimpleNamespace(read=answers.read)  # in a real file NumPy would seek
        return np.asarray(np.lib.format.read_array(pipe, allow_pickle=False))
    except (ValueError, EOFError) as error:
        raise damaged("the file is damaged") from error


def main(path: str) -> None:
    """Answer for one file."""
    from scipy.io import loadmat, whosmat

    answers = sys.stdout.buffer

    def say(line: dict[str, object]) -> None:
        answers.write(json.dumps(line).encode() + b"\n")
        answers.flush()

    try:
        say({"found": {name: (shape, kind) for name, shape, kind in whosmat(path)}})
        names = json.loads(sys.stdin.readline())
        arrays = {k: v for k, v in loadmat(path, variable_names=names).items() if k in names}
    except BaseException as error:  # noqa: BLE001 - whatever it is, the file is not readable
        say({"error": getattr(error, "strerror", "") or str(error) or type(error).__name__})
        return
    say({"loaded": list(arrays)})
    pipe: Any = SimpleNamespace(write=answers.write)
    for values in arrays.values():
        np.lib.format.write_array(pipe, np.asarray(values), allow_pickle=False)
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
