"""The mode of a server: by its address, or as the operator says."""

from __future__ import annotations

import pytest

from harmony_core.errors import ConfigError
from harmony_core.serving import mode as serving_mode
from harmony_core.serving.mode import mode, serve_at


@pytest.fixture(autouse=True)
def unknown_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARMONY_MODE", raising=False)
    monkeypatch.setattr(serving_mode, "SERVING", {})


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_a_server_that_only_its_machine_reaches_is_solo(address: str) -> None:
    serve_at(address)
    assert mode() == "solo"


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.0.7", "lab.example.org", "", None])
def test_any_other_server_is_shared(address: str | None) -> None:
    serve_at(address)
    assert mode() == "shared"


def test_an_unknown_address_counts_as_shared() -> None:
    assert mode() == "shared"


def test_the_operator_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    serve_at("0.0.0.0")
    monkeypatch.setenv("HARMONY_MODE", "solo")
    assert mode() == "solo"
    monkeypatch.setenv("HARMONY_MODE", "both")
    with pytest.raises(ConfigError, match="Expected HARMONY_MODE to be solo or shared"):
        mode()


def test_the_mode_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    serve_at("localhost")
    serve_at("localhost")
    assert capsys.readouterr().err.count("Harmony is solo") == 1
