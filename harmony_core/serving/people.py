"""Who has signed in: whether everybody must, and the visitor id of a person.

``HARMONY_REQUIRE_LOGIN=1`` makes a server one for people who have signed in. A person is known by
what their provider calls them: its own address (issuer) and their number there (subject). The
visitor id is a keyed hash of both. Its key lies in the runs folder, so that ids outlive every
change of the settings, and an id alone does not tell whose it is:

    <runs>/.people-key    32 random bytes, written when the first person signs in
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from ..errors import ConfigError, RunError
from ..files import make_folder, write_atomically

KEY_FILE = ".people-key"
KEY_BYTES = 32
ID_DIGITS = 32


def login_required() -> bool:
    """Whether only those who have signed in may use this server."""
    text = os.environ.get("HARMONY_REQUIRE_LOGIN", "")
    if text not in ("", "0", "1"):
        raise ConfigError(
            f"Expected HARMONY_REQUIRE_LOGIN to be 0 or 1, but got {text!r}. "
            "Set it to 1 to let in only those who have signed in, or unset it."
        )
    return text == "1"


def person_id(root: Path, issuer: str, subject: str) -> str:
    """The visitor id of a person: 32 hexadecimal digits, the same in every browser.

    ``root`` is the runs folder, which holds the key. `ConfigError` if the provider left out who the
    person is, `RunError` if the key can be neither read nor written.
    """
    if not issuer or not subject:
        raise ConfigError(
            "Expected the provider to say who you are (`iss` and `sub`), but got nothing. "
            "Sign out and in again; the operator has to add `openid` to the scope."
        )
    named = json.dumps([issuer, subject]).encode()
    return hmac.new(_key(str(root.absolute())), named, "sha256").hexdigest()[:ID_DIGITS]


@lru_cache(maxsize=8)
def _key(root: str) -> bytes:
    path = make_folder(Path(root), parents=True) / KEY_FILE
    try:
        with FileLock(f"{path}.lock", timeout=10, mode=0o600):
            if not path.exists():
                new = secrets.token_bytes(KEY_BYTES)
                write_atomically(path, new, durable=True, private=True)
        key = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"Expected to read the key of visitor ids, {path}, but got: "
            f"{error.strerror or error}. Check the permissions of the runs folder."
        ) from error
    if len(key) != KEY_BYTES:
        raise RunError(
            f"Expected {path} to hold {KEY_BYTES} bytes, but got {len(key)}. Restore it from a "
            "copy; without one, remove it, and everybody begins as a new visitor."
        )
    return key
