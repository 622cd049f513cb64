"""Regular expressions of ECMA-262: searching for them, and finding strings that fit or do not.

`compile` reads a pattern, `Pattern.search` applies it, and `find` answers what a validator never
asks: is there any string at all that these patterns match, and those do not?
"""

from __future__ import annotations

from .budget import OverBudget, PatternError, Unsupported
from .goals import StringGoal, find, find_many
from .pattern import Pattern, compile  # noqa: A004 - as in `re`

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
