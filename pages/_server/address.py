"""Names, ports and paths of the server, as a request gives them."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope
from streamlit import config

PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def authority(text: str, scheme: str) -> tuple[str, int] | None:
    """Name and port of ``name[:port]``, as a browser means them; None if it is not of that form.

    >>> authority("LOCALHOST:8501", "http"), authority("[::1]", "https")
    (('localhost', 8501), ('::1', 443))
    >>> authority("user@localhost", "http"), authority("localhost:x", "http")
    (None, None)
    """
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.netloc != text or "@" in text or scheme not in PORTS:
        return None
    return name.rstrip("."), PORTS[scheme] if port is None else port


def same_origin(origin: str, host: str) -> bool:
    """Whether an ``Origin`` is the very server that a ``Host`` names: its name and its port.

    >>> same_origin("http://localhost:8501", "localhost:8501")
    True
    >>> same_origin("http://localhost:9999", "localhost:8501")
    False
    >>> same_origin("null", "localhost:8501")
    False
    """
    scheme, _, rest = origin.partition("://")
    wanted = authority(rest, scheme)
    return wanted is not None and wanted == authority(host, scheme)


def host_of(scope: Scope) -> str:
    """The ``Host`` of a request; empty if it is missing or there is more than one."""
    hosts = Headers(scope=scope).getlist("host")
    return hosts[0] if len(hosts) == 1 else ""


def base_path() -> str:
    """What every path begins with: empty, or ``/harmony`` with `server.baseUrlPath`."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def inner_path(scope: Scope) -> str:
    """The path of a request without `base_path`."""
    return str(scope["path"]).removeprefix(base_path())
