"""The teacher’s desk: notes, the link for students, a class, and pages to print."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="teach",
    title="Teach",
    icon="co_present",
    content="pages._teach.page:teach",
)

if __name__ == "__main__":
    draw(PAGE)
