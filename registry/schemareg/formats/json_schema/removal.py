"""What has to leave a schema's file for a field, or one value of it, to be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.places import places
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Matching, field_text
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.references import Library, Location
    from schemareg.model import Pointer
    from schemareg.model.targets import Steps


def field_pointers(library: Library, root: Location, steps: Steps) -> tuple[Pointer, ...]:
    """The members and items of the document that make a field: where it is described and required.

    Raises RegistryError where it has no name of its own, or is described in another file.
    """
    name = steps[-1]
    if name is None:
        raise RegistryError(
            f"the items of {quoted(field_text(steps[:-1]))} cannot leave by themselves",
            remedy="Let the field go that holds them",
        )
    if not isinstance(name, str | Matching):
        raise RegistryError(
            f"{quoted(field_text(steps))} cannot leave by itself",
            remedy="Let the field go that holds it",
        )
    found: list[Pointer] = []
    for at in places(library, root, steps[:-1]):
        own = [at.pointer + inner for inner in _mentions(at.value, name)]
        if own and at.uri != root.uri:
            raise _elsewhere(field_text(steps), at.uri)
        found += own
    return tuple(found)


def value_pointers(
    library: Library, root: Location, steps: Steps, value: str
) -> tuple[Pointer, ...]:
    """The same for one value of a field: where it is listed, alone or as one of several alternatives.

    Raises RegistryError where it is the only value there is, or listed in another file.
    """
    found: list[Pointer] = []
    for at in places(library, root, steps):
        own = tuple(_listings(at, root, value))
        if own and at.uri != root.uri:
            raise _elsewhere(f"{field_text(steps)}={value}", at.uri)
        found += own
    return tuple(dict.fromkeys(found))


def _mentions(schema: dict[str, JsonValue], name: str | Matching) -> Iterator[Pointer]:
    """Where one object schema speaks of a property of its objects, or of those a pattern matches."""
    if isinstance(name, Matching):
        if name.pattern in _object(schema.get("patternProperties")):
            yield "patternProperties", name.pattern
        return
    if name in _object(schema.get("properties")):
        yield "properties", name
    yield from _named(schema.get("required"), name, ("required",))
    for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
        held = _object(schema.get(keyword))
        if name in held:
            yield keyword, name
        for other, names in held.items():
            if other != name:
                yield from _named(names, name, (keyword, other))


def _named(names: JsonValue, name: str, pointer: Pointer) -> Iterator[Pointer]:
    """The name in a list of names; the list itself where it is the only one: draft 4 wants some."""
    if isinstance(names, list) and name in names:
        yield pointer if len(names) == 1 else (*pointer, names.index(name))


def _listings(at: Location, root: Location, value: str) -> Iterator[Pointer]:
    listed = at.value.get("enum")
    if isinstance(listed, list):
        for position, each in enumerate(listed):
            if _text(each) == value:
                if len(listed) == 1:
                    raise _only(value)
                yield (*at.pointer, "enum", position)
    if "const" in at.value and _text(at.value["const"]) == value:
        alternatives = at.pointer[-2:-1] in (("anyOf",), ("oneOf",))
        if not alternatives or (at.uri == root.uri and _count(root.value, at.pointer[:-1]) == 1):
            raise _only(value)
        yield at.pointer


def _count(value: JsonValue, pointer: Pointer) -> int:
    for step in pointer:
        value = value[step]
    return len(value)


def _text(value: JsonValue) -> str:
    """A value as targets write it."""
    return value if isinstance(value, str) else json_values.render(value)


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _only(value: str) -> RegistryError:
    return RegistryError(
        f"{quoted(value)} is the only value there, so without it nothing could be written",
        remedy="Let the field go that has it, or give it another value first",
    )


def _elsewhere(what: str, uri: str) -> RegistryError:
    path = uri.removeprefix("file:///")
    return RegistryError(
        f"{quoted(what)} is described in another file, {path}",
        remedy="Write a new version of that schema without it, and refer to it from here",
    )
