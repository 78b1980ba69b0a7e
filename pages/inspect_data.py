"""Inspect your data: how long the tail is, whether rare means noisy, what is worth trying."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="inspect_data",
    title="Inspect your data",
    icon="troubleshoot",
    content="pages._inspect.page:inspect_data",
    lead="Upload a file. In seconds you see how long its tail is and whether rare means noisy; "
    "then a pilot on your own data says which method is worth trying, or that none is.",
)

if __name__ == "__main__":
    draw(PAGE)
