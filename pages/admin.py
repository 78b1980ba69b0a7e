"""The administrator's page, in no menu: who uses what, stop, delete, announce."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="admin",
    title="Administration",
    icon="admin_panel_settings",
    content="pages._admin.page:admin",
    listed=False,
)

if __name__ == "__main__":
    draw(PAGE)
