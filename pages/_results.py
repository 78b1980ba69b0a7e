"""What came out of an experiment: tables, its config, and how to repeat it."""

from __future__ import annotations

import html
import math

import numpy as np
import streamlit as st

from harmony_core.analysis.summary import (
    FIGURES,
    TITLES,
    Figure,
    MethodSummary,
    comparisons,
    summarise,
)
from harmony_core.frames import Scene
from harmony_core.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from ._backend import store
from ._command import FILE, command_line
from ._labels import count

MOST_ROWS = 30


def results(record: ExperimentRecord) -> None:
    """The summary over the finished repeats, the recall of each class, and the config."""
    scenes, summaries = _summaries(record)
    if scenes:
        _summary_table(record, summaries)
        if len(scenes) > 1:  # the view has the table of a single repeat
            _class_table(scenes[-1], summaries)
        for note in scenes[-1].notes:
            st.caption(note)
    _repeat_it(record)


def _summaries(record: ExperimentRecord) -> tuple[list[Scene], list[MethodSummary]]:
    """The last recorded epoch of every repeat that has one; of finished ones if any is."""
    runs = store()
    last = {r: runs.epochs(record.id, r) for r in range(record.config.seeds.repeats)}
    done = [r for r, epochs in last.items() if epochs and epochs[-1] >= record.config.epochs]
    chosen = done or [r for r, epochs in last.items() if epochs][:1]
    scenes = [runs.scene(record.id, r) for r in chosen]
    frames = [runs.frames(record.id, r, last[r][-1]) for r in chosen]
    return scenes, summarise(scenes, frames, method_labels(record.config.methods))


def _summary_table(record: ExperimentRecord, summaries: list[MethodSummary]) -> None:
    repeats = len(summaries[0]["balanced_accuracy"].values)
    if record.state == "done":
        st.subheader(f"After {count(record.config.epochs, 'epoch')}, on balanced test data")
    else:
        st.subheader("As far as it got, on balanced test data")
    if repeats == 1:
        st.caption(
            "A single seed: differences of a point or two may be luck. "
            "Set Repeats above 1 to see a spread."
        )
    else:
        st.caption(f"Mean ± standard deviation over {count(repeats, 'repeat')} with other seeds.")
    head = [TITLES[name].removesuffix(" %") for name in FIGURES]
    best = {name: _best(summaries, name) for name in FIGURES}
    rows = [
        (summary.label, [_cell(summary[name], best=m in best[name]) for name in FIGURES])
        for m, summary in enumerate(summaries)
    ]
    _table("Results by method, in percent", ["Method, in %", *head], rows, marks=True)
    for comparison in comparisons(summaries)[:3]:
        st.markdown(f"- {comparison.sentence()}")


def _class_table(scene: Scene, summaries: list[MethodSummary]) -> None:
    order = np.argsort(-np.asarray(scene.train_counts), kind="stable")
    st.subheader("The recall of each class, over all repeats")
    head = ["Class", "Training samples", *(summary.label for summary in summaries)]
    rows = []
    for c in order[:MOST_ROWS]:
        recalls = [summary.recall[c] for summary in summaries]
        top = max(figure.mean for figure in recalls)
        cells = [_cell(figure, best=figure.mean == top) for figure in recalls]
        rows.append((scene.class_names[c], [f"<td>{scene.train_counts[c]:,}</td>", *cells]))
    _table("Recall of each class by method, in percent", head, rows)
    if len(order) > MOST_ROWS:
        with st.expander(f"All {len(order)} classes"):
            st.dataframe(
                {
                    "Class": [scene.class_names[c] for c in order],
                    "Training samples": [int(scene.train_counts[c]) for c in order],
                    **{
                        summary.label: [round(100 * summary.recall[c].mean, 1) for c in order]
                        for summary in summaries
                    },
                },
                hide_index=True,
            )


def _best(summaries: list[MethodSummary], name: str) -> set[int]:
    """Positions of the best methods by one figure; the calibration error is best when small."""
    means = [-s[name].mean if name == "ece" else s[name].mean for s in summaries]
    known = [mean for mean in means if not math.isnan(mean)]
    return {m for m, mean in enumerate(means) if known and mean == max(known)}


def _cell(figure: Figure, *, best: bool) -> str:
    mean, _, spread = figure.percent().partition(" ± ")
    extra = f' <span class="spread">± {spread}</span>' if spread else ""
    opening = '<td class="best">' if best else "<td>"
    return f"{opening}{mean}{extra}</td>"


def _table(
    caption: str, head: list[str], rows: list[tuple[str, list[str]]], *, marks: bool = False
) -> None:
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    names = [(_mark(i) if marks else "") + html.escape(name) for i, (name, _) in enumerate(rows)]
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>'
        for name, (_, cells) in zip(names, rows, strict=True)
    )
    st.html(
        f'<div class="figures" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _mark(method: int) -> str:
    return f'<span class="mark" style="background:var(--m{method % 8})"></span>'


def _repeat_it(record: ExperimentRecord) -> None:
    command = command_line(record.config)
    with st.expander("Repeat it: command line and settings"):
        st.markdown("The same settings give the same numbers on a CPU. From the shell:")
        st.code(command, language="bash", wrap_lines=True)
        if FILE in command:
            st.caption(f"It reads the settings below from `{FILE}`.")
        st.download_button(
            f"Download {FILE}",
            record.config.to_json(),
            file_name=FILE,
            mime="application/json",
            icon=":material/download:",
            key="download-config",
        )
        st.code(record.config.to_json(), language="json", height=320)
