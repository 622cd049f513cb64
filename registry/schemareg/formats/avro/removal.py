"""What has to leave a schema's file for a field, or one symbol of an enum, to be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError
from schemareg.model.targets import Inside, field_text
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.formats.avro.schema import Type
    from schemareg.model import Pointer
    from schemareg.model.targets import Steps


def field_pointers(root: Type, steps: Steps) -> tuple[Pointer, ...]:
    """The fields of records that declare a field path.

    Raises RegistryError where it is an array's items or a map's values, or declared in another file.
    """
    name = steps[-1]
    if not isinstance(name, str):
        raise RegistryError(
            f"{quoted(field_text(steps))} cannot be removed by itself",
            remedy=f"Remove the field that holds it: {field_text(steps[:-1])}",
        )
    found: list[Pointer] = []
    for type_ in _at(root, steps[:-1]):
        own = [each.pointer for each in type_.fields if each.name == name]
        if own and type_.uri != root.uri:
            raise _elsewhere(field_text(steps), type_.uri)
        found += own
    return tuple(found)


def symbol_pointers(root: Type, steps: Steps, symbol: str) -> tuple[Pointer, ...]:
    """The places that list a symbol of a field's enums.

    Raises RegistryError where it is the only one, the enum's default, or listed in another file.
    """
    found: list[Pointer] = []
    for type_ in _at(root, steps):
        if symbol not in type_.symbols:
            continue
        if type_.uri != root.uri:
            raise _elsewhere(f"{field_text(steps)}={symbol}", type_.uri)
        if len(type_.symbols) == 1:
            raise RegistryError(
                f"{quoted(symbol)} is the only symbol of {type_.name}",
                remedy="Remove the field that has it, or add another symbol first",
            )
        if type_.default == symbol:
            raise RegistryError(
                f"{quoted(symbol)} is the default of {type_.name}",
                remedy="Give the enum another default first",
            )
        found.append((*type_.pointer, "symbols", type_.symbols.index(symbol)))
    return tuple(found)


def _at(root: Type, steps: Steps) -> list[Type]:
    """The types at a path, unions taken apart, each once."""
    here = _apart([root])
    for step in steps:
        inner: list[Type] = []
        for type_ in here:
            if type_.kind == "record":
                inner += [each.type for each in type_.fields if each.name == step]
            elif (type_.kind, step) in (("array", None), ("map", Inside.VALUES)):
                inner.append(type_.inner)
        here = _apart(inner)
    return here


def _apart(types_: list[Type]) -> list[Type]:
    flat = [
        each for type_ in types_ for each in (type_.branches if type_.kind == "union" else (type_,))
    ]
    return list(dict.fromkeys(flat))


def _elsewhere(what: str, uri: str) -> RegistryError:
    return RegistryError(
        f"{quoted(what)} is declared in another file, {uri.removeprefix('file:///')}",
        remedy="Write a new version of that schema without it, and refer to it from here",
    )
