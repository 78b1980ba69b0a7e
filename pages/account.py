"""Who has signed in, and signing out; in the menu of servers where people sign in."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="account",
    title="Account",
    icon="person",
    content="pages._account.page:account",
    listed=False,
)

if __name__ == "__main__":
    draw(PAGE)
