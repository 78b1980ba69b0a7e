"""One experiment's config, state and progress: `ExperimentRecord` and its JSON."""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from ..config import ExperimentConfig
from ..errors import ConfigError, RunError

FORMAT = 1
STATES = ("queued", "running", "done", "stopped", "failed", "interrupted")
ACTIVE = ("queued", "running")
RESUMABLE = ("queued", "stopped", "failed", "interrupted")


class DamagedRecord(RunError):
    """A record that is no JSON, as a power cut leaves it."""


@dataclass(frozen=True)
class ExperimentRecord:
    """All there is to know about an experiment, apart from its frames.

    ``epoch`` counts the epochs finished in repeat ``repeat`` (0-based); times are UTC in ISO 8601
    or empty; ``rate`` is in epochs per second. Only the process that holds the experiment's lock
    writes its record.
    """

    id: str
    config: ExperimentConfig
    title: str = ""
    state: str = "queued"
    repeat: int = 0
    epoch: int = 0
    message: str = ""
    """What it is doing, or its place in the queue."""
    error: str = ""
    """A message a user can act on; empty unless it failed or was interrupted."""
    note: str = ""
    """What happened on the way that its reader should know, such as a repeat trained again."""
    created: str = ""
    started: str = ""
    finished: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    rate: float = 0.0
    class_code: str = ""
    """The class it belongs to, with which it is deleted; empty for none."""

    @property
    def active(self) -> bool:
        """Whether it is waiting or training."""
        return self.state in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it can be continued, which a recorded training cannot."""
        return self.state in RESUMABLE and self.config.recorded is None

    @property
    def share(self) -> float:
        """Share of all epochs of all repeats that are finished, in [0, 1]."""
        total = self.config.epochs * self.config.seeds.repeats
        return min(1.0, (self.repeat * self.config.epochs + self.epoch) / total)

    def replace(self, **changes: Any) -> ExperimentRecord:
        """This record with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; `from_dict` gives back an equal record."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        values["config"] = self.config.to_dict()
        values["versions"] = dict(self.versions)
        if not self.class_code:  # earlier versions read a record without the key
            del values["class_code"]
        return {"format": FORMAT, **values}

    @classmethod
    def from_json(cls, text: str, run_id: str) -> ExperimentRecord:
        """Parse a ``record.json``; anything wrong with it raises `RunError`.

        What is no JSON at all raises `DamagedRecord`.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DamagedRecord(str(_broken(run_id, f"it is not valid JSON: {error}"))) from error
        return cls.from_dict(values, run_id)

    @classmethod
    def from_dict(cls, values: object, run_id: str) -> ExperimentRecord:
        """The inverse of `to_dict`, strict: unknown formats, keys and types raise `RunError`."""
        if not isinstance(values, dict):
            raise _broken(run_id, "it is not an object")
        values = dict(values)
        version = values.pop("format", None)
        if version != FORMAT:
            raise RunError(
                f"Expected the record of experiment {run_id} to have format {FORMAT}, but got "
                f"{version!r}. It was written by another version of Harmony; open it with that one."
            )
        known = {f.name: f.default for f in dataclasses.fields(cls)}
        unknown = [key for key in values if key not in known]
        if unknown:
            raise _broken(run_id, f"it has unknown keys: {', '.join(unknown[:5])}")
        try:
            values["config"] = ExperimentConfig.from_dict(values.get("config"))
        except ConfigError as error:
            raise _broken(run_id, str(error)) from error
        for key, value in values.items():
            if not _fits(key, value, known[key]):
                raise _broken(run_id, f"`{key}` is {str(value)[:80]!r}")
        if values.get("id") != run_id:
            raise _broken(run_id, f"it belongs to experiment {values.get('id')!r}")
        return cls(**values)


def _fits(key: str, value: object, default: object) -> bool:
    """Whether a value read from JSON has the type its field has."""
    if key == "config":
        return True
    if key == "state":
        return value in STATES
    if key == "versions":
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if key == "rate":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, int):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str)


def _broken(run_id: str, problem: str) -> RunError:
    return RunError(
        f"Expected a readable record.json of experiment {run_id}, but {problem}. "
        "Delete the experiment, or restore the file from a copy."
    )


def now() -> str:
    """The time, UTC, to the millisecond."""
    return time_text(datetime.now(UTC))


def time_text(time: datetime) -> str:
    """A time in UTC as records write it, to the millisecond."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def current_versions() -> dict[str, str]:
    """Versions of what a result depends on, without importing any of it."""
    versions = {"python": platform.python_version()}
    for name in ("torch", "numpy"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "none"
    from .. import __version__

    return {"harmony": __version__, **versions}
