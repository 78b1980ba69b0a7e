"""A page on an experiment is one file and one entry: one is added to a copy of the app."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from harmony_core.runs.store import RunStore

from .conftest import APP, finished

PAGE = '''
"""Spread: the weights of single samples."""

import streamlit as st

from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import draw

PAGE = ExperimentPage(
    name="spread",
    title="Spread",
    icon="scatter_plot",
    content="pages._arena.page:arena",
    listed=False,
    lead="How far do the weights of single samples differ?",
    panels=("spread", "heat"),
    below=("pages.spread:closing_words", "sandbox"),
    terms=("re-weighting",),
)


def closing_words(record, page, repeat):
    st.caption(f"Repeat {repeat} of {record.id} on {page.name}")


if __name__ == "__main__":
    draw(PAGE)
'''
VISIT = """
import json, sys
from streamlit.testing.v1 import AppTest
from harmony_core.runs import jobs

class Queue:
    def warm(self): pass
    def position(self, run_id): return None

jobs.shared_queue = lambda store, quotas, ended: Queue()
run, seen = sys.argv[1], {}
for page in ("spread", "weights"):
    at = AppTest.from_file("app.py", default_timeout=60)
    at.switch_page(f"pages/{page}.py")
    at.query_params["run"], at.query_params["epoch"] = run, "1"
    at.run()
    assert not at.exception, at.exception
    views = [e.proto for e in at.get("bidi_component")]
    seen[page] = {
        "title": at.title[0].value,
        "html": [e.proto.body for e in at.get("html")],
        "captions": [e.value for e in at.caption],
        "links": [(e.proto.page, e.proto.label, e.proto.query_string) for e in at.get("page_link")],
        "views": len(views),
    }
print(json.dumps(seen))
"""


def test_a_page_in_one_file_and_one_line_is_drawn_and_linked(
    tmp_path: Path, store: RunStore
) -> None:
    for name in ("harmony_core", "assets"):
        (tmp_path / name).symlink_to(APP.parent / name)
    shutil.copytree(APP.parent / "pages", tmp_path / "pages")
    (tmp_path / "pages" / "spread.py").write_text(PAGE)
    listed = APP.read_text("utf-8").replace('    "weights",\n', '    "weights",\n    "spread",\n')
    (tmp_path / "app.py").write_text(listed)
    run = finished(store)
    done = subprocess.run(
        [sys.executable, "-c", VISIT, run], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    own, other = seen["spread"], seen["weights"]
    assert own["title"] == other["title"]
    assert any("How far do the weights" in html for html in own["html"])
    assert any("after epoch 1" in text for text in own["html"] + own["captions"])
    assert f"Repeat 0 of {run} on spread" in own["captions"]
    assert own["views"] == other["views"] > 0
    place = f"run={run}&epoch=1"
    assert ["spread", "Spread", place] in other["links"]
    assert ["weights", "Weights", place] in own["links"]
    assert not [link for link in own["links"] if link[0] == "spread"]
    assert ["glossary", "re-weighting in the glossary", "term=re-weighting"] in own["links"]
