"""Expressions of GitHub Actions: `github.event.number || 'none'`, and text with `${{ … }}` in it.

Source: GitHub Docs, "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign>\|\||&&|==|!=|<=|>=|[<>!().,\[\]*]))"
)
_INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|success|failure|cancelled)\s*\(")
_WORDS = {"true": True, "false": False, "null": None}


class Expressions:
    """What evaluates expressions where these contexts and status functions hold."""

    def __init__(
        self, contexts: Mapping[str, Any], status: Mapping[str, Callable[[], bool]] | None = None
    ) -> None:
        self._contexts = contexts
        self._functions: dict[str, Callable[..., Any]] = {
            **(status or {}),
            "contains": lambda where, what: (
                any(_equal(each, what) for each in where)
                if isinstance(where, list)
                else _text(what).lower() in _text(where).lower()
            ),
            "startswith": lambda text, start: _text(text).lower().startswith(_text(start).lower()),
            "endswith": lambda text, end: _text(text).lower().endswith(_text(end).lower()),
            "format": lambda text, *values: _text(text).format(*map(_text, values)),
            "tojson": lambda value: json.dumps(value, indent=2),
            "fromjson": lambda text: json.loads(_text(text)),
        }

    def value(self, text: str) -> Any:
        """The value of one expression. Raises ValueError where it is none."""
        tokens = _tokens(text)
        reader = _Reader(tokens, self._contexts, self._functions)
        found = reader.any_of()
        if reader.rest:
            raise ValueError(f"{text!r}: nothing should follow {tokens!r}")
        return found

    def text(self, text: Any) -> str:
        """A text with every `${{ … }}` in it replaced by its value."""
        if not isinstance(text, str):
            return _text(text)
        return _INSIDE.sub(lambda found: _text(self.value(found[1])), text)

    def holds(self, condition: Any) -> bool:
        """Whether an `if:` is met; one that asks for no status asks for success."""
        written = "" if condition is None else _text(condition)
        whole = _INSIDE.fullmatch(written.strip())
        bare = whole[1] if whole else written
        asked = bare if _STATUS.search(bare) else f"success() && ({bare or 'true'})"
        return _truth(self.value(asked))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"{text!r} is no expression, at {text[place:]!r}")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right, and evaluates what it reads."""

    def __init__(
        self,
        tokens: list[tuple[str, str]],
        contexts: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> None:
        self.rest = tokens
        self._contexts = contexts
        self._functions = functions

    def any_of(self) -> Any:
        found = self._all_of()
        while self._take("||"):
            other = self._all_of()
            found = found if _truth(found) else other
        return found

    def _all_of(self) -> Any:
        found = self._compared()
        while self._take("&&"):
            other = self._compared()
            found = other if _truth(found) else found
        return found

    def _compared(self) -> Any:
        found = self._unary()
        for sign, holds in _COMPARISONS.items():
            if self._take(sign):
                return holds(found, self._unary())
        return found

    def _unary(self) -> Any:
        if self._take("!"):
            return not _truth(self._unary())
        return self._followed(self._primary())

    def _primary(self) -> Any:
        kind, word = self.rest.pop(0)
        if kind == "number":
            return float(word)
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if word == "(":
            found = self.any_of()
            self._must(")")
            return found
        if kind != "name":
            raise ValueError(f"{word!r} begins no expression")
        if self._take("("):
            return self._called(word)
        if word in _WORDS:
            return _WORDS[word]
        if word not in self._contexts:
            raise ValueError(f"there is no context {word!r} here")
        return self._contexts[word]

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._take(")"):
            arguments.append(self.any_of())
            self._take(",")
        return self._functions[name.lower()](*arguments)

    def _followed(self, found: Any) -> Any:
        while True:
            if self._take("."):
                found = _member(found, self.rest.pop(0)[1])
            elif self._take("["):
                found = _member(found, self.any_of())
                self._must("]")
            else:
                return found

    def _take(self, sign: str) -> bool:
        if self.rest and self.rest[0] == ("sign", sign):
            self.rest.pop(0)
            return True
        return False

    def _must(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"{sign!r} is missing")


def _member(value: Any, key: Any) -> Any:
    """A member by its name, whatever its case; null where there is none."""
    if isinstance(value, list):
        return value[int(key)] if isinstance(key, float) and int(key) < len(value) else None
    if not isinstance(value, dict):
        return None
    named = {str(each).lower(): member for each, member in value.items()}
    return named.get(_text(key).lower())


def _truth(value: Any) -> bool:
    return value not in (None, False, "", 0)


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return bool(left == right)
    return _number(left) == _number(right)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<=": lambda left, right: _number(left) <= _number(right),
    ">=": lambda left, right: _number(left) >= _number(right),
    "<": lambda left, right: _number(left) < _number(right),
    ">": lambda left, right: _number(left) > _number(right),
}
