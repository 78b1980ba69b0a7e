"""Settings of a map and chosen samples as short text for a link, and back, strictly.

    k30_l0           30 neighbours, λ = 0, the rest as usual
    pca_cosine       PCA of the cosine pattern
    ""               as usual

Chosen samples are a bit each, packed and written in the alphabet of links: a class or a region of
2,000 samples takes some dozen characters, any choice at most about 340.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harmony_core.analysis.embedding.settings import SETTINGS, EmbeddingSettings
from harmony_core.errors import ConfigError

LETTERS = {"n_neighbors": "k", "min_dist": "d", "mixing": "l", "seed": "s"}
NUMBER = re.compile(r"([a-z])([0-9]{1,10}(?:\.[0-9]{1,6})?)")
MOST_CHARACTERS = 2000
"""Of a choice; a longer one has no place in a link."""


def settings_text(settings: EmbeddingSettings) -> str:
    """What differs from the usual settings, joined by ``_``."""
    found = []
    for parameter in SETTINGS:
        value = getattr(settings, parameter.name)
        if value != parameter.default:
            text = value if isinstance(value, str) else f"{value:.10g}"
            found.append(LETTERS.get(parameter.name, "") + text)
    return "_".join(found)


def read_settings(text: str) -> EmbeddingSettings:
    """The settings that `settings_text` wrote; `ConfigError` for anything else."""
    letters = {letter: name for name, letter in LETTERS.items()}
    words = {word: p.name for p in SETTINGS for word in p.choices or ()}
    values: dict[str, object] = {}
    for part in text.split("_") if text else ():
        match = NUMBER.fullmatch(part)
        if part in words:
            name, value = words[part], part
        elif match and match[1] in letters:
            name = letters[match[1]]
            value = float(match[2]) if "." in match[2] else int(match[2])  # type: ignore[assignment]
        else:
            numbers = ", ".join(f"{letter} ({name})" for name, letter in LETTERS.items())
            raise ConfigError(
                f"Expected settings of a map to be made of {', '.join(words)} and of numbers after "
                f"{numbers}, but got {part[:20]!r}. An example is k30_l0.5_cosine."
            )
        if name in values:
            raise ConfigError(f"Expected `{name}` of the map once, but got {text[:40]!r}.")
        values[name] = value
    return EmbeddingSettings.from_dict(values)


def chosen_text(chosen: Sequence[int] | NDArray[np.int64], landmarks: int) -> str:
    """Chosen samples of ``landmarks``, or ``""`` for none and for more than a link can hold."""
    if not len(chosen):
        return ""
    bits = np.zeros(landmarks, dtype=bool)
    bits[np.asarray(chosen)] = True
    packed = np.packbits(bits).tobytes()
    text = base64.urlsafe_b64encode(zlib.compress(packed, 9)).decode().rstrip("=")
    return text if len(text) <= MOST_CHARACTERS else ""


def read_chosen(text: str, landmarks: int) -> list[int]:
    """The samples that `chosen_text` wrote, ascending; `ConfigError` for anything else."""
    size = -(-landmarks // 8)
    try:
        if len(text) > MOST_CHARACTERS:
            raise ValueError
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        opener = zlib.decompressobj()
        bits = np.unpackbits(np.frombuffer(opener.decompress(packed, size + 1), dtype=np.uint8))
        if len(bits) != 8 * size or bits[landmarks:].any() or not opener.eof:
            raise ValueError
    except (ValueError, binascii.Error, zlib.error) as error:
        raise ConfigError(
            f"Expected chosen samples among this map's {landmarks:,}, but got {text[:20]!r}. "
            "Choose them again in the map."
        ) from error
    return [int(i) for i in np.flatnonzero(bits)]
