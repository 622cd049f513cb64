"""A compiled pattern: what `pattern` of JSON Schema requires of a string."""

from __future__ import annotations

from functools import lru_cache

from schemareg.regex import language, syntax
from schemareg.regex.backtrack import Program
from schemareg.regex.budget import OverBudget, Unsupported

_SHORT = 8_192


class Pattern:
    """A regular expression of ECMA-262 with the flag `u`, to be searched for.

    Build it with `compile`. Patterns are equal when their sources are.
    """

    __slots__ = ("_formula", "_obstacle", "_program", "_syntax", "source")

    source: str
    """The text of the pattern."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._syntax = syntax.parse(source)
        self._formula: language.Formula | None = None
        self._obstacle: tuple[type[Unsupported | OverBudget], str] | None = None
        self._program: Program | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"compile({self.source!r})"

    @property
    def node(self) -> syntax.Node:
        """The syntax tree.

        Raises:
            OverBudget: it is too deep.
        """
        if self._syntax.too_deep:
            raise OverBudget(f"groups nested deeper than {syntax.DEEPEST}")
        return self._syntax.node

    @property
    def regular(self) -> bool:
        """Whether automata can decide it; they cannot decide a back-reference, for example."""
        try:
            self.formula()
        except Unsupported:
            return False
        except OverBudget:
            return True
        return True

    def formula(self) -> language.Formula:
        """Return the pattern as a formula over automata.

        Raises:
            Unsupported: automata cannot decide a construct in it.
            OverBudget: it is too large.
        """
        if self._formula is None and self._obstacle is None:
            try:
                self._formula = language.formula(self.node)
            except (Unsupported, OverBudget) as raised:
                self._obstacle = type(raised), f"{raised} in {_excerpt(self.source)}"
        if self._formula is not None:
            return self._formula
        assert self._obstacle is not None  # noqa: S101 - one of the two is known by now
        # A new exception each time: a shared one would collect a traceback at every raise.
        kind, message = self._obstacle
        raise kind(message)

    def search(self, text: str, steps: int = 1_000_000) -> bool:
        """Return whether the pattern is found anywhere in the text.

        `steps` bounds the attempts at a pattern that automata cannot decide; any other pattern
        takes time in proportion to the text.

        Raises:
            OverBudget: the pattern is too large, or the steps were not enough.
            Unsupported: the pattern uses characters or flags that are not known here.
        """
        if self._program is None:
            try:
                return language.holds(self.formula(), text)
            except Unsupported:
                self._program = Program(self.node, self._syntax.groups, _excerpt(self.source))
        return self._program.search(text, steps)


def compile(source: str) -> Pattern:  # noqa: A001 - as in `re`
    """Return the pattern of a source text.

    Raises:
        PatternError: the source is not a pattern.
    """
    # A cache of very long patterns would hold too much memory.
    return _cached(source) if len(source) <= _SHORT else Pattern(source)


@lru_cache(maxsize=4096)
def _cached(source: str) -> Pattern:
    return Pattern(source)


def _excerpt(source: str) -> str:
    return repr(source if len(source) <= 60 else f"{source[:57]}...")
