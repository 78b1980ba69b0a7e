"""What a process logs of its errors where logs hold no words of users."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "Krankenblatt.csv"
HIDE = "from harmony_core.quiet_logs import hide_messages\nhide_messages()\n"
WAYS = {
    "logged": "import logging\ntry:\n  raise KeyError(SECRET)\nexcept KeyError:\n"
    "  logging.exception('It failed')",
    "as an argument": "import logging\nlogging.error('It failed: %s', ValueError(SECRET))",
    "by name": "import logging\nlogging.error('%(e)s', {'e': ValueError(SECRET)})",
    "as the message": "import logging\nlogging.error(ValueError(SECRET))",
    "uncaught": "raise ValueError(SECRET)",
    "behind another": "try:\n  raise KeyError(SECRET)\nexcept KeyError as e:\n"
    "  raise ValueError(SECRET) from e",
    "in a thread": "import threading\ndef f(): raise ValueError(SECRET)\n"
    "t = threading.Thread(target=f)\nt.start()\nt.join()",
    "in a destructor": "class A:\n  def __del__(self): raise ValueError(SECRET)\nA()",
    "in a task": "import asyncio, gc\nasync def f(): raise ValueError(SECRET)\n"
    "async def g():\n  asyncio.ensure_future(f())\n  await asyncio.sleep(0)\n  gc.collect()\n"
    "asyncio.run(g())\ngc.collect()",
    "a warning": "import warnings\nwarnings.warn(f'ValueError {SECRET}')",
    "in a page": "from streamlit.testing.v1 import AppTest\n"
    "AppTest.from_string('raise ValueError(chr(75) + \"rankenblatt.csv\")').run()",
}


@pytest.mark.parametrize("way", WAYS)
def test_an_error_is_logged_without_its_message(way: str) -> None:
    code = f"SECRET = {SECRET!r}\n{HIDE}{WAYS[way]}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert SECRET not in said
    assert "Error" in said or "Warning" in said


def test_the_place_of_an_error_is_logged() -> None:
    code = f"{HIDE}from harmony_core.config import ExperimentConfig as C\nC.from_json({SECRET!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 1
    assert "config.py" in done.stderr
    assert "ConfigError" in done.stderr
