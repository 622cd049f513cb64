"""`${NAME}` in a text: what comes from the environment, so that Git never has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)


class MissingVariable(LookupError):
    """A variable that is named, and that the environment does not have, or has empty."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def well_formed(text: str) -> bool:
    """Whether every `${` of the text begins the name of a variable."""
    return "${" not in _ONE.sub("", text)


def variables(text: str) -> tuple[str, ...]:
    """The variables that it names, each once, in their order."""
    return tuple(dict.fromkeys(_ONE.findall(text)))


def begins(text: str) -> bool:
    """Whether it begins with a variable, so that only the environment knows what kind of text it is."""
    return _ONE.match(text) is not None


def nothing_else(text: str) -> bool:
    """Whether it is variables and spaces alone."""
    return bool(text.strip()) and not _ONE.sub("", text).strip()


def filled(text: str, environment: Mapping[str, str]) -> str:
    """The text with each variable's value, without space around it. Raises MissingVariable.

    A value that stands as user, password or parameter of a URL is encoded as URLs ask for it, so
    that a password may have any character; in other places it stands as it is.
    """

    def value(match: re.Match[str]) -> str:
        found = environment.get(match[1], "").strip()
        if not found:
            raise MissingVariable(match[1])
        return (
            quote(found, safe="") if _apart(text[: match.start()], text[match.end() :]) else found
        )

    return _ONE.sub(value, text)


def _apart(before: str, after: str) -> bool:
    """Whether what stands between these two is a user, a password, or a parameter of a URL."""
    scheme, slashes, authority = before.partition("://")
    if not scheme or not slashes:
        return False
    if "?" in authority:
        return True
    return "/" not in authority and "@" in re.split(r"[/?#]", after, maxsplit=1)[0]
