"""All that stands around Streamlit's own server, for `streamlit.starlette.App`."""

from __future__ import annotations

import sys
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit import config

from harmony_core.errors import ConfigError
from harmony_core.quiet_logs import hide_messages
from harmony_core.quotas import MB, quotas
from harmony_core.serving.mode import mode, serve_at

from . import metrics
from .address import base_path
from .headers import Headers, framing
from .held_uploads import Caps, HeldUploads
from .hosts import Hosts, allowed_hosts
from .lifespan import lifespan
from .login_settings import check_login
from .return_to import ReturnTo
from .visitor_cookie import VisitorCookie


def door() -> dict[str, Any]:
    """The arguments of `App`. Read once, before the server starts: options and environment.

    Settings that mean nothing end the process with a message.
    """
    try:
        return _door()
    except ConfigError as error:
        sys.exit(str(error))


def _door() -> dict[str, Any]:
    st.secrets.load_if_toml_exists()  # whose plain values become variables of the environment
    address = str(config.get_option("server.address") or "")
    serve_at(address)
    if mode() == "shared":
        hide_messages()
    check_login()
    held = quotas()
    visitor, everyone = (int(mb * MB) for mb in (held.held_visitor_mb, held.held_mb))
    return {
        "lifespan": lifespan,
        "routes": [
            Route(f"{base_path()}/healthz", metrics.health),
            Route(f"{base_path()}/metrics", metrics.show),
        ],
        "middleware": [  # the first sees a request first and its answer last
            Middleware(metrics.Metrics),
            Middleware(Headers, framing()),
            Middleware(Hosts, allowed_hosts(address)),
            Middleware(HeldUploads, Caps(visitor, everyone)),
            Middleware(VisitorCookie),
            Middleware(ReturnTo),
        ],
    }
