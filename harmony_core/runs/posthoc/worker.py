"""Apply post-hoc steps to one finished repeat in a process of their own.

    python -m harmony_core.runs.posthoc.worker ROOT ID REPEAT STEPS

``STEPS`` is what `chosen_steps` returns, as JSON. It ends with status 0 when all results are on
disk, and with 1 after printing one JSON line ``{"error": "…"}``. When its parent ends, its input
closes and it exits. Files are written atomically.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import suppress

from ...errors import HarmonyError
from ...processes import leave_with_parent
from ..failures import explain, foreseen
from ..store import RunStore
from .compute import compute

if __name__ == "__main__":
    leave_with_parent()
    store, run_id = RunStore(sys.argv[1]), sys.argv[2]
    try:
        compute(store, run_id, int(sys.argv[3]), json.loads(sys.argv[4]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say it
        if not foreseen(error):
            with suppress(HarmonyError):
                store.save_traceback(run_id, "".join(traceback.format_exception(error)))
        sys.stdout.write(json.dumps({"error": explain(error)}) + "\n")
        sys.stdout.flush()
        os._exit(1)
    os._exit(0)
