"""Child processes: modules of this package, each run in a new interpreter.

A child finds this package wherever the parent was started, reads requests from its input and writes
answers to its output. When the parent is gone, for whatever reason, the child's input ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, overload

PACKAGES = str(Path(__file__).resolve().parents[1])
"""The folder that holds `harmony_core`."""
ORPHANED = 2
"""Exit status of a child that exits because its parent is gone."""


@overload
def start_module(
    module: str,
    *arguments: str,
    binary: Literal[False] = False,
    quiet: bool = True,
    own_session: bool = False,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]: ...
@overload
def start_module(
    module: str,
    *arguments: str,
    binary: Literal[True],
    quiet: bool = True,
    own_session: bool = False,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]: ...
def start_module(
    module: str,
    *arguments: str,
    binary: bool = False,
    quiet: bool = True,
    own_session: bool = False,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[Any]:
    """Start ``python -m module arguments`` with pipes for its input and its output.

    The pipes carry UTF-8 text, or bytes if ``binary``. ``quiet`` discards the child's standard
    error; without it, the child writes to the parent's. A child with its ``own_session`` does not
    get the terminal's Ctrl-C. ``environment`` is added to the parent's. Raises `OSError` if no
    process can be started.
    """
    if not sys.executable:
        raise FileNotFoundError("no Python interpreter is known")
    path = os.pathsep.join(filter(None, (PACKAGES, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],  # nothing where it runs hides a module
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=not binary,
        encoding=None if binary else "utf-8",
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        start_new_session=own_session,
    )


def end_process(process: subprocess.Popen[Any], patience: float) -> None:
    """Close a child's input, so that it exits; kill it if it has not after ``patience`` seconds."""
    _close(process.stdin)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def close_pipes(process: subprocess.Popen[Any]) -> None:
    """Close both pipes of a child that has ended; what was not sent or read is lost."""
    _close(process.stdin)
    _close(process.stdout)


def limit_memory(megabytes: float) -> None:
    """In a child: refuse it more data than that, and its own children as much each.

    The child then gets a `MemoryError` where it would have taken the machine's memory. Nothing is
    limited where the system has no such limit (Windows), or has a lower one.
    """
    try:
        import resource
    except ImportError:
        return
    wanted = int(megabytes * 2**20)
    with contextlib.suppress(OSError, ValueError):
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if soft == resource.RLIM_INFINITY or wanted < soft:
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def leave_with_parent() -> None:
    """In a child that reads no input: exit once it ends, which it does when the parent is gone."""
    threading.Thread(target=_leave_at_end_of_input, daemon=True).start()


def _leave_at_end_of_input() -> None:
    sys.stdin.read()
    os._exit(ORPHANED)


def _close(pipe: Any) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError, ValueError):
            pipe.close()
