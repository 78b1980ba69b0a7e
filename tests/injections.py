"""Texts that would be read as something else if they were not quoted, and an experiment of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding, save_embedding
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.embedding.store import embed_run, embedding_path
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

AWAY = "http://away.test"
"""A host that no page may ask for anything."""
_HTML = [
    f"<script src={AWAY}/1.js></script>",
    "<script>alert(2)</script>",
    "</script><script>alert(3)//",
    f"<img src={AWAY}/4.png>",
    "<img src=x onerror=alert(5)>",
    '"><img src=x onerror=alert(6)>',
    "'><svg/onload=alert(7)>",
    f"<iframe src={AWAY}/8></iframe>",
    "<a href=javascript:alert(9)>9</a>",
    f"<a href='{AWAY}/10'>10</a>",
    "<b>11</b>",
    "<style>*{display:none}</style>12",
    f"<link rel=stylesheet href={AWAY}/13.css>",
    f"<object data={AWAY}/14></object>",
    "<details open ontoggle=alert(15)>",
    f"<form action={AWAY}/16><button>16",
    "<!--17",
    "</div>18",
    "</li></ul>19",
    "</title>20",
    "&lt;b&gt;21",
    "&#60;b&#62;22",
    "&nbsp;23",
    "<math><mi>24</math>",
    f"<video src={AWAY}/25>",
    "<input autofocus onfocus=alert(26)>",
    "` onerror=alert(27) `",
    "<b\n>28</b>",
    '" style="position:fixed" x="29',
    f"<base href={AWAY}/30>",
    f"<meta http-equiv=refresh content=0;url={AWAY}/31>",
    "<plaintext>32",
    "{{33}}",
    "${alert(34)}",
]
_MARKDOWN = [
    f"![35]({AWAY}/35.png)",
    f"[36]({AWAY}/36)",
    f"[37][1]\n\n[1]: {AWAY}/37",
    f"<{AWAY}/38>",
    f"{AWAY}/39",
    "https://away.test/40",
    "www.away.test/41",
    "WWW.AWAY.TEST/42",
    "me@away.test 43",
    "mailto:me@away.test 44",
    "xmpp:me@away.test/45",
    "[46](javascript:alert(46))",
    "**47**",
    "_48_",
    "~~49~~",
    "`50`",
    "```![51](http://away.test/51.png)`",
    "``![52](http://away.test/52.png)``",
    "# 53",
    "- 54",
    "1. 55",
    "> 56",
    "| 57 |\n|-|\n| x |",
    "---\n58",
    "    59",
    "\t60",
    "\\![61](x)",
    "62  \nx",
    "63\n===",
    "[^64]\n\n[^64]: x",
    "- [ ] 65",
    "~~~\n66",
    f"![67]( {AWAY}/67.png 'x')",
    f"[![68]({AWAY}/68.png)]({AWAY}/68)",
]
_STREAMLIT = [
    ":material/home: 69",
    ":streamlit: 70",
    ":smile: 71",
    ":red[72]",
    ":blue-background[73]",
    ":rainbow[74]",
    ":red-badge[75]",
    ":small[76]",
    "$77$",
    "$$78$$",
    r"\(79\)",
    r"$\href{x}{80}$",
    "81 -> x",
    "82 <- x",
    "83 -- x",
    "84 >= x",
    "85 <-> x",
    ":gray[:material/close: 86]",
    r"$\includegraphics{87}$",
    ":::88",
]
_OTHER = [
    "%{x} 89",
    "%{customdata[0]} <extra></extra> 90",
    '=HYPERLINK("http://away.test",91)',
    "+92",
    "-93+1",
    "@SUM(94)",
    "|95",
    "\u202e96 gnp.exe",
    "\u2066\u202d97",
    "98\u200b\u200bx",
    "\ufeff99",
    "\x1b[31m100",
    "\x1b]8;;http://away.test\x07101",
    "102\x07\x08",
    "103\u2028x",
    "\u00ad104",
    "\U000e0041\U000e0042105",
    "\ufff9106\ufffb",
    "107\u0300" + "\u0300" * 30,
    "\u0661\u0660\u0668",
]
INJECTIONS = [*_HTML, *_MARKDOWN, *_STREAMLIT, *_OTHER]
MARKS = [text for text in INJECTIONS if re.search(r"[^\w\u0300]", text)]
"""Those that nothing may show as they are where Markdown is read."""


def table(path: Path) -> Path:
    """A table with each of the texts as a class, in the order of their sizes."""
    rows = [(label, 9 + 2 * (k < 9)) for k, label in enumerate(INJECTIONS)]
    cells = ["x,y," + '"<b>label</b>"']
    for k, (label, n) in enumerate(rows):
        quoted = label.replace('"', '""')
        cells += [f'{k}.{i},{i * 37 % 11}.5,"{quoted}"' for i in range(n)]
    path.write_text("\n".join(cells) + "\n", "utf-8")
    return path


def hostile_run(store: RunStore, folder: Path) -> str:
    """An experiment whose classes, methods and title are such texts, with pictures of its maps."""
    source = table(folder / "![x](y).csv")
    config = ExperimentConfig(
        data=DataConfig("table", {"source": str(source), "label_column": 2}, profile="as_is"),
        methods=(
            MethodConfig("ce", label=f"<a href={AWAY}>a</a> ![b]({AWAY}/m.png)"),
            MethodConfig("harmonized", label=f"%{{x}} :material/home: {AWAY}/m $c$"),
        ),
        epochs=2,
        record=RecordConfig(tracked=60, embedding=True, landmarks=120),
    )
    run = store.create(complete(config), f"<img src={AWAY}/t.png> ![t]({AWAY}/t.png)").id
    execute(store, run)
    scene = store.scene(run)
    pictures = np.zeros((len(scene.landmark_index), 4, 4, 3), np.uint8)  # type: ignore[arg-type]
    store.save_scene(run, 0, replace(scene, landmark_inputs=pictures))
    drawn_as = EmbeddingSettings(layout="pca")
    embed_run(store, run, 0, drawn_as)
    for epoch in store.epochs(run):
        drawn = load_embedding(embedding_path(store.root, run, 0, drawn_as, epoch))
        path = embedding_path(store.root, run, 0, EmbeddingSettings(), epoch)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_embedding(path, replace(drawn, settings=EmbeddingSettings()))
    return run
