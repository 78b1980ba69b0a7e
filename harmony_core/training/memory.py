"""Keeping freed memory for the next step, instead of giving it back and asking for it again.

A step on a CPU takes and frees the same large blocks over and over. glibc gives blocks of this size
back to the system at once, and the system hands them out again page by page, zeroed: with 8,142
classes that was half of the time of a loss, with a small network on images a tenth of a step.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT = 2**30
"""Blocks up to this size, and this much free memory at the end of the heap, are kept."""
LEAST = 2**25
"""The largest block that older versions let us keep."""


def keep_freed() -> bool:
    """Keep freed blocks in this process from now on; whether that is possible here.

    For processes that train, not for a library: it is a setting of the whole process.
    """
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        kept = mallopt(MMAP_THRESHOLD, KEPT) or mallopt(MMAP_THRESHOLD, LEAST)
        return bool(mallopt(TRIM_THRESHOLD, KEPT) and kept)
    return False


def give_back() -> bool:
    """Give what is free back to the system, after a training; whether there was something."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).malloc_trim(0))
    return False
