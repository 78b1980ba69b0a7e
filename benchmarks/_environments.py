"""The wheel, and empty environments to install it into, made by uv as pip is configured here."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("harmony_core", "pages", "assets", ".streamlit/config.toml", "app.py", "setup.py",
           "MANIFEST.in", "pyproject.toml", "README.md", "LICENSE")  # fmt: skip
BIN = "Scripts" if os.name == "nt" else "bin"
AS_PIP = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "no-index": ("UV_NO_INDEX", " "),
}
"""uv's variable for a setting of pip, and what stands between its values."""
UNREACHED = ("error sending request", "dns error", "failed to connect", "timed out", "tcp connect")
"""What uv says, in small letters, when an index does not answer."""


class IndexUnreachable(Exception):
    """No package index answers, so nothing can be installed."""


def build_wheel(folder: Path) -> Path:
    """The wheel, built from a copy of the tree, so that no build folder appears in the tree."""
    tree = folder / "tree"
    for name in (*SOURCES, *(path.name for path in ROOT.glob("requirements*.txt"))):
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    done = subprocess.run([*command, "-w", folder, tree], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    (built,) = folder.glob("*.whl")
    return built


def uv() -> str | None:
    """uv beside the running Python, or on the path."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    return beside or shutil.which("uv")


def uv_settings() -> dict[str, str]:
    """The environment in which uv takes packages from where pip takes them, and as pip does."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():  # the environment, which wins, comes with ":env:" and first
        name, _, value = line.partition("=")
        name = name.rpartition(".")[2]
        if name in AS_PIP and name not in found:
            found[name] = str(ast.literal_eval(value))
    settings = {}
    for name, value in found.items():
        variable, between = AS_PIP[name]
        settings[variable] = between.join(value.split())
    return {**settings, "UV_NO_CONFIG": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}


def environment_with(wheel: Path, extra: str, home: Path, **settings: str) -> Path:
    """The folder of programs of a new environment that has the wheel with an extra, or without.

    Packages are hard links to uv's cache, where the file system allows it. Raises
    `IndexUnreachable`.
    """
    program = uv()
    if program is None:
        raise FileNotFoundError("Expected uv, but it is not installed. Run: make dev")
    wanted = f"harmony[{extra}] @ {wheel.as_uri()}" if extra else str(wheel)
    within = {**os.environ, **uv_settings(), **settings}
    for words in (
        ["venv", "-q", "--python", sys.executable, str(home)],
        ["pip", "install", "-q", "--python", str(home / BIN / "python"), wanted],
    ):
        done = subprocess.run([program, *words], env=within, capture_output=True, text=True)
        if done.returncode:
            if any(said in done.stderr.lower() for said in UNREACHED):
                raise IndexUnreachable(done.stderr)
            raise RuntimeError(done.stderr)
    return home / BIN
