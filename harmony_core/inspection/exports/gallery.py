"""The flagged images as one page to look through, with path, label, reason; it opens offline."""

from __future__ import annotations

import html
from pathlib import Path
from typing import IO

from ...arrays import Array
from ...errors import DataError
from ...plots.png_uri import png_uri
from ...printable import printable
from ...readers.contents import Contents
from ..quality.finding import Quality
from ..quality.flagged import Flagged
from ..quality.measures import CHECKS
from .choice import Choice, flagged_of
from .export import Export

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Flagged images</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem }}
ul {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem;
  list-style: none; padding: 0 }}
img {{ width: 96px; height: 96px; object-fit: contain; image-rendering: pixelated }}
p {{ margin: 0; overflow-wrap: anywhere }}
</style></head><body><h1>Flagged images</h1>
<p>{count}</p>
{parts}
</body></html>
"""


def gallery_html(flagged: Flagged) -> str:
    """The flagged images that have a picture, by check; nothing of the file becomes markup.

    Raises `DataError` if none has.
    """
    if not len(flagged.pictured):
        raise DataError(
            "Expected flagged images with pictures, but none was flagged or could be decoded."
        )
    items: dict[str, list[str]] = {}
    for picture, row in zip(flagged.pictures, flagged.pictured.tolist(), strict=True):
        items.setdefault(flagged.check[row], []).append(_item(flagged, row, picture))
    parts = [
        f"<h2>{html.escape(CHECKS[check].title)}</h2><ul>{''.join(found)}</ul>"
        for check, found in items.items()
    ]
    count = f"{len(flagged.pictured):,} of {len(flagged):,} marks; the table has all of them."
    return _PAGE.format(count=count, parts="\n".join(parts))


def _item(flagged: Flagged, row: int, picture: Array) -> str:
    words = [flagged.sample[row], f"label: {flagged.label[row]}"]
    if flagged.suggested_label[row]:
        words.append(f"looks like: {flagged.suggested_label[row]}")
    words.append(flagged.reason[row])
    said = "".join(f"<p>{html.escape(printable(word))}</p>" for word in words if word)
    return f'<li><img alt="" src="{png_uri(picture)}">{said}</li>'


def _write(
    file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
) -> list[str]:
    flagged = flagged_of(quality)
    file.write(gallery_html(flagged).encode("utf-8", "replace"))
    return [f"{len(flagged.pictured):,} pictures."]


GALLERY = Export(
    name="gallery",
    title="Pictures of flagged images",
    help="flagged images with picture, path, label and reason, one page that opens offline",
    suffixes=("html",),
    kinds=("images",),
    write=_write,
)
