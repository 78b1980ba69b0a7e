"""How many files the visitors of a shared server may keep on it, and how much room they may take.

An upload that an experiment names stays with it, also in the bin. Any other goes once a newer one
needs its room, the one uploaded longest ago first, and after some days; but not within `FRESH`, as
its visitor may be about to train on it. The operator's uploads neither count nor go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from typing import BinaryIO

from ..errors import DataError
from ..quotas import MB, Quotas, in_mb
from ..runs.store import RunStore
from .bin import Bin
from .owners import Visitor
from .upload_owners import Owned, disown, keep_upload, owned_uploads

FRESH = 3600.0
"""Seconds after which an upload that no experiment names may go."""
DAY = 86_400.0
_settling = threading.Lock()


class UploadBudget:
    """The uploads of visitors who train the experiments of ``store``."""

    def __init__(self, store: RunStore, limits: Quotas) -> None:
        self._bin = Bin(store)
        self._days, self._files = limits.uploads_days, limits.kept_uploads
        self._visitors, self._all = int(limits.uploads_visitor_mb * MB), int(limits.uploads_mb * MB)

    def keep(self, content: bytes | BinaryIO, limit: int, visitor: Visitor) -> str:
        """As `keep_upload`; `DataError` if there can be no room for one more file."""
        with _settling:
            source = keep_upload(content, limit, visitor)
            every = owned_uploads()
            stay, now = self._in_use(every) | {source}, time.time()
            old = [one for one in every if now - one.since > self._days * DAY]
            going = {one for one in old if one.source not in stay}
            own = [one for one in every if one.owner == visitor.id and one not in going]
            going |= _oldest(own, stay, self._visitors, self._files)
            going |= _oldest([one for one in every if one not in going], stay, self._all)
            if refusal := self._refusal([one for one in every if one not in going], visitor):
                disown(source, visitor.id)
                raise DataError(refusal)
            for one in going:
                disown(one.source, one.owner)
            return source

    def _in_use(self, every: Sequence[Owned]) -> set[str]:
        """The uploads that an experiment names; all if one cannot be read; and fresh ones."""
        named = self._bin.named_uploads()
        fresh = time.time() - FRESH
        return {
            one.source for one in every if named is None or one.source in named or one.since > fresh
        }

    def _refusal(self, left: Sequence[Owned], visitor: Visitor) -> str:
        own = [one for one in left if one.owner == visitor.id]
        if visitor.admin:
            return ""
        if _total(own) > self._visitors or len(own) > self._files:
            return (
                f"Expected your uploads to be at most {self._files} files of "
                f"{in_mb(self._visitors)} together, but got {len(own)} of {in_mb(_total(own))} "
                "with this one. Delete experiments that use an upload, or come back in an hour: "
                "what no experiment uses makes room then."
            )
        if _total(left) > self._all:
            return (
                f"Expected the uploads of all visitors to take at most {in_mb(self._all)}, but got "
                f"{in_mb(_total(left))} with this one. Try again in an hour, or ask whoever runs "
                "this server."
            )
        return ""


def _oldest(
    kept: Sequence[Owned], stay: Collection[str], most: int, files: int | None = None
) -> set[Owned]:
    """Those that go until what is left takes at most ``most`` bytes in so many files."""
    size, number, going = _total(kept), len(kept), set()
    for one in sorted(kept, key=lambda one: one.since):
        if size <= most and (files is None or number <= files):
            break
        if one.source not in stay:
            going.add(one)
            size, number = size - one.size, number - 1
    return going


def _total(kept: Sequence[Owned]) -> int:
    return sum(one.size for one in kept)
