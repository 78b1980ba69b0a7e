"""The formula under the microscope against the losses themselves, and the pages to print."""

from __future__ import annotations

import html.parser
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from harmony_core.frames import Frame, Scene
from harmony_core.lessons.classroom.worksheet import answer_key, prose, worksheet
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.course.prepare import prepared
from harmony_core.lessons.glossary.drawings import PICTURES, picture
from harmony_core.lessons.switches import NAMES, switched, telling
from harmony_core.losses import build_loss

COURSE = lessons()


@pytest.fixture(scope="module")
def seen() -> tuple[Scene, Frame]:
    outcome = prepared(COURSE[8])
    return outcome.scenes[0], outcome.last[0][0]


def logits(frame: Frame, sample: int) -> torch.Tensor:
    return torch.tensor(frame.tracked_logits[sample], dtype=torch.float64)[None]


def test_cross_entropy_and_class_weight(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    counts = torch.as_tensor(scene.train_counts)
    for sample in telling(scene, frame):
        label = torch.tensor([int(scene.tracked_targets[sample])])
        expected = F.cross_entropy(logits(frame, sample), label).item()
        assert switched("ce", scene, frame, sample).loss == pytest.approx(expected, rel=1e-6)
        weighted = switched("weighted", scene, frame, sample)
        terms = build_loss("weighted_ce", counts).terms(logits(frame, sample), label)
        assert weighted.parts[0].value == pytest.approx(float(terms.weight[0]), rel=1e-5)


def test_focal_agrees_with_the_loss(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    sample = telling(scene, frame)[0]
    label = torch.tensor([int(scene.tracked_targets[sample])])
    terms = build_loss("focal", torch.as_tensor(scene.train_counts)).terms(
        logits(frame, sample), label
    )
    expected = float((terms.weight * terms.cross_entropy)[0])
    assert switched("focal", scene, frame, sample).loss == pytest.approx(expected, rel=1e-5)


def test_balanced_logits_of_the_harmonized_form(seen: tuple[Scene, Frame]) -> None:
    scene, frame = seen
    sample = telling(scene, frame)[-1]
    label = torch.tensor([int(scene.tracked_targets[sample])])
    prior = torch.log(torch.as_tensor(scene.train_counts) / scene.train_counts.sum())
    expected = F.cross_entropy(logits(frame, sample) + prior, label).item()
    one = switched("harmonized", scene, frame, sample)
    assert one.cross_entropy == pytest.approx(expected, rel=1e-5)
    assert one.grad_norm == pytest.approx(1 - np.exp(-expected), rel=1e-5)
    assert one.weights is not None
    assert one.parts[2].value == one.weights[one.region]
    assert (np.diff(one.weights) >= -1e-9).all()  # a harder sample never counts less


def test_ghm_gives_every_occupied_region_the_same_total(seen: tuple[Scene, Frame]) -> None:
    one = switched("ghm", *seen, telling(*seen)[0])
    assert one.weights is not None
    totals = (one.weights * one.counts)[one.counts > 0]
    assert totals == pytest.approx(np.full(len(totals), totals[0]))


def test_only_the_parts_of_a_loss_are_on(seen: tuple[Scene, Frame]) -> None:
    on = {
        name: [part.on for part in switched(name, *seen, 0).parts] for name in NAMES
    }  # fmt: skip
    assert on == {
        "ce": [False, False, False],
        "weighted": [True, False, False],
        "focal": [False, True, False],
        "ghm": [False, False, True],
        "harmonized": [False, False, True],
    }
    for name in NAMES:
        one = switched(name, *seen, 0)
        assert one.loss == pytest.approx(np.prod([p.value for p in one.parts]) * one.cross_entropy)
        off = [p.value for p in one.parts if not p.on]
        assert off == [1.0] * len(off)
        assert one.latex.count("{") == one.latex.count("}")


class Tags(html.parser.HTMLParser):
    """Counts what is opened and what is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def whole(page: str) -> str:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "@page" in page
    assert not re.search(r'(?:src|href)="', page)  # nothing from elsewhere
    return page


def test_the_worksheet_asks_and_does_not_tell() -> None:
    page = whole(worksheet(COURSE))
    for lesson in COURSE:
        assert lesson.title in page
        assert lesson.predict.ask in page.replace("&#x27;", "'").replace("&quot;", '"')
    assert "class=right" not in page
    assert COURSE[0].answers[0].why not in page
    assert "[[" not in page


def test_the_key_has_numbers_answers_and_notes() -> None:
    page = whole(answer_key(COURSE, prepared))
    for lesson in COURSE:
        assert lesson.notes.discuss[0].replace("’", "’") in page.replace("&#x27;", "'")
    assert page.count("class=right") == len(COURSE)
    assert "[[" not in page


def test_some_steps_only() -> None:
    page = worksheet(COURSE[2:3])
    assert COURSE[2].title in page
    assert COURSE[0].title not in page


def test_markup_of_a_teacher_stays_text() -> None:
    assert prose("a **b** <script> *c*\n\nd") == (
        "<p>a <strong>b</strong> &lt;script&gt; <em>c</em></p><p>d</p>"
    )


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_every_picture_is_an_svg_with_its_inks(name: str, shade: str) -> None:
    svg = picture(name, shade)
    assert "@" not in svg
    root = ET.fromstring(svg)
    assert len(list(root)) >= 2
