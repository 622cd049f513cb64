"""What must not be shown of what comes from the environment, in each form in which it may turn up."""

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
"""Characters: to hide what is shorter would tear holes into every sentence, and protect nothing."""
_TELLING = 8


def forms(values: Iterable[str]) -> tuple[str, ...]:
    """The values, the parts of those that are URLs, and both as they are encoded; the longest first."""
    found: set[str] = set()
    for value in values:
        for part in {value, *_parts(value)}:
            found.update(_encoded(part))
    kept = (each for each in found if len(each) >= _SHORTEST)
    return tuple(sorted(kept, key=lambda each: (-len(each), each)))


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each of the forms given, the longest first."""
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
    """What of a value is a secret by itself: passwords, tokens in paths and parameters, keys."""
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
"""Schemes after which a host stands; after those of Apprise it may be a token."""


def _login(user: str | None, password: str | None) -> Iterator[str]:
    """What a user and a password look like on the way, encoded in a URL as they are."""
    if not password:
        return
    yield password
    name, plain = unquote(user or ""), unquote(password)
    yield plain
    yield f"{name}:{plain}"
    yield f"\0{name}\0{plain}"


def _telling(segment: str) -> bool:
    """Whether a part of a URL is more than a word: `services` and `true` are none, `B0C4ND0R` is."""
    return len(segment) >= _TELLING and not (segment.isalpha() and segment.islower())
