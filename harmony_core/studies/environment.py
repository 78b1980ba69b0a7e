"""With which versions and on which kind of device the runs of a study were trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import RunError
from ..parameters import show
from ..runs.record import ExperimentRecord

MOST, LONGEST = 20, 80
NAMES = {"harmony": "Harmony", "python": "Python", "torch": "PyTorch", "numpy": "NumPy"}
ADVICE = "Write the result again with `study --report`, or restore it from a copy."


@dataclass(frozen=True)
class Environment:
    """Devices, and the versions of each library, over the finished runs of a study."""

    devices: tuple[str, ...] = ()
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of harmony, python, torch and numpy; several where runs differ."""

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready dictionary."""
        versions = {name: list(found) for name, found in self.versions.items()}
        return {"devices": list(self.devices), "versions": versions}

    def sentence(self) -> str:
        """Device and versions in words; empty if nothing is recorded."""
        named = [
            f"{NAMES.get(name, name)} {' and '.join(found)}"
            for name, found in self.versions.items()
            if found
        ]
        parts = [" and ".join(self.devices), ", ".join(named)]
        told = "; ".join(part for part in parts if part)
        return f"Trained on: {told}." if told else ""


def environment_of(records: Iterable[ExperimentRecord]) -> Environment:
    """What the records of finished runs say."""
    done = [record for record in records if record.state == "done"]
    versions: dict[str, set[str]] = {}
    for record in done:
        for name, version in record.versions.items():
            versions.setdefault(name, set()).add(version)
    return Environment(
        tuple(sorted({record.device for record in done if record.device})),
        {name: tuple(sorted(found)) for name, found in versions.items()},
    )


def read_environment(values: object) -> Environment:
    """The inverse of `Environment.to_dict`; None is an empty one, all else raises `RunError`."""
    if values is None:
        return Environment()
    if not isinstance(values, dict):
        raise RunError(f"Expected `environment` to be an object, but got {show(values)}. {ADVICE}")
    versions = values.get("versions", {})
    if not isinstance(versions, dict) or len(versions) > MOST:
        raise RunError(f"Expected `versions` to be an object, but got {show(versions)}. {ADVICE}")
    return Environment(
        _texts(values.get("devices", [])),
        {_texts([name])[0]: _texts(found) for name, found in versions.items()},
    )


def _texts(values: object) -> tuple[str, ...]:
    ok = isinstance(values, list) and len(values) <= MOST
    if not ok or any(not isinstance(v, str) or len(v) > LONGEST for v in values):  # type: ignore[attr-defined]
        raise RunError(
            f"Expected at most {MOST} short texts in `environment`, but got {show(values)}. "
            f"{ADVICE}"
        )
    return tuple(values)  # type: ignore[arg-type]
