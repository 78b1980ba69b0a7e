"""The documents build as a site: without a warning, with every link right, for reading offline."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .building import build
from .fences import ROOT
from .site_links import Page, broken, css_addresses, is_elsewhere

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", target)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return target.resolve()


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_document_is_a_page_that_the_navigation_reaches(
    site: Path, pages: dict[Path, Page]
) -> None:
    linked = {
        (site / link.partition("#")[0]).resolve() for link in pages[site / "index.html"].links
    }
    for document in (ROOT / "docs").rglob("*.md"):
        page = site / document.relative_to(ROOT / "docs").with_suffix(".html")
        assert page in pages
        assert page in linked, f"{page.name} is missing in the navigation"


def test_every_link_leads_to_a_file_and_an_anchor(site: Path, pages: dict[Path, Page]) -> None:
    own = {path: page for path, page in pages.items() if path.name != "404.html"}
    assert sum(len(page.links) for page in own.values()) > 500
    assert broken(own) == []


def test_nothing_is_loaded_from_another_host(site: Path, pages: dict[Path, Page]) -> None:
    loaded = [address for page in pages.values() for address in page.loads]
    for sheet in site.rglob("*.css"):
        loaded += css_addresses(sheet.read_text("utf-8"))
    assert len(loaded) > 100
    assert [address for address in loaded if is_elsewhere(address)] == []


def test_every_picture_has_a_text(pages: dict[Path, Page]) -> None:
    assert {page.path.name: page.without_text for page in pages.values() if page.without_text} == {}


def test_lists_tables_and_references_became_html(pages: dict[Path, Page]) -> None:
    left = re.compile(r"\n\s*([-*]|\d+\.) |\n\s*\||^\||\]\(|\]\[|```|>>> ", re.MULTILINE)
    found = [(p.path.name, text) for p in pages.values() for text in p.paragraphs]
    assert len(found) > 500
    assert [(name, text) for name, text in found if left.search(text)] == []


def test_the_search_finds_what_the_pages_say(site: Path) -> None:
    script = (site / "search" / "search_index.js").read_text("utf-8")
    index = json.loads(script.removeprefix("var __index = "))
    texts = {entry["location"]: entry["text"] for entry in index["docs"]}
    density = "api/density.html#harmony_core.losses.density.GradientDensity"
    assert "Decayed counts of gradient norms" in texts[density]
    assert "curriculum" in texts["method.html#why-they-fade"]


def test_the_site_holds_no_source_of_the_build(site: Path) -> None:
    assert [path.name for path in site.rglob("*") if path.suffix in (".py", ".md", ".yml")] == []


def build_page(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a site of one page with the settings of ours."""
    shutil.copytree(ROOT / "docs" / "_build", folder / "docs" / "_build")
    (folder / "docs" / "index.md").write_text(f"# A page\n\n{text}\n")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = re.sub(r"^(nav|extra_\w+):.*?(?=^\S|\Z)", "", config, flags=re.M | re.S)
    config = config.replace("docs/_build/", f"{folder}/docs/_build/")
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    return build(folder / "mkdocs.yml", folder / "site")


def test_a_page_whose_links_lead_somewhere_builds(tmp_path: Path) -> None:
    text = "[here](index.md#a-page)\n\n::: harmony_core.losses.Loss"
    assert build_page(text, tmp_path).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "[gone](missing.md)",
        "[gone](index.md#no-such-place)",
        "![gone](images/none.png)",
        "[`gone`][harmony_core.losses.NoSuchLoss]",
        "::: harmony_core.losses.NoSuchLoss",
    ],
)
def test_the_build_refuses_what_leads_nowhere(text: str, tmp_path: Path) -> None:
    done = build_page(text, tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
