"""How the columns of a table become features, as JSON: what a saved model needs for new rows."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from ..errors import DataError
from .table_encoder import NumberPart, TableEncoder, TextPart

_KINDS: dict[str, type[NumberPart] | type[TextPart]] = {"number": NumberPart, "text": TextPart}


def encoder_to_text(encoder: TableEncoder) -> str:
    """The encoder as JSON; `encoder_from_text` reads it.

    >>> encoder = TableEncoder((NumberPart("x", 1.0, 1.5, 0.5, False),), ("id",))
    >>> encoder_from_text(encoder_to_text(encoder)) == encoder
    True
    """
    kinds = {made: name for name, made in _KINDS.items()}
    parts = [{"kind": kinds[type(part)], **dataclasses.asdict(part)} for part in encoder.parts]
    return json.dumps({"parts": parts, "left_out": encoder.left_out})


def encoder_from_text(text: str) -> TableEncoder:
    """The encoder of a text that `encoder_to_text` wrote; `DataError` for any other."""
    try:
        document = json.loads(text)
        parts = tuple(_part(dict(part)) for part in document["parts"])
        return TableEncoder(parts, tuple(document["left_out"]))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            "Expected the encoder of a saved model, but got something else. Train the model again "
            "with this version."
        ) from error


def _part(given: dict[str, Any]) -> NumberPart | TextPart:
    made: Callable[..., NumberPart | TextPart] = _KINDS[given.pop("kind")]
    return made(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
