"""Learn: a course of steps, each a question, a prediction, a run, and what it shows."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="learn",
    title="Learn",
    icon="school",
    content="pages._learn.page:learn",
)

if __name__ == "__main__":
    draw(PAGE)
