"""The interfaces between the parts of the solver.

The search calls the solver of a type, which calls the search for the values inside; the compiler
needs the applied schemas, whose conditions it compiles. Each sees only what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.formula import Lit, Nodes
    from schemareg.formats.json_schema.solver.locations import ScopedLocation

Answer = tuple["JsonValue"] | str | None
"""A one-tuple with the value, None where there is none, or the reason why it is undecided."""


class ValueSearch(Protocol):
    """The search as the solver of one type uses it."""

    nodes: Nodes

    def step(self, count: int = 1) -> None:
        """Account for work. Raises BudgetSpent."""

    def late(self) -> bool:
        """Whether the time is over."""

    def solve(self, literals: Iterable[Lit], hints: Iterable[JsonValue] = ()) -> Answer:
        """A value that satisfies all the literals, one of `hints` if possible."""

    def fits(self, literals: Iterable[Lit], value: JsonValue) -> bool:
        """Whether a value satisfies all the literals; False where a pattern cannot tell."""

    def distinct(self, literals: Iterable[Lit], count: int) -> tuple[list[JsonValue], bool, str]:
        """Up to `count` different values; whether these are all; why that is unknown."""


class SchemaCompiler(Protocol):
    """The compiler as the list of applied schemas uses it."""

    nodes: Nodes

    def schema(self, here: ScopedLocation) -> Lit:
        """The literal of a schema. Raises Malformed."""

    def target(self, here: ScopedLocation, keyword: str) -> ScopedLocation:
        """Where a referring keyword leads. Raises Malformed."""

    def suppressed(self, here: ScopedLocation, keyword: str) -> set[object]:
        """The names that are suppressed for a keyword at a place."""
