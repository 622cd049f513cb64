"""What ends a search that would take too long."""

from __future__ import annotations


class BudgetSpent(Exception):
    """The search has used up its steps, its time or its room; `str()` says which."""
