"""Secrets of the environment in every form in which they can appear."""

from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHOWN = "***"
_SHORTEST = 4
"""Minimum characters: masking shorter values would damage ordinary text and protect nothing."""
_TELLING = 8


def forms(values: Iterable[str]) -> tuple[str, ...]:
    """The values, the secret parts of URLs, and the encoded forms of both; longest first."""
    found: set[str] = set()
    for value in values:
        for part in {value, *_parts(value)}:
            found.update(_encoded(part))
    kept = (each for each in found if len(each) >= _SHORTEST)
    return tuple(sorted(kept, key=lambda each: (-len(each), each)))


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each given form, longest first."""
    for each in secrets:
        text = text.replace(each, SHOWN)
    return text


def _encoded(text: str) -> Iterator[str]:
    yield text
    yield quote(text, safe="")
    yield quote(text, safe="/:")
    yield json.dumps(text)[1:-1]
    yield escape(text)
    yield b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")


def _parts(value: str) -> Iterator[str]:
    """The parts of a value that are secrets alone: passwords, tokens in paths and parameters, keys."""
    yield from value.split()
    yield value.removeprefix("whsec_")
    if value.lower().startswith("mailto:"):
        yield from value[len("mailto:") :].split(",")
    if "://" not in value:
        return
    try:
        parts = urlsplit(value)
    except ValueError:
        return
    yield parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme.lower() not in _ADDRESSED:
        yield parts.netloc
        yield from parts.netloc.split("@")
    texts = [*parts.path.split("/"), *(text for _, text in parse_qsl(parts.query))]
    yield from filter(_telling, texts)
    yield from _login(parts.username, parts.password)


_ADDRESSED = ("http", "https", "smtp", "smtps")
"""Schemes that are followed by a host; with Apprise schemes it can be a token."""


def _login(user: str | None, password: str | None) -> Iterator[str]:
    """The encoded forms of a user and a password in a URL and in headers."""
    if not password:
        return
    yield password
    name, plain = unquote(user or ""), unquote(password)
    yield plain
    yield f"{name}:{plain}"
    yield f"\0{name}\0{plain}"


def _telling(segment: str) -> bool:
    """Whether a part of a URL looks like a token: `B0C4ND0R` does, `services` and `true` do not."""
    return len(segment) >= _TELLING and not (segment.isalpha() and segment.islower())
