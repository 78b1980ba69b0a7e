"""A mapping of a lesson's file: every key is asked for once, and any other key is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import ConfigError


class Part:
    """Keys and values of one place in a file; `ConfigError` names the place and the key."""

    def __init__(self, file: str, name: str, values: Any) -> None:
        self.file, self.where = file, f"`{name}` in {file}"
        if not isinstance(values, Mapping):
            raise ConfigError(f"Expected {self.where} to hold keys and values, but got {values!r}.")
        self.values = dict(values)
        self.asked: set[str] = set()

    def get(self, key: str, *default: Any) -> Any:
        self.asked.add(key)
        if key in self.values:
            return self.values[key]
        if default:
            return default[0]
        raise ConfigError(f"Expected {self.where} to have `{key}`, but it has not.")

    def text(self, key: str, *default: str) -> str:
        value = self.get(key, *default)
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise ConfigError(f"Expected `{key}` of {self.where} to be text, but got {value!r}.")
        return str(value).strip()

    def number(self, key: str) -> float:
        value = self.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ConfigError(
                f"Expected `{key}` of {self.where} to be a number, but got {value!r}."
            )
        return float(value)

    def flag(self, key: str) -> bool:
        return self.get(key, False) is True

    def texts(self, key: str, *default: Sequence[str]) -> tuple[str, ...]:
        value = self.get(key, *default)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise ConfigError(
                f"Expected `{key}` of {self.where} to be a list of texts, but got {value!r}."
            )
        return tuple(one.strip() for one in value)

    def part(self, key: str) -> Part:
        return Part(self.file, key, self.get(key))

    def range(self, key: str) -> tuple[float, ...]:
        value = self.get(key, ())
        numbers = isinstance(value, list | tuple) and all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in value
        )
        if not numbers or len(value) not in (0, 2):
            raise ConfigError(
                f"Expected `{key}` of {self.where} to be two numbers, but got {value!r}."
            )
        return tuple(float(one) for one in value)

    def parts(self, key: str, *default: Sequence[Any]) -> Iterator[Part]:
        value = self.get(key, *default)
        if not isinstance(value, list | tuple):
            raise ConfigError(f"Expected `{key}` of {self.where} to be a list, but got {value!r}.")
        for i, one in enumerate(value, start=1):
            part = Part(self.file, f"{key} {i}", one)
            yield part
            part.done()

    def done(self) -> None:
        unknown = sorted(set(self.values) - self.asked)
        if unknown:
            raise ConfigError(
                f"Expected keys of {self.where} among {', '.join(sorted(self.asked))}, but got "
                f"{', '.join(map(str, unknown))}."
            )
