"""The nouns of the registry. Values only: nothing here reads, judges or prints.

Each is loaded when it is first asked for: a command needs few of them, and a class costs a
third of a millisecond to make.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.model.compatibility import Content, Direction, Level, Outcome, Scope, Severity
    from schemareg.model.files import Entry, FileChange, Files, Kind
    from schemareg.model.history import History, Landing, PathChange
    from schemareg.model.place import Mistake, Place, Pointer
    from schemareg.model.policy import (
        Channel,
        Classification,
        Compatibility,
        Mail,
        Overrides,
        Policy,
        Stability,
    )
    from schemareg.model.product import Owner, Product, Schema, SchemaVersion
    from schemareg.model.promises import Consumer, Deprecation, Use, Waiver
    from schemareg.model.report import (
        Announcement,
        Finding,
        Hit,
        PromiseChange,
        Report,
        VersionVerdict,
    )

__all__ = [
    "Announcement",
    "Channel",
    "Classification",
    "Compatibility",
    "Consumer",
    "Content",
    "Deprecation",
    "Direction",
    "Entry",
    "FileChange",
    "Files",
    "Finding",
    "History",
    "Hit",
    "Kind",
    "Landing",
    "Level",
    "Mail",
    "Mistake",
    "Outcome",
    "Overrides",
    "Owner",
    "PathChange",
    "Place",
    "Pointer",
    "Policy",
    "Product",
    "PromiseChange",
    "Report",
    "Schema",
    "SchemaVersion",
    "Scope",
    "Severity",
    "Stability",
    "Use",
    "VersionVerdict",
    "Waiver",
]

_HOMES = {
    "place": ("Pointer", "Place", "Mistake"),
    "files": ("Kind", "Entry", "Files", "FileChange"),
    "history": ("Landing", "PathChange", "History"),
    "compatibility": ("Severity", "Outcome", "Direction", "Level", "Scope", "Content"),
    "policy": (
        "Stability",
        "Classification",
        "Overrides",
        "Compatibility",
        "Channel",
        "Mail",
        "Policy",
    ),
    "product": ("Owner", "Schema", "Product", "SchemaVersion"),
    "promises": ("Deprecation", "Waiver", "Use", "Consumer"),
    "report": ("Hit", "Announcement", "PromiseChange", "Finding", "VersionVerdict", "Report"),
}
"""Which module has which of them."""

_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """A noun, from its module."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found
