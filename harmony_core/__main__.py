"""``python -m harmony_core``: the command line of `cli`."""

from __future__ import annotations

from .cli import main
from .runs.ranks import ranks_from_environment

if __name__ == "__main__":
    status = main()
    if status == 0:
        ranks_from_environment().exit()
    raise SystemExit(status)
