"""Home: what this is, a door to the Arena, and what is known about the method."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="home",
    title="Home",
    icon="home",
    content="pages._home.page:home",
)

if __name__ == "__main__":
    draw(PAGE)
