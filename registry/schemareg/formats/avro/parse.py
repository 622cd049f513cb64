"""A document's value to an Avro schema, strictly: every mistake with its place and its fix.

Neither `fastavro` nor Apache's `avro` is a validator: both accept what the other refuses.
Source: Apache Avro 1.12.0 specification, section Schema Declaration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemareg.formats.avro.defaults import default_mistake
from schemareg.formats.avro.logical import logical_type
from schemareg.formats.avro.schema import NAMED, PRIMITIVES, AvroField, Type
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

MAX_SIZE_BYTES = 2**31 - 1
MAX_REFERENCES_DEEP = 30
MAX_GUESSES = 50
"""Unknown names for which the nearest known one is looked up."""
REFERENCES = "references"
"""The attribute of a root that lists other versions: their named types may be used by full name."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_ORDERS = ("ascending", "descending", "ignore")
_COMPLEX = ("record", "error", "enum", "fixed", "array", "map")
_TYPE_ATTRIBUTES = {
    "record": {"type", "name", "namespace", "doc", "aliases", "fields"},
    "enum": {"type", "name", "namespace", "doc", "aliases", "symbols", "default"},
    "fixed": {"type", "name", "namespace", "doc", "aliases", "size"},
    "array": {"type", "items", "default"},
    "map": {"type", "values", "default"},
}
_FIELD_ATTRIBUTES = {"name", "type", "doc", "default", "order", "aliases"}


class AvroFault(NamedTuple):
    """One thing that is wrong with a schema; `key` says that it is the member's name that is wrong."""

    pointer: Pointer
    rule: str
    what: str
    remedy: str
    key: bool = False


class Lookup(Protocol):
    """What `reg:` names lead to."""

    def __call__(self, name: str) -> tuple[str, JsonValue] | None:
        """The URI and the value of the version that `payments/payment@1.2.0` names, or None."""


class Parsed(NamedTuple):
    """A schema with what is wrong with it."""

    root: Type | None
    """None where there is any fault."""
    faults: tuple[AvroFault, ...]
    notices: tuple[AvroFault, ...]
    """What is valid but probably not meant."""
    references: tuple[tuple[Pointer, str], ...]
    """The `reg:` names used, without `reg:`, with their places."""


def parse(value: JsonValue, uri: str = "", lookup: Lookup | None = None) -> Parsed:
    """The schema that a JSON value declares; faults in document order."""
    reader = _Reader(lookup)
    root = reader.document(value, uri)
    reader.check_defaults()
    faults = tuple(reader.faults)
    return Parsed(None if faults else root, faults, tuple(reader.notices), tuple(reader.references))


_UNKNOWN = Type("null")
"""The type in place of one that could not be read."""


class _Reader:
    def __init__(self, lookup: Lookup | None) -> None:
        self.faults: list[AvroFault] = []
        self.notices: list[AvroFault] = []
        self.references: list[tuple[Pointer, str]] = []
        self._lookup = lookup
        self._uri = ""
        self._names: dict[str, Type] = {}
        self._roots: dict[str, Type] = {}
        self._opening: list[str] = []
        self._outer: Pointer = ()
        self._circular = False
        self._guesses = 0
        self._defaults: list[tuple[Pointer, Type, JsonValue]] = []

    def document(self, value: JsonValue, uri: str) -> Type:
        """The root of one document."""
        outer, self._uri = self._uri, uri
        if isinstance(value, dict) and isinstance(value.get(REFERENCES), list):
            for position, name in enumerate(value[REFERENCES]):
                self._open(name, (REFERENCES, position))
        root = self._type(value, (), "")
        self._uri = outer
        return root

    def check_defaults(self) -> None:
        """Check the defaults of fields, once every type is known."""
        for pointer, type_, value in self._defaults:
            wrong = None if type_ is _UNKNOWN or self.faults else default_mistake(type_, value)
            if wrong:
                remedy = f"Write a default that is {_article(type_)}, or remove it"
                self._fault((*pointer, "default"), "avro-default-invalid", wrong, remedy)

    def _fault(
        self, pointer: Pointer, rule: str, what: str, remedy: str, *, key: bool = False
    ) -> None:
        if not self._opening:
            self.faults.append(AvroFault(pointer, rule, what, remedy, key))
        elif all(each.pointer != self._outer for each in self.faults):
            # Reported here, once: a version that landed is valid by itself.
            rule = rule if rule == "avro-name-repeated" else "reference-dangling"
            what = f"{quoted(f'reg:{self._opening[0]}')}: {what}"
            self.faults.append(AvroFault(self._outer, rule, what, remedy))

    # --- references to other files

    def _open(self, name: JsonValue, pointer: Pointer) -> Type:
        """The root of another version, its named types known from here on."""
        if not isinstance(name, str) or not name.startswith("reg:"):
            what = "a reference is written reg:product/schema@1.2.0"
            self._fault(pointer, "reference-dangling", what, "Write the version's name")
            return _UNKNOWN
        plain = name.removeprefix("reg:")
        if not self._opening:
            self.references.append((pointer, plain))
        if plain in self._opening:
            self._circular = True
            what = f"{quoted(name)} refers back to this schema"
            self._fault(pointer, "reference-dangling", what, "Break the circle")
            return _UNKNOWN
        if len(self._opening) >= MAX_REFERENCES_DEEP:
            what = f"references lead through more than {MAX_REFERENCES_DEEP} versions"
            self._fault(pointer, "reference-dangling", what, "Refer to the last of them")
            return _UNKNOWN
        if plain in self._roots:
            return self._roots[plain]
        found = self._lookup(plain) if self._lookup else None
        if found is None:
            what = f"there is no {quoted(name)}"
            remedy = "Correct the name, or add the version it means; nothing is fetched"
            self._fault(pointer, "reference-dangling", what, remedy)
            return _UNKNOWN
        if not self._opening:
            self._outer = pointer
        self._opening.append(plain)
        root = self._roots[plain] = self.document(found[1], found[0])
        self._opening.pop()
        return root

    # --- types

    def _type(self, value: JsonValue, pointer: Pointer, namespace: str) -> Type:
        if isinstance(value, str):
            return self._named(value, pointer, namespace)
        if isinstance(value, list):
            return self._union(value, pointer, namespace)
        if not isinstance(value, dict):
            what = "a type is a name, an object or a list of types"
            self._fault(pointer, "avro-type-unknown", what, 'Write "string", or {"type": …}')
            return _UNKNOWN
        kind = value.get("type")
        if isinstance(kind, dict | list):
            # {"type": {"type": "string", …}}: the outer object adds attributes only.
            return self._type(kind, (*pointer, "type"), namespace)
        if not isinstance(kind, str):
            self._fault(pointer, "avro-type-unknown", 'the object has no "type"', "Add the type")
            return _UNKNOWN
        if kind in PRIMITIVES:
            return self._primitive(kind, value, pointer)
        kind = "record" if kind == "error" else kind
        if kind in NAMED:
            return self._definition(kind, value, pointer, namespace)
        if kind in ("array", "map"):
            return self._collection(kind, value, pointer, namespace)
        return self._named(kind, (*pointer, "type"), namespace)

    def _named(self, name: str, pointer: Pointer, namespace: str) -> Type:
        if name in PRIMITIVES:
            return Type(name, pointer, self._uri)
        if name.startswith("reg:"):
            return self._open(name, pointer)
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        known = self._names.get(full)
        if known is not None:
            return known
        if name in ("record", "enum", "fixed", "array", "map", "error"):
            what = f"{name} needs attributes"
            self._fault(pointer, "avro-type-unknown", what, f'Write {{"type": "{name}", …}}')
            return _UNKNOWN
        self._guesses += 1
        known_names = [*PRIMITIVES, *self._names] if self._guesses <= MAX_GUESSES else []
        near = nearest(name, known_names)
        remedy = f"Did you mean {near}?" if near else "Define the type before it is used"
        what = f"no type {quoted(full)} is defined before this place"
        self._fault(pointer, "avro-type-unknown", what, remedy)
        return _UNKNOWN

    def _primitive(self, kind: str, value: dict[str, JsonValue], pointer: Pointer) -> Type:
        found = Type(kind, pointer, self._uri)
        self._annotate(found, value, {"type"})
        return found

    def _annotate(self, type_: Type, value: dict[str, JsonValue], known: set[str]) -> None:
        type_.properties = {name: each for name, each in value.items() if name not in known}
        doc = value.get("doc")
        type_.doc = doc if isinstance(doc, str) else ""
        type_.logical, why = logical_type(type_.kind, type_.size, value)
        if why and not self._opening:
            remedy = "Correct it, or remove it: readers ignore it as it is"
            pointer = (*type_.pointer, "logicalType")
            self.notices.append(AvroFault(pointer, "avro-logical-type-ignored", why, remedy))

    def _union(self, value: list[JsonValue], pointer: Pointer, namespace: str) -> Type:
        found = Type("union", pointer, self._uri)
        branches: list[Type] = []
        seen: set[str] = set()
        if not value:
            what = "a union without branches has no values"
            self._fault(pointer, "avro-union-invalid", what, "Write the types it may have")
        for position, each in enumerate(value):
            at = (*pointer, position)
            if isinstance(each, list):
                what = "a union may not contain a union"
                self._fault(at, "avro-union-invalid", what, "List all branches in one union")
                continue
            branch = self._type(each, at, namespace)
            if branch.kind == "union":
                what = "a union may not contain a union"
                self._fault(at, "avro-union-invalid", what, "List all branches in one union")
                continue
            if branch.label in seen and branch is not _UNKNOWN:
                what = f"{branch.label} is in the union already"
                self._fault(at, "avro-union-invalid", what, "Keep one of the two")
            seen.add(branch.label)
            branches.append(branch)
        found.branches = tuple(branches)
        return found

    def _collection(
        self, kind: str, value: dict[str, JsonValue], pointer: Pointer, namespace: str
    ) -> Type:
        found = Type(kind, pointer, self._uri)
        member = "items" if kind == "array" else "values"
        if member in value:
            inner = self._type(value[member], (*pointer, member), namespace)
        else:
            inner = _UNKNOWN
            self._fault(pointer, "avro-attribute-missing", f"the {kind} has no {member}", "Add it")
        found.branches = (inner,)
        self._annotate(found, value, _TYPE_ATTRIBUTES[kind])
        return found

    def _definition(
        self, kind: str, value: dict[str, JsonValue], pointer: Pointer, namespace: str
    ) -> Type:
        found = Type(kind, pointer, self._uri)
        found.name = self._full_name(kind, value, pointer, namespace)
        own = found.name.rpartition(".")[0]
        found.aliases = tuple(
            each if "." in each or not own else f"{own}.{each}"
            for each in self._aliases(value, pointer)
        )
        if found.name:
            taken = self._names.get(found.name)
            if taken is not None and not self._circular:
                what = f"the type {quoted(found.name)} is defined already"
                remedy = "Refer to it by its name, or give this one another"
                self._fault((*pointer, "name"), "avro-name-repeated", what, remedy)
            self._names.setdefault(found.name, found)
        self._text(value, pointer, "doc")
        if kind == "record":
            found.fields = self._fields(value, pointer, own)
        elif kind == "enum":
            self._enum(found, value, pointer)
        else:
            self._fixed(found, value, pointer)
        self._annotate(found, value, _TYPE_ATTRIBUTES[kind])
        return found

    def _full_name(
        self, kind: str, value: dict[str, JsonValue], pointer: Pointer, namespace: str
    ) -> str:
        name = value.get("name")
        if not isinstance(name, str):
            what = f"the {kind} has no name"
            self._fault(pointer, "avro-attribute-missing", what, 'Add a "name"')
            return ""
        own = value.get("namespace", namespace)
        if not isinstance(own, str):
            what = "a namespace is a string"
            self._fault((*pointer, "namespace"), "avro-name-invalid", what, "Write names with dots")
            own = ""
        full = name if "." in name or not own else f"{own}.{name}"
        if wrong := _wrong_name(full):
            at = (*pointer, "name" if _wrong_name(name) else "namespace")
            self._fault(at, "avro-name-invalid", wrong, "Use letters, digits and _, no digit first")
        return full

    def _aliases(self, value: dict[str, JsonValue], pointer: Pointer) -> list[str]:
        """The aliases as written. Any string is one: that is how an illegal name gets a legal one."""
        held = value.get("aliases", [])
        if not isinstance(held, list) or not all(isinstance(each, str) for each in held):
            what = "aliases are a list of names"
            self._fault((*pointer, "aliases"), "avro-aliases-invalid", what, 'Write ["old_name"]')
            return []
        return held

    def _text(self, value: dict[str, JsonValue], pointer: Pointer, name: str) -> str:
        text = value.get(name, "")
        if isinstance(text, str):
            return text
        what = f"{name} is a string"
        self._fault((*pointer, name), "avro-attribute-invalid", what, "Write it in quotes")
        return ""

    def _enum(self, found: Type, value: dict[str, JsonValue], pointer: Pointer) -> None:
        symbols = value.get("symbols")
        at: Pointer = (*pointer, "symbols")
        if not isinstance(symbols, list):
            at = at if "symbols" in value else pointer
            what = "the enum has no list of symbols"
            self._fault(at, "avro-attribute-missing", what, 'Add "symbols": […]')
            return
        seen: set[str] = set()
        for position, symbol in enumerate(symbols):
            if not isinstance(symbol, str) or not _NAME.fullmatch(symbol):
                what = f"{quoted(str(symbol))} is not a symbol"
                remedy = "Use letters, digits and _, no digit first"
                self._fault((*at, position), "avro-symbol-invalid", what, remedy)
            elif symbol in seen:
                what = f"the symbol {quoted(symbol)} is listed already"
                self._fault((*at, position), "avro-symbol-invalid", what, "Remove one of the two")
            seen.add(str(symbol))
        found.symbols = tuple(map(str, symbols))
        if "default" in value:
            default = value["default"]
            if not isinstance(default, str) or default not in found.symbols:
                what = "the default of an enum is one of its symbols"
                remedy = f"Write one of {listed(found.symbols[:10])}, or remove it"
                self._fault((*pointer, "default"), "avro-default-invalid", what, remedy)
            else:
                found.default = default

    def _fixed(self, found: Type, value: dict[str, JsonValue], pointer: Pointer) -> None:
        size = value.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE_BYTES:
            at = (*pointer, "size") if "size" in value else pointer
            what = "the size of a fixed is a whole number of bytes, 0 or more"
            self._fault(at, "avro-attribute-missing", what, 'Write "size": 16')
            return
        found.size = size

    def _fields(
        self, value: dict[str, JsonValue], pointer: Pointer, namespace: str
    ) -> tuple[AvroField, ...]:
        held = value.get("fields")
        at: Pointer = (*pointer, "fields")
        if not isinstance(held, list):
            at = at if "fields" in value else pointer
            what = "the record has no list of fields"
            self._fault(at, "avro-attribute-missing", what, 'Add "fields": […]')
            return ()
        found = [
            each
            for position, item in enumerate(held)
            if (each := self._field(item, (*at, position), namespace)) is not None
        ]
        taken: dict[str, str] = {}
        for each in found:
            if each.name in taken:
                what = f"the record has a field {quoted(each.name)} already"
                where = (*each.pointer, "name")
                self._fault(where, "avro-name-repeated", what, "Give one of them another name")
            taken.setdefault(each.name, each.name)
        for each in found:
            for alias in each.aliases:
                owner = taken.setdefault(alias, each.name)
                if owner != each.name:
                    what = f"{quoted(alias)} is the name or an alias of {quoted(owner)} already"
                    remedy = "Keep the alias on one field"
                    where = (*each.pointer, "aliases")
                    self._fault(where, "avro-aliases-invalid", what, remedy)
        return tuple(found)

    def _field(self, value: JsonValue, pointer: Pointer, namespace: str) -> AvroField | None:
        if not isinstance(value, dict):
            what = "a field is an object with a name and a type"
            self._fault(pointer, "avro-attribute-missing", what, 'Write {"name": …, "type": …}')
            return None
        name = value.get("name")
        if not isinstance(name, str):
            what = "the field has no name"
            self._fault(pointer, "avro-attribute-missing", what, 'Add a "name"')
            name = ""
        elif not _NAME.fullmatch(name):
            what = f"{quoted(name)} is not a field name"
            remedy = "Use letters, digits and _, no digit first"
            self._fault((*pointer, "name"), "avro-name-invalid", what, remedy)
        if "type" in value:
            type_ = self._type(value["type"], (*pointer, "type"), namespace)
        else:
            type_ = _UNKNOWN
            what = "the field has no type"
            self._fault(pointer, "avro-attribute-missing", what, 'Add a "type"')
        order = value.get("order", "ascending")
        if order not in _ORDERS:
            what = f"{quoted(str(order))} is not an order"
            self._fault((*pointer, "order"), "avro-attribute-invalid", what, listed(_ORDERS))
        if "default" in value and not self._opening:
            self._defaults.append((pointer, type_, value["default"]))
        properties = {key: each for key, each in value.items() if key not in _FIELD_ATTRIBUTES}
        return AvroField(
            name,
            type_,
            pointer,
            self._uri,
            tuple(self._aliases(value, pointer)),
            "default" in value,
            value.get("default"),
            self._text(value, pointer, "doc"),
            str(order),
            properties,
        )


def _wrong_name(full: str) -> str:
    parts = full.split(".")
    wrong = next((part for part in parts if not _NAME.fullmatch(part)), None)
    if wrong is not None:
        return f"{quoted(wrong)} is not a name" if wrong else "a part of the name is empty"
    if parts[-1] in PRIMITIVES:
        return f"{quoted(parts[-1])} is the name of a primitive type"
    return ""


def _article(type_: Type) -> str:
    names: Iterable[str] = (
        [each.label for each in type_.branches] if type_.kind == "union" else [type_.label]
    )
    return " or ".join(names)
