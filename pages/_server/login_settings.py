"""What `[auth]` in .streamlit/secrets.toml says of signing in, checked before the server starts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from harmony_core.errors import ConfigError
from harmony_core.extras import how_to_install
from harmony_core.serving.people import login_required

from .address import base_path

OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
SHORTEST = 32
"""Characters of the secret that signs cookies."""
CALLBACK = "/oauth2callback"
PACKAGES = ("authlib", "httpx")
SEE = "docs/operate.md shows what it holds."


def providers() -> tuple[str, ...]:
    """The names of those who can say who somebody is; an empty name for the one of `[auth]` itself.

    None of them if the operator has not set up signing in.
    """
    auth = _auth()
    named = [str(name) for name, part in auth.items() if _is_provider(part)]
    return ("",) * _is_provider(auth) + tuple(named)


def check_login() -> None:
    """Raise `ConfigError` unless signing in is set up whole, or not at all and not required."""
    auth = _auth()
    if not auth:
        if login_required():
            raise ConfigError(
                "Expected [auth] in .streamlit/secrets.toml, as HARMONY_REQUIRE_LOGIN is 1, but "
                f"got none. {SEE}"
            )
        return
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"Expected the packages for signing in, as .streamlit/secrets.toml has [auth], but "
            f"{' and '.join(missing)} cannot be found. "
            f"Install them {how_to_install('login')}"
        )
    wanted = f"{base_path()}{CALLBACK}"
    given = str(auth.get("redirect_uri", ""))
    address = urlsplit(given)
    if address.scheme not in ("http", "https") or not address.netloc or address.path != wanted:
        raise ConfigError(
            f"Expected redirect_uri of [auth] to be the address of this server and {wanted}, "
            f"but got {given!r}. Write for example https://harmony.example.org{wanted}"
        )
    secret = auth.get("cookie_secret")
    if not isinstance(secret, str) or len(secret) < SHORTEST:
        raise ConfigError(
            f"Expected cookie_secret of [auth] to have at least {SHORTEST} characters, but got "
            "fewer. Set it to the output of `openssl rand -hex 32`."
        )
    if not providers():
        raise ConfigError(f"Expected [auth] to name a provider, but got none. {SEE}")
    for name in providers():
        part = auth[name] if name else auth
        lacking = [key for key in OF_A_PROVIDER if not part.get(key)]
        if lacking or "_" in name:
            section = f"[auth.{name}]" if name else "[auth]"
            got = f"no {' and no '.join(lacking)}" if lacking else "a name with an underscore"
            raise ConfigError(f"Expected {section} to be a provider, but got {got}. {SEE}")


def _auth() -> Mapping[str, Any]:
    """The section; empty without one."""
    try:
        found = st.secrets.get("auth", {})
    except StreamlitSecretNotFoundError as error:
        if login_required():
            raise ConfigError(
                "Expected a readable .streamlit/secrets.toml with [auth], as "
                f"HARMONY_REQUIRE_LOGIN is 1, but got: {str(error).rstrip('.')}. {SEE}"
            ) from error
        return {}
    return found if isinstance(found, Mapping) else {}


def _is_provider(part: object) -> bool:
    return isinstance(part, Mapping) and any(key in part for key in OF_A_PROVIDER)
