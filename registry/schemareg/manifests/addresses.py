"""Mail addresses: the plain ones that people have, and no more of what RFC 5322 allows."""

from __future__ import annotations

import re
from urllib.parse import unquote

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?)(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*"
)
"""A dot-atom, then a host whose labels may have letters of any script.

Source: RFC 5321, section 4.1.2; RFC 5890 for the labels, which are sent as A-labels.
"""
_NAMED = re.compile(r"([^<>\"\\\x00-\x1f\x7f-\x9f]*?)\s*<([^<>]*)>")
_LONGEST = 254


def is_address(text: str) -> bool:
    """Whether mail can be sent to it: `ada@example.com`."""
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def sender(text: str) -> tuple[str, str] | None:
    """The name and address of `Schema registry <registry@example.com>`; None where it is neither."""
    named = _NAMED.fullmatch(text.strip())
    name, address = named.groups() if named else ("", text.strip())
    return (name.strip(), address.strip()) if is_address(address.strip()) else None


def recipients(url: str) -> tuple[str, ...] | None:
    """The addresses of `mailto:ada@example.com,bob@example.com`; None where it is no such URL.

    Parameters (`?subject=`) are refused: what is written is ours.
    Source: RFC 6068, section 2.
    """
    scheme, _, rest = url.partition(":")
    found = tuple(unquote(each) for each in rest.split(","))
    if scheme.lower() != "mailto" or "?" in rest or not all(map(is_address, found)):
        return None
    return found


def on_the_wire(address: str) -> str:
    """The address with its host as DNS has it, so that it is ASCII. Raises ValueError."""
    name, _, host = address.rpartition("@")
    return f"{name}@{host.encode('idna').decode('ascii')}"
