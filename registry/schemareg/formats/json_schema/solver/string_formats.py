"""The formats of JSON Schema, for policies that assert them: does a text conform, and samples.

Source: JSON Schema 2020-12, Validation, section 7.3, and the RFCs named there. An unknown format is
an annotation: every text conforms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(
    r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]+", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*", re.ASCII)
_REFERENCE = re.compile(r"[^\s<>\"{}|\\^`]*", re.ASCII)
_POINTER = re.compile(r"(?:/(?:[^~/]|~0|~1)*)*")
_DURATION = re.compile(
    r"P(?:\d+W|(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)",
    re.ASCII,
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)


def _date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= lengths[month - 1]


def _date_time(text: str) -> bool:
    date, separator, clock = text[:10], text[10:11], text[11:]
    return separator in ("T", "t") and _date(date) and _TIME.fullmatch(clock) is not None


def _ipv6(text: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address

    try:
        return IPv6Address(text).scope_id is None
    except AddressValueError:
        return False


def _hostname(text: str) -> bool:
    return len(text) <= 253 and _HOSTNAME.fullmatch(text) is not None


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


_CHECKS: dict[str, tuple[Callable[[str], bool], tuple[str, ...]]] = {
    "date": (_date, ("2024-02-29", "2023-02-29")),
    "time": (_matches(_TIME), ("12:00:00Z",)),
    "date-time": (_date_time, ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00+01:00")),
    "duration": (_matches(_DURATION), ("P1D", "PT1H")),
    "email": (_matches(_EMAIL), ("a@example.com",)),
    "hostname": (_hostname, ("example.com",)),
    "ipv4": (_matches(_IPV4), ("127.0.0.1",)),
    "ipv6": (_ipv6, ("::1",)),
    "uuid": (_matches(_UUID), ("00000000-0000-4000-8000-000000000000",)),
    "uri": (_matches(_URI), ("https://example.com/",)),
    "uri-reference": (_matches(_REFERENCE), ("/a",)),
    "json-pointer": (_matches(_POINTER), ("/a",)),
}


def conforms(name: str, text: str) -> bool:
    """Whether the text conforms to the format; always for an unknown format."""
    check = _CHECKS.get(name)
    return check is None or check[0](text)


def samples(names: Iterable[str]) -> tuple[str, ...]:
    """Texts to try where these formats are required or excluded."""
    wanted = [text for name in names for text in (_CHECKS.get(name) or (None, ()))[1]]
    others = [texts[0] for _, texts in _CHECKS.values()]
    return (*wanted, "", "a", *others)


KNOWN = frozenset(_CHECKS)
"""The formats that can be asserted."""
