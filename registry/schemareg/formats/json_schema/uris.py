"""URI references: taken apart, resolved against a base, and their fragments read.

Python's own `urljoin` does not resolve against schemes it does not know (`urn:`, `reg:`), so the
few lines of the standard stand here.

Source: RFC 3986, sections 5.2 and appendix B; RFC 6901, sections 4 and 6.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_BAD_ESCAPE = re.compile(r"~(?![01])")


def without_fragment(uri: str) -> str:
    """The URI up to its `#`."""
    return uri.partition("#")[0]


def join(base: str, reference: str) -> str:
    """`reference` resolved against `base`; the fragment is the reference's, or none."""
    scheme, authority, path, query, fragment = _split(reference)
    if scheme is None:
        scheme, base_authority, base_path, base_query, _ = _split(base)
        if authority is None:
            authority = base_authority
            if not path:
                path = base_path
                query = base_query if query is None else query
            elif not path.startswith("/"):
                path = _merged(base_authority, base_path, path)
    return _unsplit(scheme, authority, _without_dots(path), query, fragment)


def scheme_of(uri: str) -> str:
    """The scheme in lower case, or `""`."""
    return (_split(uri)[0] or "").lower()


def decoded(fragment: str) -> str | None:
    """A fragment without its percent-encoding; None where that is not UTF-8."""
    try:
        return unquote(fragment, errors="strict")
    except UnicodeDecodeError:
        return None


def tokens(pointer: str) -> tuple[str, ...] | None:
    """The decoded reference tokens of a JSON Pointer in its string form, or None if it is not one."""
    if not pointer:
        return ()
    if not pointer.startswith("/") or _BAD_ESCAPE.search(pointer):
        return None
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def index(token: str) -> int | None:
    """The array index that a reference token spells, or None (`01` and `-1` are none)."""
    return int(token) if _INDEX.fullmatch(token) else None


def _split(uri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(uri)
    assert match is not None  # noqa: S101 - every text matches
    scheme, authority, path, query, fragment = match.groups()
    return scheme, authority, path, query, fragment


def _unsplit(
    scheme: str | None, authority: str | None, path: str, query: str | None, fragment: str | None
) -> str:
    text = "" if scheme is None else f"{scheme}:"
    text += "" if authority is None else f"//{authority}"
    text += path
    text += "" if query is None else f"?{query}"
    return text if fragment is None else f"{text}#{fragment}"


def _merged(authority: str | None, base_path: str, path: str) -> str:
    if authority is not None and not base_path:
        return f"/{path}"
    return base_path[: base_path.rfind("/") + 1] + path


def _without_dots(path: str) -> str:
    if "." not in path:
        return path
    absolute = path.startswith("/")
    kept: list[str] = []
    segments = path[1:].split("/") if absolute else path.split("/")
    for segment in segments:
        if segment == "..":
            if kept and kept[-1] != "..":
                kept.pop()
            elif not absolute:
                kept.append(segment)
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return ("/" if absolute else "") + "/".join(kept)
