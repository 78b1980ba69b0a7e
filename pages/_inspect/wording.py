"""What the readers say, in the words of the page."""

from __future__ import annotations

import re

OPTION = re.compile(r"`--(label|split|separator|header)[^`]*`")


def on_page(message: str, where: str = "below") -> str:
    """A message with the controls of the page in place of the shell's options.

    >>> on_page("Name it with `--label`.", "above")
    'Name it with the control above.'
    """
    return OPTION.sub(f"the control {where}", message)
