"""Experiments on disk, a folder each: all that passes between a worker and its readers.

    <root>/<id>/record.json              ExperimentRecord, written by the process that runs it
    <root>/<id>/title                    the title, once renamed
    <root>/<id>/stop                     there while a stop is requested
    <root>/<id>/lock                     locked by the process that runs it
    <root>/<id>/traceback.txt            of an unforeseen error
    <root>/<id>/repeat-0/scene.npz
    <root>/<id>/repeat-0/frames/00012.npz
    <root>/<id>/repeat-0/checkpoint.pt
    <root>/<id>/repeat-0/posthoc/        results of `runs.posthoc`

Every file is written under a temporary name, then moved into place: no reader sees half of one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

from ..config import ExperimentConfig
from ..errors import RunError
from ..files import make_folder
from ..frames import Frame, Scene, load_frames, load_scene, save_frames, save_scene
from .folders import ExperimentFolders
from .record import ExperimentRecord, current_versions, now

FRAMES_FILE = re.compile(r"([0-9]{5})\.npz")
# Inside the class, `list` is a method.
Epochs = list[int]
Frames = list[Frame]
Records = list[ExperimentRecord]
INTERRUPTED = (
    "Expected the experiment to be finished by the process that ran it, but that process is gone. "
    "Resume it to continue from its last checkpoint."
)


class RunStore(ExperimentFolders):
    """All experiments of one runs folder, which is created with the first of them."""

    def __init__(self, root: Path | str | None = None) -> None:
        super().__init__(root)
        self._cache: dict[str, tuple[tuple[int, ...], ExperimentRecord]] = {}

    # Records

    def create(self, config: ExperimentConfig, title: str = "") -> ExperimentRecord:
        """Create an experiment, queued, in a folder of its own; its id sorts by time."""
        for _ in range(100):
            time = datetime.now(UTC)  # ends with hexadecimal milliseconds and a random digit
            run_id = f"{time:%Y%m%d-%H%M%S}-{time.microsecond // 1000:03x}{token_hex(1)[0]}"
            try:
                (self.root / run_id).mkdir(parents=True)
                break
            except FileExistsError:
                continue
            except OSError as error:
                raise RunError(
                    f"Expected to make a folder for the experiment in {self.root}, but got: "
                    f"{error.strerror or error}. Free some space, or name another runs folder "
                    "with --runs or HARMONY_RUNS."
                ) from error
        else:
            raise RunError("Expected an unused experiment id, but got 100 in use. Try again.")
        record = ExperimentRecord(
            run_id, config, clean_title(title), created=now(), versions=current_versions()
        )
        try:
            self.save(record)
        except RunError:
            shutil.rmtree(self.root / run_id, ignore_errors=True)
            raise
        return record

    def list(self) -> Records:
        """All readable records, newest first; `scan` also returns what cannot be read."""
        return self.scan()[0]

    def scan(self) -> tuple[Records, dict[str, str]]:
        """`list`, and an error message for each experiment whose record cannot be read, by id."""
        records: Records = []
        broken: dict[str, str] = {}
        for run_id in self.ids():
            try:
                records.append(self.get(run_id))
            except RunError as error:
                broken[run_id] = str(error)
        records.sort(key=lambda record: (record.created, record.id), reverse=True)
        return records, broken

    def get(self, run_id: str) -> ExperimentRecord:
        """The record of one experiment.

        If its process is gone, a record that says queued or running is returned as interrupted, or
        as stopped if a stop was requested. A missing or damaged record raises `RunError`.
        """
        record = self._read(run_id)
        if record.active and not self.locked(run_id):
            record = self._read(run_id)  # it may have ended between the two checks
            if record.active and self.stop_requested(run_id):
                return record.replace(state="stopped", message="")
            if record.active:
                return record.replace(state="interrupted", message="", error=INTERRUPTED)
        return record

    def save(self, record: ExperimentRecord) -> None:
        """Write a record; only for the holder of the experiment's lock."""
        text = json.dumps(record.to_dict(), indent=1)
        durable = record.state != "running"  # while it trains, the next one follows soon
        self.write(self.folder(record.id) / "record.json", text.encode(), durable=durable)

    def find(self, text: str) -> str:
        """The id that ``text`` means: an id, the unique start of one, or ``latest``."""
        ids = self.ids()
        if text == "latest":
            if not ids:
                raise RunError(f"Expected an experiment in {self.root}, but got none. Run one.")
            records = self.list()
            return records[0].id if records else ids[0]
        if text in ids:
            return text
        matches = [run_id for run_id in ids if run_id.startswith(text)]
        if len(matches) == 1 and text:
            return matches[0]
        if matches and text:
            raise RunError(
                f"Expected the start of one experiment's id, but {text!r} fits "
                f"{len(matches)}: {', '.join(matches[:5])}. Give more characters."
            )
        known = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "") if ids else "none"
        raise RunError(
            f"Expected an experiment in {self.root} ({known}), but got {text!r}. "
            "`list` shows all of them."
        )

    def rename(self, run_id: str, title: str) -> None:
        """Change the title, even while the experiment runs."""
        self.existing(run_id)
        self.write(self.folder(run_id) / "title", clean_title(title).encode())

    def delete(self, run_id: str) -> None:
        """Delete an experiment and all its files; `RunError` if it is waiting or running."""
        folder = self.existing(run_id)
        lock = self.lock(run_id)
        self.acquire(lock, run_id, "Stop it first, then delete it")
        trash = self.root / f".deleted-{run_id}-{uuid4().hex[:6]}"
        try:
            os.replace(folder, trash)
        except OSError as error:
            raise RunError(
                f"Expected to delete experiment {run_id}, but got: {error.strerror or error}. "
                f"Remove the folder {folder} by hand."
            ) from error
        finally:
            lock.release()
        self._cache.pop(run_id, None)
        shutil.rmtree(trash, ignore_errors=True)

    # Scenes, frames and checkpoints

    def save_scene(self, run_id: str, repeat: int, scene: Scene) -> None:
        """Write the scene of one repeat."""
        save_scene(self.repeat_folder(run_id, repeat, make=True) / "scene.npz", scene)

    def scene(self, run_id: str, repeat: int = 0) -> Scene:
        """The scene of one repeat; `RunError` if it is missing or damaged."""
        return load_scene(self.repeat_folder(run_id, repeat) / "scene.npz")

    def save_frames(self, run_id: str, repeat: int, epoch: int, frames: Frames) -> None:
        """Write the frames of one epoch, one for each method."""
        folder = self.repeat_folder(run_id, repeat, make=True) / "frames"
        save_frames(make_folder(folder) / f"{epoch:05d}.npz", frames)

    def epochs(self, run_id: str, repeat: int = 0) -> Epochs:
        """The epochs whose frames are on disk, ascending."""
        folder = self.repeat_folder(run_id, repeat) / "frames"
        try:
            with os.scandir(folder) as entries:
                found = [match for entry in entries if (match := FRAMES_FILE.fullmatch(entry.name))]
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for match in found)

    def frames(self, run_id: str, repeat: int, epoch: int) -> Frames:
        """The frames of one epoch, one for each method; `RunError` if missing or damaged."""
        return load_frames(self.repeat_folder(run_id, repeat) / "frames" / f"{epoch:05d}.npz")

    def drop_frames_after(self, run_id: str, repeat: int, epoch: int) -> None:
        """Delete the frames of epochs after ``epoch``, which will be trained again."""
        folder = self.repeat_folder(run_id, repeat) / "frames"
        for later in self.epochs(run_id, repeat):
            if later > epoch:
                (folder / f"{later:05d}.npz").unlink(missing_ok=True)

    def save_checkpoint(self, run_id: str, repeat: int, content: bytes) -> None:
        """Replace the checkpoint of a repeat; it survives a power cut."""
        path = self.repeat_folder(run_id, repeat, make=True) / "checkpoint.pt"
        self.write(path, content, durable=True)

    def checkpoint(self, run_id: str, repeat: int) -> bytes | None:
        """The last checkpoint of a repeat, or None; `RunError` if it cannot be read."""
        try:
            return (self.repeat_folder(run_id, repeat) / "checkpoint.pt").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(
                f"Expected to read the checkpoint of experiment {run_id}, but got: "
                f"{error.strerror or error}. Delete the file to train this repeat again."
            ) from error

    def checkpoint_time(self, run_id: str, repeat: int) -> int | None:
        """When the last checkpoint of a repeat was written, in nanoseconds; None without one."""
        try:
            return (self.repeat_folder(run_id, repeat) / "checkpoint.pt").stat().st_mtime_ns
        except OSError:
            return None

    def drop_checkpoint(self, run_id: str, repeat: int) -> None:
        """Delete the checkpoint of a repeat, if there is one."""
        (self.repeat_folder(run_id, repeat) / "checkpoint.pt").unlink(missing_ok=True)

    def save_traceback(self, run_id: str, text: str) -> Path:
        """Write the traceback of an unforeseen error; the path of its file."""
        path = self.folder(run_id) / "traceback.txt"
        self.write(path, text.encode(errors="replace"))
        return path

    def _read(self, run_id: str) -> ExperimentRecord:
        folder = self.folder(run_id)
        path = folder / "record.json"
        try:
            stat = path.stat()
            title_stat = _stat(folder / "title")
            key = (stat.st_mtime_ns, stat.st_ino, stat.st_size, *title_stat)
            cached = self._cache.get(run_id)
            if cached is not None and cached[0] == key:
                return cached[1]
            record = ExperimentRecord.from_json(path.read_text("utf-8", "replace"), run_id)
            if title_stat:
                title = (folder / "title").read_text("utf-8", "replace")
                record = record.replace(title=clean_title(title))
        except OSError as error:
            self.existing(run_id)
            raise RunError(
                f"Expected to read the record of experiment {run_id}, but got: "
                f"{error.strerror or error}. Check the permissions of {folder}."
            ) from error
        self._cache[run_id] = (key, record)
        return record


def clean_title(title: str) -> str:
    """A title as one line of at most 120 printable characters."""
    return "".join(c if c.isprintable() else " " for c in title).strip()[:120]


def _stat(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return ()
    return (stat.st_mtime_ns, stat.st_ino)
