"""The rules for the JavaScript and CSS of the view, and that the committed bundle is theirs.

Imports point down: panels use controls, controls use draw and data, and no panel knows another.
Each rule is also shown a breach.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harmony_core.viewer.bundle import bundle, stylesheet
from harmony_core.viewer.panels import ARENA, DENSITY, PANEL_PARTS, PARTS, WEIGHTS
from tests.app.declared_pages import experiment_pages

ROOT = Path(__file__).parents[1]
VIEWER = ROOT / "harmony_core" / "viewer"
SITE = ROOT / "harmony_core" / "export" / "site"
MAX_LINE, MAX_LINES = 100, 400
SOURCES = [
    *sorted((VIEWER / "js").rglob("*.js")),
    *sorted((VIEWER / "css").glob("*.css")),
    *sorted((SITE / "js").glob("*.js")),
    *sorted((SITE / "css").glob("*.css")),
    *sorted((ROOT / "assets" / "app").glob("*.js")),
    *sorted((ROOT / "docs" / "assets").glob("*.js")),
    *sorted((ROOT / "scripts").glob("*.js")),
]
IMPORT = re.compile(
    r'^(?:import|export)\b[^;"]*?\bfrom "([^"]+)";|^import "([^"]+)";', re.MULTILINE
)
DYNAMIC = re.compile(r"\bimport\(|\brequire\(")
LAYERS = {"data": 0, "draw": 0, "controls": 1, "panels": 2, "": 3}
REGISTRY = "panels/registry.js"

Imports = dict[str, list[str]]
"""By file, what it imports, both relative to the folder ``js``."""


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(texts: dict[str, str]) -> Imports:
    found: Imports = {}
    for name, text in texts.items():
        targets = [one or other for one, other in IMPORT.findall(text)]
        folder = posixpath.dirname(name)
        found[name] = [posixpath.normpath(posixpath.join(folder, target)) for target in targets]
    return found


def unresolved(imports: Imports) -> list[str]:
    """Imports of files that are not there."""
    return [f"{a} → {b}" for a, targets in imports.items() for b in targets if b not in imports]


def upward(imports: Imports) -> list[str]:
    """Imports of a folder above one's own."""

    def level(name: str) -> int:
        return LAYERS[posixpath.dirname(name)]

    pairs = [(a, b) for a, targets in imports.items() for b in targets if b in imports]
    return [f"{a} → {b}" for a, b in pairs if level(b) > level(a)]


def between_panels(imports: Imports) -> list[str]:
    """Imports of one panel by another; only the registry knows them all."""
    pairs = [(a, b) for a, targets in imports.items() for b in targets if a != REGISTRY]
    return [f"{a} → {b}" for a, b in pairs if {posixpath.dirname(x) for x in (a, b)} == {"panels"}]


def circles(imports: Imports) -> list[str]:
    """Files that lead back to themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(imports[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += imports.get(name, [])
        return seen

    return [name for name in imports if name in reached(name)]


RULES = (unresolved, upward, between_panels, circles)
TEXTS = {
    path.relative_to(VIEWER / "js").as_posix(): path.read_text("utf-8")
    for path in sorted((VIEWER / "js").rglob("*.js"))
}


@pytest.mark.parametrize("rule", RULES)
def test_imports_keep_the_rules(rule: object) -> None:
    assert callable(rule)
    assert rule(imports_of(TEXTS)) == []


def test_imports_are_all_seen() -> None:
    found = imports_of(TEXTS)
    assert "panels/density.js" in found[REGISTRY]
    assert all(len(found[name]) == text.count(' from "') for name, text in TEXTS.items())
    assert not [name for name, text in TEXTS.items() if DYNAMIC.search(text)]


@pytest.mark.parametrize(
    ("rule", "name", "line"),
    [
        (unresolved, "panels/heat.js", 'import { gone } from "../draw/gone.js";'),
        (upward, "data/store.js", 'import { Legend } from "../controls/legend.js";'),
        (upward, "draw/axis.js", 'import {\n  mount,\n} from "../view.js";'),
        (upward, "controls/legend.js", 'import heat from "../panels/heat.js";'),
        (between_panels, "panels/heat.js", 'import plane from "./plane.js";'),
        (between_panels, "panels/heat.js", 'import * as all from "./registry.js";'),
        (circles, "draw/dom.js", 'export { ticks } from "./axis.js";\nimport "./epoch_axes.js";'),
    ],
)
def test_a_rule_sees_its_breach(rule: object, name: str, line: str) -> None:
    assert callable(rule)
    assert rule(imports_of({**TEXTS, name: f"{line}\n{TEXTS[name]}"})) != []


def test_every_panel_is_in_the_registry() -> None:
    panels = {name for name in TEXTS if name.startswith("panels/")} - {REGISTRY}
    assert set(imports_of(TEXTS)[REGISTRY]) == panels


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_files_and_lines_stay_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= MAX_LINE


def sources_digest(top: Path) -> str:
    """SHA-256 over the names and texts of the sources, as ``scripts/bundle.js`` takes it."""
    digest = hashlib.sha256()
    for folder in ("css", "js"):
        files = [p for p in (top / folder).rglob("*") if p.suffix in (".js", ".css")]
        for name, path in sorted((p.relative_to(top / folder).as_posix(), p) for p in files):
            digest.update(f"{folder}/{name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def test_the_bundles_are_made_of_these_sources() -> None:
    view = (bundle(adapter=False), stylesheet(), (VIEWER / "built/panels.json").read_text())
    pages = [(SITE / "built" / name).read_text("utf-8") for name in ("site.js", "site.css")]
    for top, texts in ((VIEWER, view), (SITE, pages)):
        digest = sources_digest(top)
        for text in texts:
            assert digest in text, (
                f"The bundle is stale: run `make bundle` and commit {label(top)}/built."
            )


def test_the_build_makes_the_committed_bundles(tmp_path: Path) -> None:
    if not shutil.which("node") or not (ROOT / "node_modules/esbuild").is_dir():
        pytest.skip("Node.js or esbuild is not installed; `make bundle` installs it")
    shutil.copytree(ROOT / "assets/app", tmp_path / "assets/app")  # the site has parts of both
    tops = [tmp_path / label(top) for top in (VIEWER, SITE)]
    for top in (VIEWER, SITE):
        for folder in ("css", "js"):
            shutil.copytree(top / folder, tmp_path / label(top) / folder)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    command = ["node", "scripts/bundle.js", *map(str, tops)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for top in (VIEWER, SITE):
        built = tmp_path / label(top) / "built"
        made = {path.name: path.read_bytes() for path in built.iterdir()}
        assert made == {path.name: path.read_bytes() for path in (top / "built").iterdir()}


def test_pages_ask_for_panels_that_there_are() -> None:
    assert set(PANEL_PARTS) >= {*ARENA, *DENSITY, *WEIGHTS}
    asked = {panel for page in experiment_pages() for panel in page.panels}
    assert asked
    assert asked <= set(PANEL_PARTS)
    assert {part for parts in PANEL_PARTS.values() for part in parts} == set(PARTS)


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
