"""A new panel is one file and one line: added to a copy of the view, built, and drawn."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import harmony_core.viewer
from harmony_core.viewer import build_payload
from tests.plots.synthetic import make_run, page

ROOT = Path(__file__).parents[3]
VIEWER = Path(harmony_core.viewer.__file__).parent
PANEL = """// The mean weight of all followed samples.
import { el } from "../draw/dom.js";
import { plain } from "../draw/format.js";

export default {
  title: "Mean weight of the followed samples",
  caption: ["One line per method."],
  parts: ["samples"],
  needs: ["weight"],
  create: (view) => new MeanWeight(view),
};

class MeanWeight {
  constructor(view) {
    this.view = view;
    this.node = el("div", { class: "mean-weight" });
  }

  build() {}

  mean(index, m) {
    const weight = this.view.store.raw(index, m, "weight");
    return weight.reduce((a, b) => a + b, 0) / weight.length;
  }

  draw(index) {
    const { methods } = this.view.store;
    const text = (m) => `${methods[m]} ${plain(this.mean(index, m))}`;
    this.node.replaceChildren(...methods.map((_, m) => el("p", { text: text(m) })));
  }

  data(index) {
    const rows = this.view.store.methods.map((name, m) => [name, this.mean(index, m)]);
    return { columns: ["method", "mean weight"], rows };
  }
}
"""


def test_a_panel_is_one_file_and_one_line(browser: Any, tmp_path: Path) -> None:
    if not shutil.which("node") or not (ROOT / "node_modules/esbuild").is_dir():
        pytest.skip("Node.js or esbuild is not installed; `make bundle` installs it")
    for folder in ("css", "js"):
        shutil.copytree(VIEWER / folder, tmp_path / folder)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "js/panels/mean_weight.js").write_text(PANEL, encoding="utf-8")
    with open(tmp_path / "js/panels/registry.js", "a", encoding="utf-8") as registry:
        registry.write('export { default as mean_weight } from "./mean_weight.js";\n')
    command = ["node", "scripts/bundle.js", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listed = json.loads((tmp_path / "built/panels.json").read_text("utf-8"))
    assert listed["parts"]["mean_weight"] == ["samples"]

    scene, frames, labels = make_run(classes=3, methods=2, epochs=2, grid=12, tracked=30)
    payload = build_payload("run", scene, labels, frames, 2, "done", parts=("samples",))
    options = {"panels": ["mean_weight", "curves"]}
    script = (tmp_path / "built/view.js").read_text("utf-8")
    html = page({"all": payload.wire()}, options=options, script=script)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    tab = browser.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((tmp_path / "page.html").as_uri())
    tab.get_by_role("heading", name="Mean weight of the followed samples").wait_for()
    lines = tab.locator(".mean-weight p").all_inner_texts()
    for line, name, frame in zip(lines, labels, frames[-1], strict=True):
        assert line.startswith(name)
        assert float(line.split()[-1]) == pytest.approx(frame.tracked_weight.mean(), abs=0.01)
    assert tab.locator(".hv-s-mean_weight .hv-save button").count() == 3
    assert errors == []
    tab.close()
