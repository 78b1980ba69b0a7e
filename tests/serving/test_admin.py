"""The administrator's secret, the announcement, and who uses what."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmony_core.config import ExperimentConfig
from harmony_core.errors import ConfigError
from harmony_core.runs.store import RunStore
from harmony_core.serving.admin import ATTEMPTS, ATTEMPTS_IN_ALL, WINDOW, Gate, admin_mark
from harmony_core.serving.announcement import announce, announcement
from harmony_core.serving.bin import Bin
from harmony_core.serving.usage import usage

SECRET = "sixteen letters!"


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HARMONY_ADMIN_SECRET", SECRET)
    return SECRET


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_secret_lets_in(secret: str) -> None:
    assert Gate().enter(secret, "anna") == admin_mark() != ""
    for wrong in ("", secret[:-1], f"{secret} ", "\udcff"):
        with pytest.raises(ConfigError, match="the administrator’s secret"):
            Gate().enter(wrong, "anna")


@pytest.mark.parametrize("short", ["", "fifteen letters"])
def test_without_a_long_secret_nobody_is_let_in(
    monkeypatch: pytest.MonkeyPatch, short: str
) -> None:
    monkeypatch.setenv("HARMONY_ADMIN_SECRET", short)
    assert admin_mark() == ""
    with pytest.raises(ConfigError, match="at least 16 characters"):
        Gate().enter(short, "anna")


def test_a_new_secret_ends_what_the_old_one_allowed(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = admin_mark()
    monkeypatch.setenv("HARMONY_ADMIN_SECRET", "another one of sixteen")
    assert admin_mark() != mark


def fail(gate: Gate, visitor: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConfigError, match="something else"):
            gate.enter("guess", visitor)


def test_attempts_are_limited(secret: str) -> None:
    clock = Clock()
    gate = Gate(clock)
    fail(gate, "ben", ATTEMPTS)
    with pytest.raises(ConfigError, match="too many in a minute"):
        gate.enter(secret, "ben")
    assert gate.enter(secret, "anna")
    for visitor in range(ATTEMPTS_IN_ALL - ATTEMPTS):
        fail(gate, str(visitor), 1)
    with pytest.raises(ConfigError, match="too many in a minute"):
        gate.enter(secret, "anna")
    clock.now += WINDOW
    assert gate.enter(secret, "ben")


def test_an_announcement_is_one_line_until_it_is_withdrawn(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    assert announcement(root) == ""
    announce(root, "  Restart\nat noon ")
    assert announcement(root) == "Restart at noon"
    announce(root, " ")
    assert announcement(root) == ""


def test_use_is_counted_by_visitor(runs_folder: Path) -> None:
    store = RunStore(runs_folder)
    owners = ("a" * 32, "a" * 32, "")
    runs = [store.create(ExperimentConfig(), owner=owner).id for owner in owners]
    with store.running(runs[0]):
        store.save(store.get(runs[0]).replace(state="running"))
        found = {one.owner: one for one in usage(store)}
    assert set(found) == {"a" * 32, ""}
    hers = found["a" * 32]
    assert set(hers.runs) == set(runs[:2])
    assert (hers.running, found[""].running) == (1, 0)
    assert hers.size == sum(store.size(run) for run in runs[:2])
    assert (hers.pinned, hers.binned) == (0, 0)
    store.pin(runs[1], stays=True)
    Bin(store).put(runs[0])
    (hers,) = (one for one in usage(store) if one.owner)
    assert (hers.runs, hers.pinned) == ((runs[1],), 1)
    assert hers.binned > 0
