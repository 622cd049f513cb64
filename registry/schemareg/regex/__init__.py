"""Regular expressions of ECMA-262: searching for them, and finding strings that match or do not.

`compile` reads a pattern, `Pattern.search` applies it, and `find` answers what a validator never
needs: is there any string that these patterns match, and those do not?
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.regex.budget import OverBudget, PatternError, Unsupported
    from schemareg.regex.constraints import StringGoal, find, find_many
    from schemareg.regex.pattern import Pattern, compile  # noqa: A004 - as in `re`

__all__ = [
    "OverBudget",
    "Pattern",
    "PatternError",
    "StringGoal",
    "Unsupported",
    "compile",
    "find",
    "find_many",
]

_ROOMS = {
    "OverBudget": "budget",
    "PatternError": "budget",
    "Unsupported": "budget",
    "StringGoal": "constraints",
    "find": "constraints",
    "find_many": "constraints",
    "Pattern": "pattern",
    "compile": "pattern",
}


def __getattr__(name: str) -> object:
    """Load a module when it is needed: checking that a pattern is valid needs only the syntax."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = found
    return found
