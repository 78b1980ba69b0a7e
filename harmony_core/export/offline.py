"""A whole experiment as one HTML file: the app's view, the results and their origin.

The page holds the view's scripts and styles, and the compressed payload in base64. It opens from
disk; its content security policy forbids any request.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Iterable
from pathlib import Path

from ..analysis.recall_certainty import described_test_set
from ..analysis.summary import (
    SHOT_FIGURES,
    TITLES,
    MethodSummary,
    comparisons,
    shown_figures,
)
from ..config import ExperimentConfig
from ..experiments.method_text import format_methods
from ..files import write_atomically
from ..frames import Scene
from ..losses.registry import LOSSES
from ..runs.record import ExperimentRecord
from ..runs.results import summaries_of
from ..runs.store import RunStore
from ..viewer.bundle import bundle, stylesheet
from ..viewer.panels import ARENA, DENSITY, WEIGHTS
from ..viewer.payload import Payload
from .recording import Recording, record_all
from .results import data_notes

MAX_BYTES = 25_000_000
PANELS = (*ARENA, *DENSITY, *WEIGHTS)
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
RECONSTRUCTED = (
    "The harmonized loss is our reconstruction of Zhang et al. 2022 (arXiv 2204.09234) from its "
    "abstract and introduction; the paper's own equations may differ."
)
SHARED = "All methods saw the same samples, from the same initial weights, in the same order."
NOT_SHARED = (
    "Whether its methods saw the same samples, from the same initial weights and in the same order "
    "was not recorded: a difference between them may come from there."
)
FIGURES = (
    "Figures are of the last epoch on the test set, never of the best epoch. Balanced accuracy is "
    "the mean of the class recalls."
)
STYLE = """
:root { --st-background-color: #ffffff; --st-text-color: #1a2230; --st-primary-color: #23395b; }
@media (prefers-color-scheme: dark) {
  :root { --st-background-color: #12161c; --st-text-color: #e7ebf1; --st-primary-color: #7fb0ee; }
}
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 1360px; color: var(--st-text-color);
  background: var(--st-background-color); font: 15px/1.55 "Avenir Next", "Segoe UI", "Noto Sans",
  "Helvetica Neue", sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 12px; }
p { max-width: 78ch; margin: 0 0 12px; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
table.numbers { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.numbers th, .numbers td { padding: 4px 12px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid #8884; }
.numbers th:first-child, .numbers td:first-child { text-align: left; padding-left: 0; }
pre { overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; }
"""
START = """
const { mount, unpackPage } = harmonyView;
const root = document.querySelector(".hv");
const payload = await unpackPage(document.getElementById("recording").textContent.trim());
window.view = mount(root, payload);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.onTheme());
"""


def offline_html(
    store: RunStore,
    record: ExperimentRecord,
    path: Path,
    *,
    repeat: int = 0,
    panels: Iterable[str] = PANELS,
    max_bytes: int = MAX_BYTES,
) -> Recording:
    """Write all recorded epochs of one repeat into ``path``, fewer above ``max_bytes`` bytes.

    The page says which epochs it holds. Its table covers all finished repeats.
    """
    panels = tuple(panels)
    recording = record_all(
        store, record, panels, repeat=repeat, max_bytes=max_bytes,
        size=lambda payload: len(packed(payload, panels)), with_bands=True,
    )  # fmt: skip
    page = _page(
        record, store.scene(record.id, repeat), summaries_of(store, record), recording, repeat,
        packed(recording.payload, panels),
    )  # fmt: skip
    write_atomically(Path(path), page.encode())
    return recording


def _page(
    record: ExperimentRecord,
    scene: Scene,
    summaries: list[MethodSummary],
    recording: Recording,
    repeat: int,
    packed: str,
) -> str:
    title = html.escape(record.title or f"Harmony experiment {record.id}")
    script = (bundle(adapter=False) + START).replace("</script", r"<\/script")
    notes = [
        *caveats(record.config),
        seeds_sentence(record.config, repeat),
        *data_notes(scene),
        recording.sentence,
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{stylesheet()}{STYLE}</style></head><body>"
        f"<main><h1>{title}</h1><p>{html.escape(about(record.config, record.state))}</p>"
        '<div class="hv"><p>This page draws with JavaScript. In a browser from before 2023 it '
        "may stay empty; the numbers below are there in any case.</p></div>"
        f"{results_section(summaries, scene)}"
        "<h2>What to keep in mind</h2>"
        f"{''.join(f'<p>{html.escape(note)}</p>' for note in notes if note)}"
        f"{_origin(record)}</main>"
        f'<script type="text/plain" id="recording">{packed}</script>'
        f'<script type="module">\n{script}</script></body></html>\n'
    )


def packed(payload: Payload, panels: tuple[str, ...], level: int = 6) -> str:
    """The payload with the view's options, compressed at ``level`` of gzip, as base64."""
    options = {"live": False, "panels": list(panels)}
    whole = Payload({**payload.meta, "options": options}, payload.blob)
    return base64.b64encode(gzip.compress(whole.wire(), level, mtime=0)).decode()


def caveats(config: ExperimentConfig) -> tuple[str, ...]:
    """What a reader of the figures should know; of another loop only what is known of it.

    >>> len(caveats(ExperimentConfig()))
    2
    """
    first, said = RECONSTRUCTED, SHARED
    if config.recorded is not None:
        specs = [LOSSES[m.loss] for m in config.methods if m.loss in LOSSES]
        first = RECONSTRUCTED if any(spec.reconstructed for spec in specs) else ""
        said = NOT_SHARED if len(config.methods) > 1 else ""
    return tuple(filter(None, (first, " ".join(filter(None, (said, FIGURES))))))


def about(config: ExperimentConfig, state: str = "done") -> str:
    """The data, the network and the length of an experiment in one line of plain text."""
    data = config.data
    unfinished = "" if state == "done" else f" Its state is: {state}."
    if (own := config.recorded) is not None:
        said = f"Recorded from {own.loop}; data {own.data or 'not named'}, model "
        return f"{said}{own.model or 'not named'}, {config.epochs} epochs.{unfinished}"
    tail = (
        "with its own counts"
        if data.profile == "as_is"
        else f"with an imbalance factor of {data.imbalance_factor:g} ({data.profile} profile)"
    )
    noise = f", {100 * data.label_noise:g} % of the labels wrong" if data.label_noise else ""
    return (
        f"Data {data.name} {tail}{noise}; {config.model.name}, {config.epochs} epochs.{unfinished}"
    )


def seeds_sentence(config: ExperimentConfig, repeat: int = 0) -> str:
    """Which seeds are shown, and what one of them can tell."""
    if config.recorded is not None:
        return "Its seeds were not recorded. One training cannot tell a gain from luck."
    seeds = config.seeds
    one = seeds.of_repeat(repeat)
    shown = (
        f"Seeds of what is shown: data {one.data}, initial weights {one.init}, order {one.order}."
    )
    if seeds.repeats == 1:
        return f"{shown} One seed cannot tell a gain from luck."
    return (
        f"{shown} The replay is repeat {repeat + 1}; the table and the bands around the curves are "
        f"over the {seeds.repeats} seeds as far as they are finished."
    )


def results_section(summaries: list[MethodSummary], scene: Scene) -> str:
    """The final figures and the comparisons of methods, over the finished repeats."""
    if not summaries or not summaries[0]["ece"].values:
        return "<h2>Results</h2><p>No repeat is finished yet.</p>"
    repeats = len(summaries[0]["ece"].values)
    figures = (*shown_figures(summaries), *SHOT_FIGURES)
    head = "".join(f"<th>{html.escape(TITLES[name])}</th>" for name in figures)
    rows = "".join(
        f"<tr><td>{html.escape(summary.label)}</td>"
        f"{''.join(f'<td>{summary[name].percent()}</td>' for name in figures)}</tr>"
        for summary in summaries
    )
    note = f"Mean ± sample standard deviation over {repeats} seeds." if repeats > 1 else "One seed."
    note += (
        f" A {described_test_set(scene.test_counts)}. Head, medium and tail are thirds of the "
        "classes by rank; many-shot classes have more than 100 training samples, few-shot classes "
        "fewer than 20."
    )
    sentences = "".join(f"<p>{html.escape(c.sentence())}</p>" for c in comparisons(summaries))
    return (
        "<h2>The last epoch on the test set</h2>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Results">'
        f'<table class="numbers"><thead><tr><th>Method</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div><p>{note}</p>{sentences}"
    )


def _origin(record: ExperimentRecord) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    command, title = "", "What was recorded of its settings"
    if record.config.recorded is None:
        title = "Its config, to run it again"
        methods = format_methods(record.config.methods)
        line = f"python -m harmony_core run config.json   # {methods}"
        command = f"<pre>{html.escape(line)}</pre>"
    text = json.dumps(record.config.to_dict(), indent=1)
    return (
        "<h2>Origin</h2>"
        f"<p>Experiment {html.escape(record.id)}, finished {html.escape(record.finished or '–')}, "
        f"on {html.escape(record.device or 'an unknown device')}; {html.escape(versions)}.</p>"
        f"<details><summary>{title}</summary>{command}<pre>{html.escape(text)}</pre></details>"
    )
