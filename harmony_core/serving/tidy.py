"""What a new server removes: all that processes left that were killed before it."""

from __future__ import annotations

import threading
from contextlib import suppress

from filelock import Timeout

from ..data.cache import cache_root
from ..data.uploads import SESSIONS, uploads_root
from ..errors import HarmonyError
from ..runs.store import RunStore
from ..scratch import ABANDONED, remove_abandoned, remove_scratch, remove_temporary
from .bin import Bin


def tidy_up(store: RunStore) -> threading.Event:
    """Tidy up in a thread, now and once more when the newest file has become old enough.

    Setting the event that is returned calls the second time off.
    """
    over = threading.Event()

    def work() -> None:
        tidy(store)
        if not over.wait(ABANDONED + 1):
            tidy(store)

    threading.Thread(target=work, name="harmony-tidy", daemon=True).start()
    return over


def tidy(store: RunStore, older_than: float = ABANDONED) -> None:
    """Remove abandoned folders, and temporary files that nobody has written to for so long."""
    with suppress(HarmonyError, OSError):
        store.remove_leftovers(older_than)
    with suppress(HarmonyError, OSError):
        Bin(store).sweep()
    for folder in (uploads_root(), cache_root(), cache_root() / "images"):
        remove_temporary(folder, older_than)
    with suppress(OSError, Timeout):
        remove_abandoned(uploads_root() / SESSIONS)
    with suppress(OSError, Timeout):
        remove_scratch()
