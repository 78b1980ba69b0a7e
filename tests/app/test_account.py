"""What a server shows to those who have not signed in, and the account page without accounts."""

from __future__ import annotations

import pytest
from streamlit import config

from pages._session import sign_in

from .conftest import Open, texts
from .declared_pages import listed_pages


@pytest.fixture
def two_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_MODE", "shared")
    monkeypatch.setattr(sign_in, "providers", lambda: ("lab", "library"))


@pytest.mark.usefixtures("two_providers")
@pytest.mark.parametrize("page", listed_pages())
def test_every_page_refuses_who_has_not_signed_in(
    open_page: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_REQUIRE_LOGIN", "1")
    at = open_page(page)
    assert not at.exception
    assert [button.label for button in at.button] == ["Sign in with Lab", "Sign in with Library"]
    assert [title.value for title in at.title] == ["Harmony"]


@pytest.mark.usefixtures("two_providers")
def test_signing_in_can_be_a_choice(open_page: Open) -> None:
    assert len(open_page("arena").button) > 2
    at = open_page("account")
    assert [button.label for button in at.button] == ["Sign in with Lab", "Sign in with Library"]
    assert "stays with this browser" in texts(at)


def test_without_accounts_the_page_says_so(open_page: Open) -> None:
    at = open_page("account")
    assert "Nobody signs in on this server" in at.info[0].value
    assert not at.button


def test_a_bare_string_of_the_app_is_never_shown() -> None:
    assert config.get_option("runner.magicEnabled") is False
