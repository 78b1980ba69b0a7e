"""`python -m harmony_core app`: serve the app on this machine, from a checkout or from a wheel."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..command_name import as_called
from ..errors import RunError
from ..extras import require
from ..files import PRIVATE_FOLDER
from ..runs.store import RunStore

PORT = 8501
ADDRESS = "localhost"
PACKAGE = Path(__file__).resolve().parents[1]
PLACES = (PACKAGE / "_app" / "app.py", PACKAGE.parent / "app.py")
"""Where the app is: inside an installed package, or beside the package of a checkout."""
EPILOG = """\
examples:
  python -m harmony_core app                                # http://localhost:8501, for you
  python -m harmony_core app --port 8600 --runs ~/harmony
  python -m harmony_core app --address 0.0.0.0              # for everybody who can reach it
  python -m harmony_core app -- --server.baseUrlPath=harmony

Everything after `--` is passed to `streamlit run`. Experiments are kept in the folder given by
--runs, by the environment variable HARMONY_RUNS, or in ./runs. Visitors from other machines share
the server: docs/operate.md has the modes, the limits and their variables.
"""


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `app` to the subcommands of a parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "app",
        help="Serve the app.",
        description="Serves the app until Ctrl-C.",
        epilog=as_called(EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=serve)
    add = parser.add_argument
    add("--port", type=_port, default=PORT, metavar="N", help=f"port (default: {PORT})")
    add("--address", default=ADDRESS, help=f"address to listen on (default: {ADDRESS})")
    add("--runs", metavar="DIR", help="folder of the experiments")
    add("options", nargs="*", metavar="-- OPTION", help="options of `streamlit run`")
    return parser


def serve(given: argparse.Namespace) -> int:
    """Start Streamlit's server in place of this process, where the system can do so."""
    require("app")
    root = RunStore(given.runs).root.expanduser().absolute()
    _check_runs(root)
    if not any(
        option.startswith(("--server.port", "--server.address")) for option in given.options
    ):
        _check_address(given.address, given.port)
    environment = {**os.environ, "HARMONY_RUNS": str(root)}
    command = streamlit_command(given.address, given.port, given.options)
    sys.stderr.write(f"Experiments are kept in {root}.\n")
    sys.stderr.flush()
    if os.name == "posix":  # signals reach the server itself
        os.execve(command[0], command, environment)
    with subprocess.Popen(command, env=environment) as server:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:  # the server has received it too
                continue


def streamlit_command(address: str, port: int, options: list[str]) -> list[str]:
    """The command that serves the app; `RunError` if it is not there.

    Nothing in the folder where it runs can take the place of a package (``-P``).
    """
    app = next((place for place in PLACES if place.is_file()), None)
    if app is None:
        raise RunError(
            f"Expected the app in {PLACES[0].parent}, but it is not there. Install Harmony again "
            "from a wheel or from its folder."
        )
    return [
        sys.executable, "-P", "-m", "streamlit", "run", str(app), "--server.headless=true",
        f"--server.address={address}", f"--server.port={port}", *options,
    ]  # fmt: skip


def _check_runs(root: Path) -> None:
    """Make the runs folder; `RunError` if that fails, a line if nothing can be added to it."""
    try:
        root.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"Expected to make the runs folder {root}, but got: {error.strerror or error}. "
            "Name another one with --runs or HARMONY_RUNS."
        ) from error
    if not os.access(root, os.W_OK):
        sys.stderr.write(
            f"Nothing can be written into {root}: its experiments can be opened, and none can be "
            "added.\n"
        )


def _check_address(address: str, port: int) -> None:
    """Raise `RunError` unless the server can listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name == "posix":  # a server that has just ended is no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise RunError(
            f"Expected to listen on port {port} of {address}, but got: {said}. Name another port "
            "with --port, or another address of this machine with --address."
        ) from error


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"Expected a port from 1 to 65535, but got {text!r}.")
    return int(text)
