"""What went wrong, as one message a user can act on."""

from __future__ import annotations

from ..errors import HarmonyError, RunError


class Stopped(Exception):
    """Raised to leave the current work because a stop was requested."""


_LESS_MEMORY = (
    "Choose fewer methods, a smaller model, a smaller batch, or record fewer epochs; then resume "
    "or run again."
)


def explain(error: BaseException) -> str:
    """A message for any error; only an unforeseen one points to the traceback."""
    if isinstance(error, HarmonyError):
        return str(error)
    name = type(error).__name__
    text = " ".join(str(error).split())[:300]
    if name == "OutOfMemoryError" or "CUDA out of memory" in text:
        return f"Expected the training to fit into the GPU's memory, but it ran out. {_LESS_MEMORY}"
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        return f"Expected the training to fit into memory, but it ran out. {_LESS_MEMORY}"
    if isinstance(error, OSError) and error.filename is None and error.strerror:
        return (
            f"Expected to read and write the experiment's files, but got: {error.strerror}. "
            "Free some space or check the permissions, then resume."
        )
    return (
        f"Expected the training to finish, but got {name}: {text or 'no message'}. "
        "The full report is in traceback.txt of the experiment's folder."
    )


def portable(error: Exception) -> Exception:
    """The error in a form that can be sent to another process."""
    return error if isinstance(error, HarmonyError | Stopped) else RunError(explain(error))


def foreseen(error: BaseException) -> bool:
    """Whether the message says it all, so that no traceback is kept."""
    return isinstance(error, HarmonyError)
