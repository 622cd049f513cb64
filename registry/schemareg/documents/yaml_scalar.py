"""One string as a YAML scalar that every reader reads as the same string."""

from __future__ import annotations

import json
import re

from schemareg.model.errors import RegistryError
from schemareg.text.wording import quoted

PLAIN = re.compile(
    r"[A-Za-z](?:[A-Za-z0-9_.@+/()=;#\u00c0-\u024f-]|\[\]|:(?=\S)|(?:,? |,)(?=[A-Za-z0-9(\u00c0-\u024f]))*"
)
"""What is written without quotes: it begins with a letter, and no part of it has a meaning in
YAML."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

_FLOW = frozenset(",:[]")
_RESERVED = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def scalar(text: str, *, flow: bool = False, style: str = "") -> str:
    """The string as YAML on one line: plain where that is safe, else in double quotes.

    `flow`: it is inside braces or brackets. `style` is the preferred quote (`'` or `"`), used where
    it can express the text. Raises RegistryError for a string that is not valid text: half a
    character.
    """
    if _SURROGATE.search(text):
        raise RegistryError(
            f"{quoted(text)} is not text: it has bytes that are not UTF-8",
            remedy="Write it in UTF-8",
        )
    if style == "'" and "\n" not in text and _printable(text):
        return "'" + text.replace("'", "''") + "'"
    if style != '"' and _plain(text, flow):
        return text
    return _UNPRINTABLE.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _plain(text: str, flow: bool) -> bool:
    # A day is a string in this registry and a date to readers of YAML 1.1: both mean the day.
    if DAY.fullmatch(text):
        return True
    if text.lower() in _RESERVED or (flow and not _FLOW.isdisjoint(text)):
        return False
    return PLAIN.fullmatch(text) is not None


def _printable(text: str) -> bool:
    return text.isprintable() and not _UNPRINTABLE.search(text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
