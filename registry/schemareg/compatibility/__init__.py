"""May this reader refuse what that writer may write? A proof, a counterexample, or the reason."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.compatibility.engine import compare
    from schemareg.compatibility.levels import check
    from schemareg.compatibility.verdict import Break, Budget, Lookup, SchemaSource, Verdict

__all__ = ["Break", "Budget", "Lookup", "SchemaSource", "Verdict", "check", "compare"]

_ROOMS = {"check": "levels", "compare": "engine"}


def __getattr__(name: str) -> object:
    """Load the engine when it is asked for: who only needs the patterns, pays only for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = import_module(f"{__name__}.{_ROOMS.get(name, 'verdict')}")
    found: object = getattr(room, name)
    return found
