"""The embedding's pictures, drawn during a training."""

from __future__ import annotations

import traceback
from contextlib import suppress

from ...errors import HarmonyError
from ..failures import explain
from ..reporter import Reporter


class Pictures:
    """Draws the picture of each epoch once its frames are on disk, if the experiment asks for them.

    `embed_run` would draw the same pictures afterwards. A picture that cannot be drawn never ends
    the training: the record's message says why, and no more are drawn in this repeat.
    """

    def __init__(self, reporter: Reporter, repeat: int) -> None:
        self._reporter, self._repeat = reporter, repeat
        self._on = reporter.record.config.record.embedding

    def draw(self) -> None:
        """Draw what is missing up to the newest recorded epoch; a stop ends it between pictures."""
        if not self._on:
            return
        store, record = self._reporter.store, self._reporter.record
        try:
            from .store import embed_run

            embed_run(store, record.id, self._repeat, should_stop=self._reporter.stopping)
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            self._on = False
            self._reporter.update(message=f"training, without embedding: {explain(error)}")
            if not isinstance(error, HarmonyError):
                with suppress(HarmonyError):
                    report = "".join(traceback.format_exception(error))
                    store.save_traceback(record.id, report)
