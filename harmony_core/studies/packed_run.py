"""A run's folder as bytes, to be sent from the machine that trained it."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from uuid import uuid4

from ..errors import RunError
from ..files import FREE_SOME_SPACE
from ..runs.record import ExperimentRecord
from ..runs.store import RunStore

LEFT_OUT = ("lock", "stop", "checkpoint.pt")


def pack(store: RunStore, run_id: str) -> bytes:
    """The folder of a run as a ZIP, without its checkpoints."""
    folder = store.existing(run_id)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in LEFT_OUT:
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


def unpack(store: RunStore, content: bytes) -> ExperimentRecord:
    """Add a packed run to a store, whole or not at all, under a new id if its own is taken.

    Raises `RunError` if the disk is full or the content is damaged.
    """
    incoming = store.root / f".incoming-{uuid4().hex[:8]}"
    try:
        incoming.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(incoming)
        return _place(store, incoming)
    except OSError as error:
        raise RunError(
            f"Expected to write a finished run into {store.root}, "
            f"but got: {error.strerror or error}. {FREE_SOME_SPACE}"
        ) from error
    except zipfile.BadZipFile as error:
        raise RunError(
            f"Expected a finished run from a worker, but got: {error}. Run the study again."
        ) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _place(store: RunStore, incoming: Path) -> ExperimentRecord:
    """Move an unpacked folder to where the store has its runs; the record, with its id there."""
    text = (incoming / "record.json").read_text("utf-8")
    try:
        name = str(json.loads(text)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"Expected a packed run to have a record, but got: {error}.") from error
    record = ExperimentRecord.from_json(text, name)
    number = 1
    while store.folder(record.id).exists():
        number += 1
        record = record.replace(id=f"{name}-{number}")
    store.write(incoming / "record.json", json.dumps(record.to_dict(), indent=1).encode())
    incoming.rename(store.folder(record.id))
    return record
