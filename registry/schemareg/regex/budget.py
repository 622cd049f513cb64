"""What ends a question about patterns: an invalid pattern, an undecidable construct, a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

POLL = 256
"""Steps between two checks of the deadline."""


class PatternError(ValueError):
    """The text is not a pattern of ECMA-262; `position` counts code points from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at {position})")
        self.position = position


class Unsupported(Exception):
    """A legal construct that cannot be decided; the message names it and its place."""


class OverBudget(Exception):
    """A bound was reached before an answer; the message names the bound."""


class PatternBudget:
    """Counts the cost of one question, and checks the deadline at intervals."""

    __slots__ = ("_comparisons", "_deadline", "_next_poll", "_states", "comparisons", "states")

    def __init__(
        self,
        states: int,
        comparisons: int,
        deadline: Callable[[], bool] | None = None,
    ) -> None:
        self.states = states
        self.comparisons = comparisons
        self._states = states
        self._comparisons = comparisons
        self._deadline = deadline
        self._next_poll = comparisons - POLL

    def part(self, share: int) -> PatternBudget:
        """Return a budget of one `share`-th of what is left, with the same deadline."""
        return PatternBudget(self.states // share, self.comparisons // share, self._deadline)

    def take(self, part: PatternBudget) -> None:
        """Subtract what a part of this budget has used."""
        self.states -= part._states - max(part.states, 0)
        self.comparisons -= part._comparisons - max(part.comparisons, 0)

    def state(self) -> None:
        """Count one explored state.

        Raises:
            OverBudget: the bound is exceeded.
        """
        self.states -= 1
        if self.states < 0:
            raise OverBudget(f"more than {self._states} states explored")
        self.compare(1)

    def compare(self, count: int) -> None:
        """Count `count` comparisons or transitions.

        Raises:
            OverBudget: the bound is exceeded, or the deadline has passed.
        """
        self.comparisons -= count
        if self.comparisons < 0:
            raise OverBudget(f"more than {self._comparisons} comparisons")
        if self.comparisons < self._next_poll:
            self._next_poll = self.comparisons - POLL
            if self._deadline is not None and self._deadline():
                raise OverBudget("the deadline passed")
