"""The view as one script and one stylesheet, for the app and for a page of one file.

Both are built from ``js/`` and ``css/`` by ``npm run build`` and committed, because the app has to
run where there is no Node.js, and an exported page has to open from disk as one file. The script
defines ``harmonyView``; in any page, ``harmonyView.mount(root, {blob, meta}, callbacks)`` shows a
payload.
"""

from __future__ import annotations

from importlib.resources import files

from ..errors import RunError

COMPONENT = "export default harmonyView.component;\n"


def bundle(*, adapter: bool = True) -> str:
    """The script: as a module that exports Streamlit's component, or for any page."""
    script = built("view.js")
    return script + COMPONENT if adapter else script


def stylesheet() -> str:
    """The view's CSS."""
    return built("view.css")


def built(name: str) -> str:
    """The text of a file that the build made."""
    file = files(__package__) / "built" / name
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"Expected the view's file built/{name}, but got: {error.strerror or error}. "
            "Install Harmony again, or run `npm run build` in a copy of its repository."
        ) from error
