"""What the embedding page says while maps are drawn: it counts them, and comes to an end."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from harmony_core.analysis.embedding import EmbeddingSettings
from harmony_core.runs.embedding.store import embedding_path
from harmony_core.runs.store import RunStore
from tests.app.embedding.recorded import record_it

from .conftest import Visit, settled
from .test_embedding import MAPS

NOTE = """() => {
  window.said = [];
  const note = () => {
    const text = document.querySelector("[data-testid=stProgress]")?.textContent.trim();
    if (text && text !== window.said.at(-1)) window.said.push(text);
  };
  note();
  new MutationObserver(note).observe(document.body,
    { childList: true, characterData: true, subtree: true });
}"""
"""Keeps everything that the progress bar says."""
TELLS = re.compile(
    r"Drawing: (?:the (?:first|last) epoch now, )?(\d) of 3 maps, (\d+) s so far"
    r"(?:, about \d+ s left)?\."
)


def test_the_progress_counts_maps_and_seconds_until_all_are_there(
    visit: Visit, app_folder: Path
) -> None:
    store = RunStore(app_folder / "runs")
    run = record_it(store)
    shutil.rmtree(embedding_path(store.root, run, 0, EmbeddingSettings()))
    try:
        page = visit(f"/embedding?run={run}")
        page.get_by_test_id("stProgress").wait_for()
        page.evaluate(NOTE)
        page.locator(".st-key-emb-epoch").wait_for()  # drawn of all epochs
        page.get_by_test_id("stProgress").wait_for(state="detached")
        settled(page)
        found = [TELLS.fullmatch(text) for text in page.evaluate("() => window.said")]
        assert all(found), page.evaluate("() => window.said")
        told = [(int(one[1]), int(one[2])) for one in found if one]
        assert len(told) > 1
        assert told == sorted(set(told))  # every text is news: more maps, or more seconds
        assert page.locator(MAPS).count() == 1
    finally:
        store.delete(run)
