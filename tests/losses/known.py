"""What is known of each registered loss, from the file of `tests.losses.oracles` that serves it."""

from __future__ import annotations

from importlib import import_module

from harmony_core.losses import LOSSES
from tests.losses.oracles.base import Known


def known(name: str) -> Known:
    """The oracle, the value by hand and the settings of a loss; fails with what to add."""
    module, _ = LOSSES[name].factory.split(":")
    stem = module.rsplit(".", 1)[1]
    missing = (
        f"Expected tests/losses/oracles/{stem}.py to have KNOWN[{name!r}], because {module} has "
        "this loss. Add there a Known with an oracle that shares no code with the loss and a "
        "value worked out by hand, as in tests/losses/oracles/weighted.py."
    )
    try:
        table: dict[str, Known] = import_module(f"tests.losses.oracles.{stem}").KNOWN
    except ModuleNotFoundError as error:
        if error.name != f"tests.losses.oracles.{stem}":
            raise
        raise AssertionError(missing) from error
    assert name in table, missing
    return table[name]
