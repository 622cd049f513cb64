"""The schemas that speak of one value of a record: each place in each document, references followed.

Where a field's description is one schema and that it is required stands in another, both are among
them. Source: JSON Schema 2020-12 core, section 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.fields import declared_steps
from schemareg.formats.json_schema.references import UnresolvableReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.formats.json_schema.references import Library, Location
    from schemareg.model.targets import Step, Steps

_SAME_VALUE = ("allOf", "anyOf", "oneOf")
_SAME_VALUE_ONE = ("if", "then", "else")
_BY_NAME = ("dependentSchemas", "dependencies")
_ITEMS = ("items", "prefixItems", "additionalItems")


def places(library: Library, root: Location, steps: Steps) -> tuple[Location, ...]:
    """The schemas of the value at a field path, in the order in which they are met, each once.

    None in the steps is every item of an array. `not` says what a value is not, and `contains`
    what some item is: neither describes the value.
    """
    here = _together(library, [root])
    for step in steps:
        here = _together(library, [inner for each in here for inner in _below(each, step)])
    return here


def _together(library: Library, begin: Iterable[Location]) -> tuple[Location, ...]:
    """These and all that speak of the same value as they do."""
    found: dict[object, Location] = {}
    pending = list(begin)
    while pending:
        here = pending.pop(0)
        if here.key not in found and isinstance(here.value, dict):
            found[here.key] = here
            pending += _beside(library, here)
    return tuple(found.values())


def _beside(library: Library, at: Location) -> Iterator[Location]:
    referring = False
    for _, reference in at.references():
        referring = True
        try:
            yield library.resolve(at, reference)
        except UnresolvableReference:
            continue
    if referring and at.dialect <= Dialect.DRAFT7:
        return  # what stands beside a `$ref` is not read there
    for keyword in _SAME_VALUE:
        held = at.value.get(keyword)
        for position in range(len(held) if isinstance(held, list) else 0):
            yield at.child(keyword, position)
    for keyword in _SAME_VALUE_ONE:
        if keyword in at.value:
            yield at.child(keyword)
    for keyword in _BY_NAME:
        held = at.value.get(keyword)
        for name, value in held.items() if isinstance(held, dict) else ():
            if isinstance(value, dict):
                yield at.child(keyword, name)


def _below(at: Location, step: Step) -> Iterator[Location]:
    if step is not None:
        yield from (place for own, place in declared_steps(at) if own == step)
        return
    for keyword in _ITEMS:
        held = at.value.get(keyword)
        if isinstance(held, dict):
            yield at.child(keyword)
        for position in range(len(held) if isinstance(held, list) else 0):
            yield at.child(keyword, position)
