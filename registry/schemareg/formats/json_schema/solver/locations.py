"""A schema's location during compilation, and the refusals suppressed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.formats.json_schema.references import Location
    from schemareg.model import Pointer


class Malformed(RegistryError):
    """The value of a keyword does not have the form that its draft requires, or a reference leads
    nowhere.
    """


class ScopedLocation:
    """A schema to compile: its location, and the resources through which it was reached."""

    __slots__ = ("at", "key", "scope")

    def __init__(self, at: Location, scope: tuple[Location, ...]) -> None:
        # The outermost resource that has an anchor wins: meeting it again changes nothing.
        if not any(each.base_uri == at.base_uri and each.uri == at.uri for each in scope):
            scope = (*scope, at)
        self.at = at
        self.scope = scope
        outer = tuple((each.uri, each.base_uri) for each in scope) if len(scope) > 1 else ()
        self.key = (at.uri, at.pointer, outer)

    def child(self, *steps: str | int) -> ScopedLocation:
        """The schema at these steps below."""
        return ScopedLocation(self.at.child(*steps), self.scope)


class Suppressions:
    """Refusals that a reader is not asked about again, so that the next search finds another break.

    By place and keyword: None suppresses the keyword, else a set of names or keys of values.
    """

    def __init__(self) -> None:
        self.suppressed: dict[tuple[str, Pointer, str], set[object] | None] = {}

    def suppress(self, at: Location, keyword: str, detail: object | None = None) -> None:
        """Suppress one more refusal."""
        place = (at.uri, at.pointer, keyword)
        if detail is None:
            self.suppressed[place] = None
        elif place not in self.suppressed:
            self.suppressed[place] = {detail}
        else:
            known = self.suppressed[place]
            if known is not None:
                known.add(detail)


def text(here: ScopedLocation) -> str:
    """The place as text, for a message."""
    return f"{here.at.uri}#{''.join(f'/{step}' for step in here.at.pointer)}"
