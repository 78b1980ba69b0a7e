"""Parse XML that may be hostile: no entities, no external parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import DataError
from ..messages import quoted

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse_xml(content: bytes, name: str) -> Element:
    """The root of a document, or `DataError`."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(content, forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise DataError(
            f"Expected {quoted(name)} to be plain XML, but got: {quoted(str(error), 80)}. "
            "It may be cut off; export it again."
        ) from error
    return root
