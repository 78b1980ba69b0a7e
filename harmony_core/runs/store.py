"""Experiments on disk, a folder each: all that passes between a worker and its readers.

    <root>/<id>/config.json              its config, written once, when it is created
    <root>/<id>/record.json              ExperimentRecord, written by the process that runs it
    <root>/<id>/owner                    the id of the visitor it belongs to, on a shared server
    <root>/<id>/class                    the code of the class it was created in
    <root>/<id>/pinned                   there if it stays when a server makes room
    <root>/<id>/title                    the title, once renamed
    <root>/<id>/stop                     there while a stop is requested
    <root>/<id>/lock                     locked by the process that runs it
    <root>/<id>/traceback.txt            of an unforeseen error
    <root>/<id>/repeat-0/scene.npz
    <root>/<id>/repeat-0/frames/00012.npz
    <root>/<id>/repeat-0/checkpoint.pt
    <root>/<id>/repeat-0/posthoc/        results of `runs.posthoc`

Every file is written under a temporary name, then moved into place: no reader sees half of one.
A checkpoint is written once the scene and all frames before it are on the disk, so that after a
power cut the frames up to the last checkpoint are whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

from ..config import ExperimentConfig
from ..errors import ConfigError, RunError
from ..files import PRIVATE_FOLDER, make_folder, sync_files
from ..frames import Frame, Scene, load_frames, load_scene, save_frames, save_scene
from .checkpoints import sealed, unsealed
from .folders import CLASS_FILE, CONFIG_FILE, DELETED, OWNER_FILE, ExperimentFolders
from .record import DamagedRecord, ExperimentRecord, current_versions, now, time_text

FRAMES_FILE = re.compile(r"([0-9]{5})\.npz")
# Inside the class, `list` is a method.
Epochs = list[int]
Frames = list[Frame]
Records = list[ExperimentRecord]
Ids = list[str]
INTERRUPTED = (
    "Expected the experiment to be finished by the process that ran it, but that process is gone. "
    "Resume it: it continues from its last checkpoint, or begins again without one."
)

LOST_LOOP = (
    "Expected the loop to end the recording, but its process is gone. The epochs recorded so far "
    "are here."
)
LOST_RECORD = (
    "Expected the record of this experiment to be readable, but it was damaged, as by a power cut. "
    "Its config and its frames are here. Resume it to continue from its last checkpoint."
)


class RunStore(ExperimentFolders):
    """All experiments of one runs folder, which is created with the first of them."""

    def __init__(self, root: Path | str | None = None) -> None:
        super().__init__(root)
        self._cache: dict[str, tuple[tuple[int, ...], ExperimentRecord]] = {}
        self._unflushed: dict[tuple[str, int], list[Path]] = {}

    # Records

    def create(
        self, config: ExperimentConfig, title: str = "", class_code: str = "", owner: str = ""
    ) -> ExperimentRecord:
        """Create an experiment, queued, in a folder of its own; its id sorts by time.

        The id of one that has an owner ends with 128 random bits: only its link opens it.
        """
        for _ in range(100):
            time = datetime.now(UTC)  # ends with hexadecimal milliseconds and a random digit
            run_id = f"{time:%Y%m%d-%H%M%S}-{time.microsecond // 1000:03x}{token_hex(1)[0]}"
            if owner:
                run_id += f"-{token_hex(16)}"
            try:
                self.root.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
                (self.root / run_id).mkdir(PRIVATE_FOLDER)
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
            run_id,
            config,
            clean_title(title),
            created=now(),
            versions=current_versions(),
            class_code=class_code,
        )
        try:
            for name, text in ((OWNER_FILE, owner), (CLASS_FILE, class_code)):
                if text:
                    self.write(self.root / run_id / name, text.encode(), durable=True)
            content = config.to_json().encode()
            self.write(self.root / run_id / CONFIG_FILE, content, durable=True)
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

    def listed(self) -> Ids:
        """As `ids`, without the experiments of a class."""
        return [run_id for run_id in self.ids() if not self._of_class(run_id)]

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
                error = INTERRUPTED if record.config.recorded is None else LOST_LOOP
                return record.replace(state="interrupted", message="", error=error)
        return record

    def save(self, record: ExperimentRecord) -> None:
        """Write a record; only for the holder of the experiment's lock."""
        text = json.dumps(record.to_dict(), indent=1)
        durable = record.state != "running"  # while it trains, the next one follows soon
        self.write(self.folder(record.id) / "record.json", text.encode(), durable=durable)

    def save_config(self, record: ExperimentRecord) -> None:
        """Write the config again, as a recorded training makes it known; then the record."""
        content = record.config.to_json().encode()
        self.write(self.folder(record.id) / CONFIG_FILE, content, durable=True)
        self.save(record)

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
        trash = self.root / f"{DELETED}{run_id}-{uuid4().hex[:6]}"
        self.move(run_id, trash)
        shutil.rmtree(trash, ignore_errors=True)

    def move(self, run_id: str, target: Path) -> None:
        """Move an experiment out of this runs folder; `RunError` if it is waiting or running."""
        folder = self.existing(run_id)
        lock = self.lock(run_id)
        self.acquire(lock, run_id, "Stop it first, then delete it")
        try:
            os.replace(folder, target)
        except OSError as error:
            raise RunError(
                f"Expected to move experiment {run_id}, but got: {error.strerror or error}. "
                f"Move or remove the folder {folder} by hand."
            ) from error
        finally:
            lock.release()
        self._cache.pop(run_id, None)

    # Scenes, frames and checkpoints

    def save_scene(self, run_id: str, repeat: int, scene: Scene) -> None:
        """Write the scene of one repeat."""
        path = self.repeat_folder(run_id, repeat, make=True) / "scene.npz"
        save_scene(path, scene)
        self._flush_later(run_id, repeat, path)

    def scene(self, run_id: str, repeat: int = 0) -> Scene:
        """The scene of one repeat; `RunError` if it is missing or damaged."""
        return load_scene(self.repeat_folder(run_id, repeat) / "scene.npz")

    def save_frames(self, run_id: str, repeat: int, epoch: int, frames: Frames) -> None:
        """Write the frames of one epoch, one for each method."""
        folder = self.repeat_folder(run_id, repeat, make=True) / "frames"
        path = make_folder(folder) / f"{epoch:05d}.npz"
        save_frames(path, frames)
        self._flush_later(run_id, repeat, path)

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

    def damaged_frames(self, run_id: str, repeat: int, recorded: Iterable[int]) -> Epochs:
        """Those of the ``recorded`` epochs whose frames are missing or cannot be read."""
        damaged = []
        for epoch in recorded:
            try:
                self.frames(run_id, repeat, epoch)
            except (RunError, OSError):
                damaged.append(epoch)
        return damaged

    def save_checkpoint(self, run_id: str, repeat: int, content: bytes) -> None:
        """Replace the checkpoint of a repeat, once scene and frames before it are on the disk."""
        path = self.repeat_folder(run_id, repeat, make=True) / "checkpoint.pt"
        sync_files(self._unflushed.pop((run_id, repeat), ()))
        self.write(path, sealed(content), durable=True)

    def checkpoint(self, run_id: str, repeat: int) -> bytes | None:
        """The last checkpoint of a repeat, or None.

        Raises `DamagedCheckpoint` if its bytes have changed, `RunError` if it cannot be read.
        """
        path = self.repeat_folder(run_id, repeat) / "checkpoint.pt"
        try:
            return unsealed(path.read_bytes(), path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(
                f"Expected to read the checkpoint of experiment {run_id}, but got: "
                f"{error.strerror or error}. Check the disk and the permissions, then resume."
            ) from error

    def set_aside_checkpoint(self, run_id: str, repeat: int) -> None:
        """Rename a damaged checkpoint, so that the repeat starts again and the file is kept."""
        path = self.repeat_folder(run_id, repeat) / "checkpoint.pt"
        if path.exists():
            os.replace(path, path.with_name("checkpoint.damaged.pt"))

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

    def _flush_later(self, run_id: str, repeat: int, path: Path) -> None:
        self._unflushed.setdefault((run_id, repeat), []).append(path)

    def _of_class(self, run_id: str) -> bool:
        try:
            return bool(self._read(run_id).class_code)
        except RunError:
            return False

    def _read(self, run_id: str) -> ExperimentRecord:
        folder = self.folder(run_id)
        path = folder / "record.json"
        try:
            if not path.exists() and (folder / CONFIG_FILE).exists():
                return self._from_config(run_id)
            stat = path.stat()
            title_stat = _stat(folder / "title")
            key = (stat.st_mtime_ns, stat.st_ino, stat.st_size, *title_stat)
            cached = self._cache.get(run_id)
            if cached is not None and cached[0] == key:
                return cached[1]
            try:
                record = ExperimentRecord.from_json(path.read_text("utf-8", "replace"), run_id)
            except DamagedRecord:
                if not (folder / CONFIG_FILE).exists():
                    raise
                record = self._from_config(run_id)
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

    def _from_config(self, run_id: str) -> ExperimentRecord:
        """A record in place of one that was emptied: interrupted, as far as its files go."""
        path = self.folder(run_id) / CONFIG_FILE
        try:
            config = ExperimentConfig.from_json(path.read_text("utf-8", "replace"))
        except (ConfigError, OSError) as error:
            raise RunError(
                f"Expected a readable record.json or config.json of experiment {run_id}, but got: "
                f"{error} Delete the experiment, or restore the files from a copy."
            ) from error
        repeats = range(config.seeds.repeats)
        repeat = max((at for at in repeats if self.repeat_folder(run_id, at).exists()), default=0)
        return ExperimentRecord(
            run_id,
            config,
            state="interrupted",
            repeat=repeat,
            epoch=max(self.epochs(run_id, repeat), default=0),
            error=LOST_RECORD,
            created=time_text(datetime.fromtimestamp(path.stat().st_mtime, UTC)),
            versions=current_versions(),
            class_code=self.class_code(run_id),
        )


def clean_title(title: str) -> str:
    """A title as one line of at most 120 printable characters."""
    return "".join(c if c.isprintable() else " " for c in title).strip()[:120]


def _stat(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return ()
    return (stat.st_mtime_ns, stat.st_ino)
