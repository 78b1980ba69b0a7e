"""The server stays light: drawing every page imports none of the heavy packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from streamlit.testing.v1 import AppTest
from harmony_core.runs import jobs

class Queue:
    def warm(self): pass
    def position(self, run_id): return None

jobs.shared_queue = lambda store, quotas, ended: Queue()
PAGES = ("home", "arena", "density", "weights", "embedding", "learn", "glossary", "teach")
for page in (*PAGES, "evidence", "inspect_data"):
    at = AppTest.from_file("app.py", default_timeout=30)
    if page != "home":
        at.switch_page(f"pages/{page}.py")
    at.run()
    assert not at.exception, at.exception
print(*sorted({"torch", "torchvision", "umap", "sklearn", "numba"} & set(sys.modules)))
"""


def test_no_page_imports_what_only_workers_need() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
