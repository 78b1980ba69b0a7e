"""Logs that say what failed and where, and not with which words of a user.

The message of an error or a warning may quote a class, a column or a file. `hide_messages` keeps
the kind of the error and the lines of code that it passed, and drops the message, also of errors
in threads and of those that nobody awaited. What an experiment needs to be understood is in its
own folder.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any

HIDDEN = "(the message is not logged: it may quote data)"
_plain = logging.getLogRecordFactory()


def hide_messages() -> None:
    """From now on this process logs no message of an error or a warning."""
    logging.setLogRecordFactory(_record)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    warnings.showwarning = _warning


def without_messages(error: BaseException | None, trace: TracebackType | None) -> str:
    """The traceback of an error and of those behind it, without their messages."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines = "".join(traceback.format_tb(trace))
        parts.insert(0, f"Traceback:\n{lines}{type(error).__qualname__} {HIDDEN}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        trace = error.__traceback__ if error is not None else None
    return "\n".join(parts)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _plain(*args, **kwargs)
    record.msg = _named(record.msg)
    if record.name == "asyncio":  # names the task and its error on the lines below the first
        record.msg, record.args = str(record.msg).partition("\n")[0], ()
    if isinstance(record.args, Mapping):
        record.args = {key: _named(value) for key, value in record.args.items()}
    elif record.args:
        record.args = tuple(map(_named, record.args))
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = without_messages(record.exc_info[1], record.exc_info[2])
        record.exc_info = None
    return record


def _named(value: Any) -> Any:
    return f"{type(value).__qualname__} {HIDDEN}" if isinstance(value, BaseException) else value


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    sys.stderr.write(f"{without_messages(error, trace) or kind.__qualname__}\n")


def _warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    del message, file, line
    sys.stderr.write(f"{filename}:{lineno}: {category.__qualname__} {HIDDEN}\n")
