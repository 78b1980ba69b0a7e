"""The locks pin all that their requirements ask for, with hashes, on every system and Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
LOCKS = ("requirements", "requirements-login")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13")


def asked(name: str) -> list[Requirement]:
    """What a file of requirements asks for, with the files that it names."""
    found = []
    for line in (ROOT / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("-r "):
            found += asked(line.removeprefix("-r ").removesuffix(".txt"))
        elif bare := line.partition("#")[0].strip():
            found.append(Requirement(bare))
    return found


def pins(name: str) -> list[tuple[Requirement, int]]:
    """What a lock pins, and by how many hashes."""
    lines = re.sub(r"\\\n", " ", (ROOT / f"{name}.lock").read_text("utf-8")).splitlines()
    found = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(HASH.sub("", line)), len(HASH.findall(line))) for line in found]


def installed(name: str, system: str, python: str) -> dict[str, str]:
    """The version of each package that the lock gives to one system and Python."""
    place = {**SYSTEMS[system], "python_version": python, "python_full_version": f"{python}.1"}
    here = [pin for pin, _ in pins(name) if pin.marker is None or pin.marker.evaluate(place)]
    versions = {canonicalize_name(p.name): next(iter(p.specifier)).version for p in here}
    assert len(versions) == len(here), "a package is pinned twice"
    return versions


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_one_version_with_hashes(name: str) -> None:
    assert pins(name)
    for pin, hashes in pins(name):
        assert [part.operator for part in pin.specifier] == ["=="], str(pin)
        assert hashes, str(pin)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_met_everywhere(name: str, system: str, python: str) -> None:
    versions = installed(name, system, python)
    for wanted in asked(name):
        version = versions[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version), f"{wanted}, but {version} is pinned: `make lock`"


@pytest.mark.parametrize("system", SYSTEMS)
def test_both_locks_can_be_installed_together(system: str) -> None:
    app, login = (installed(name, system, "3.12") for name in LOCKS)
    assert {
        name: login[name] for name in app.keys() & login.keys() if login[name] != app[name]
    } == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    """Whoever installs from it chooses the index."""
    text = (ROOT / f"{name}.lock").read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
