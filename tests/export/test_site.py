"""The course as static pages: what is written where, what is refused, and what the pages hold."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from torch import nn

from harmony_core import record
from harmony_core.cli import main
from harmony_core.config import DataConfig, ExperimentConfig, RecordConfig
from harmony_core.errors import ConfigError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.presets import PRESETS
from harmony_core.export.site.exhibit import RECORDINGS, of_preset
from harmony_core.export.site.folder import MARK, write_folder
from harmony_core.export.site.formulas import mathml, with_gaps
from harmony_core.export.site.pictures import training_picture
from harmony_core.export.site.write import MAX_BYTES, write_site
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.glossary.terms import glossary
from harmony_core.runs import RunStore
from harmony_core.runs.execute import execute
from tests.export.conftest import Experiment

LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "src"), ("use", "href")}


class Page(HTMLParser):
    """The references and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name) in LOADED:
                self.loads.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name == "id":
                self.ids.append(value or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static") / "course"
    assert main(["export", "--site", str(folder)]) == 0
    return folder


def pages(folder: Path) -> Iterator[tuple[str, Page]]:
    for path in sorted(folder.glob("*.html")):
        yield path.name, Page(path.read_text("utf-8"))


def test_every_step_term_and_recorded_run_has_its_place(site: Path) -> None:
    found = dict(pages(site))
    for lesson in lessons():
        assert f"{lesson.number:02d}-{lesson.name}.html" in found
        assert f"run-{lesson.name}.html" in found["gallery.html"].links
    for name in PRESETS:
        assert f"run-preset-{name}.html" in found["gallery.html"].links
    assert {term.slug for term in glossary()} <= set(found["glossary.html"].ids)


def test_pages_load_their_own_files_only_and_every_link_leads_somewhere(site: Path) -> None:
    found = dict(pages(site))
    for name, page in found.items():
        assert len(page.ids) == len(set(page.ids)), name
        for source in page.loads:
            assert source == "data:," or (site / source).is_file(), (name, source)
        for link in page.links:
            if link.startswith("https://"):  # the source of a term, which opens when pressed
                assert name == "glossary.html"
                continue
            target, _, anchor = link.partition("#")
            assert (site / (target or name)).is_file(), (name, link)
            assert not anchor or anchor in found[target or name].ids, (name, link)


def test_the_policy_of_every_page_allows_no_other_host(site: Path) -> None:
    for path in site.glob("*.html"):
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', path.read_text("utf-8"))
        assert policy is not None
        rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
        assert rules["default-src"] == "'none'"
        assert "unsafe" not in rules["script-src"]
        assert not re.search(r"https?:|\*", policy[1])


def test_the_site_is_small(site: Path) -> None:
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < MAX_BYTES


def test_the_same_command_writes_the_same_site(site: Path, tmp_path: Path) -> None:
    write_site(tmp_path / "again")
    for path in (tmp_path / "again").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (site / path.relative_to(tmp_path / "again")).read_bytes()


def test_a_site_is_replaced_and_what_was_added_to_it_stays(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    write_site(folder)
    (folder / "CNAME").write_text("course.example")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref")
    (folder / ".git" / "refs").mkdir()
    gone = folder / "steps" / "gone.js"
    gone.write_text("")
    mark = json.loads((folder / MARK).read_text())
    (folder / MARK).write_text(json.dumps({**mark, "files": [*mark["files"], "steps/gone.js"]}))
    (folder / "index.html").write_text("old")
    write_site(folder)
    assert (folder / "CNAME").read_text() == "course.example"
    assert (folder / ".git" / "HEAD").read_text() == "ref"
    assert (folder / ".git" / "refs").is_dir()
    assert "Learning from a long tail" in (folder / "index.html").read_text("utf-8")
    assert not gone.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["course"]


def test_an_interruption_leaves_the_earlier_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "course"
    write_folder(folder, {"index.html": b"old"})
    move = os.replace

    def interrupted(source: Path, target: Path) -> None:
        if source.suffix == ".tmp":
            raise KeyboardInterrupt
        move(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(folder, {"index.html": b"new"})
    assert (folder / "index.html").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["course"]


def test_another_folder_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file"):
        assert main(["export", "--site", str(place)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("harmony: Expected")
        assert err.count("\n") == 1
    (tmp_path / MARK).write_text('{"made_by": "another"}')
    assert main(["export", "--site", str(tmp_path)]) == 2
    assert (tmp_path / "thesis.tex").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 3


def test_the_end_says_how_to_see_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--site", str(tmp_path / "new" / "site")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Open {tmp_path / 'new' / 'site' / 'index.html'} in a browser" in err


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ((), "Expected one ID of an experiment to export, but got none"),
        (("latest", "latest"), "Expected one ID of an experiment to export, but got 2"),
        (("--site", "x", "--csv", "y"), "Expected --site alone, but got --csv too"),
        (("latest", "--html", "y", "--site", "x"), "Expected --site alone, but got --html too"),
        (("--site", "x", "nothing"), "but got 'nothing'"),
    ],
)
def test_combinations_that_say_nothing_are_refused(
    flags: tuple[str, ...],
    says: str,
    experiment: Experiment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--runs", str(experiment[0].root), *flags]) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("*"))


def test_own_experiments_join_the_gallery(experiment: Experiment, tmp_path: Path) -> None:
    store, run_id = experiment
    command = ["export", "--runs", str(store.root), "latest", "--site", str(tmp_path / "site")]
    assert main(command) == 0
    found = dict(pages(tmp_path / "site"))
    assert f"run-own-{run_id}.html" in found["gallery.html"].links
    page = (tmp_path / "site" / f"run-own-{run_id}.html").read_text("utf-8")
    assert "A &lt;b&gt;run&lt;/b&gt; &amp; more" in page
    assert "over the 2 seeds as far as they are finished" in page


def test_the_end_says_if_images_of_an_own_experiment_are_shown(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    config = ExperimentConfig(
        data=DataConfig("digits"), epochs=1, device="cpu", record=RecordConfig(tracked=20)
    )
    made = execute(store, store.create(complete(config), "My scans").id)
    sentence = write_site(tmp_path / "site", store, [made]).sentence
    assert sentence.endswith("The page of My scans shows images of its data.")


def test_a_training_of_another_loop_joins_the_gallery(tmp_path: Path) -> None:
    x = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
    y = torch.arange(60) % 3
    network, criterion = nn.Linear(2, 3), nn.CrossEntropyLoss()
    with record(tmp_path / "runs", loss=criterion, classes=["a", "b", "<c>"], epochs=1) as run:
        criterion(network(x), y).backward()
        with torch.no_grad():
            criterion(network(x), y)
        run.epoch()
    command = ["export", "--runs", str(tmp_path / "runs"), "latest", "--site", str(tmp_path / "s")]
    assert main(command) == 0
    (page,) = (tmp_path / "s").glob("run-own-*.html")
    text = page.read_text("utf-8")
    assert "Its seeds were not recorded. One training cannot tell a gain from luck." in text
    assert "trained by another loop, which Harmony cannot repeat" in text
    assert "from the same initial weights" not in text
    (picture,) = (tmp_path / "s" / "pictures").glob("own-*-light.svg")
    assert picture.read_text("utf-8").count("<rect") == 3  # of its counts: no data were recorded


def test_settings_on_a_page_are_those_of_its_file(site: Path) -> None:
    for lesson in lessons():
        config = ExperimentConfig.from_json(
            (site / "configs" / f"{lesson.name}.json").read_text("utf-8")
        )
        assert complete(config) == lesson.config


def test_every_preset_has_a_recording_of_what_it_is_now() -> None:
    for preset in PRESETS.values():
        config = of_preset(RECORDINGS / f"{preset.name}.bin").config
        now = complete(preset.config)
        for part in ("data", "model", "methods", "optim", "epochs", "seeds"):
            assert getattr(config, part) == getattr(now, part), preset.name


def test_numbers_of_a_formula_become_gaps() -> None:
    slots: list[list[object]] = [[0, 1]]
    made = with_gaps(r"\frac{[[a:0]]}{b} = [[a + 1]]", slots)
    assert slots[1:] == [[["name", "a"], 0], [["+", ["name", "a"], 1], 1]]
    assert re.findall(r'<mn data-slot="(\d)"></mn>', made) == ["1", "2"]


@pytest.mark.parametrize(
    "latex", [r"\frac{1}", r"\left( x", r"\unknown x", r"\begin{aligned}a &= b\end{aligned}"]
)
def test_latex_that_cannot_be_set_says_which(latex: str) -> None:
    with pytest.raises(ConfigError, match="Expected LaTeX"):
        mathml(latex)


def test_numbers_inside_a_word_of_a_formula_are_refused() -> None:
    with pytest.raises(ConfigError, match="stand alone"):
        with_gaps(r"\text{about [[a]]}", [])


def test_images_of_files_are_not_put_on_a_public_page(experiment: Experiment) -> None:
    scene = experiment[0].scene(experiment[1])
    config = ExperimentConfig(data=DataConfig("folder", {"source": "private"}))
    picture = training_picture(config, scene)
    assert picture.words == "Training samples of 3 classes, from the largest to the rarest"
    assert picture.extent == ()
    assert all(svg.count("<rect") == 3 for svg in picture.svgs.values())
