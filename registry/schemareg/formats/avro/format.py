"""Avro as one of the formats: each method leads to the module of its subject."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from schemareg.documents import json_values, parse_json
from schemareg.formats.format import CrossReference, SchemaFormat
from schemareg.model.targets import parse as parse_target

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.parse import AvroFault, Lookup, Parsed
    from schemareg.formats.avro.schema import Type
    from schemareg.formats.field import Field
    from schemareg.formats.field_changes import FieldChanges
    from schemareg.formats.format import Resolver
    from schemareg.formats.verdict import Budget, SchemaSource, Verdict
    from schemareg.model import Content, Mistake
    from schemareg.model.targets import Steps


class AvroFormat(SchemaFormat):
    """Avro schemas as JSON, one named type or any other type at the root of a file."""

    name = "avro"
    title = "Avro"
    endings = (".avsc",)
    fields_pointer = ("fields",)

    def __init__(self) -> None:
        self._meanings: WeakKeyDictionary[Document, str] = WeakKeyDictionary()

    def parse(self, data: bytes, path: str) -> Document:
        """JSON."""
        return parse_json(data, path)

    def mistakes(
        self, document: Document, resolver: Resolver | None, dialect: str = ""
    ) -> tuple[Mistake, ...]:
        """What the specification forbids, and dangling references."""
        from schemareg.documents import bounded

        faults = _parsed(document.value, _uri(document), resolver).faults
        if resolver is None:
            faults = tuple(each for each in faults if each.rule != "reference-dangling")
        return bounded(_placed(document, faults))

    def notices(self, document: Document) -> tuple[Mistake, ...]:
        """Logical types that readers ignore."""
        notices = _parsed(document.value, _uri(document), None).notices
        return tuple(sorted(_placed(document, notices)))

    def fields(self, document: Document, resolver: Resolver) -> tuple[Field, ...]:
        """The fields of the root, of its branches if it is a union."""
        from schemareg.formats.avro.fields import fields

        root = _parsed(document.value, _uri(document), resolver).root
        return () if root is None else fields(root)

    def references(self, document: Document, resolver: Resolver) -> Iterable[CrossReference]:
        """The `reg:` names that lead to a version."""
        for pointer, name in _parsed(document.value, _uri(document), resolver).references:
            path = _path(name, resolver)
            if path is not None:
                yield CrossReference(pointer, f"file:///{path}")

    def annotations(self, document: Document) -> Mapping[str, Mapping[str, JsonValue]]:
        """Documentation, sort order, and attributes of one's own."""
        from schemareg.formats.avro.annotations import by_field

        root = _parsed(document.value, _uri(document), None).root
        return {} if root is None else by_field(root)

    def meaning(self, document: Document) -> Hashable:
        """The schema without documentation and sort order; the whole value where it refers to others."""
        from schemareg.formats.avro.annotations import meaning

        known = self._meanings.get(document)
        if known is None:
            root = _parsed(document.value, _uri(document), None).root
            text = json_values.render(document.value, ordered=True)
            known = self._meanings[document] = text if root is None else meaning(root)
        return known

    def unjudged(self, document: Document) -> Hashable:
        """All that is meant: only what differs in words is equivalent."""
        return self.meaning(document)

    def compare(
        self,
        reader: SchemaSource,
        writer: SchemaSource,
        resolver: Resolver,
        *,
        content: Content,
        formats: bool,
        budget: Budget,
    ) -> Verdict:
        """Schema resolution; Avro has one content model, and logical types always count."""
        from schemareg.formats.avro.compare import compare
        from schemareg.formats.verdict import Verdict
        from schemareg.model import Outcome

        roots: list[Type] = []
        for source in (reader, writer):
            try:
                parsed = _parsed(source.value, source.uri, resolver)
            except RecursionError:
                return Verdict(Outcome.UNDECIDED, "a schema is nested too deeply")
            if parsed.root is None:
                return Verdict(Outcome.UNDECIDED, f"no valid schema: {parsed.faults[0].what}")
            roots.append(parsed.root)
        return compare(roots[0], roots[1], budget)

    def compare_fields(
        self,
        old: Document,
        new: Document,
        resolver: Resolver,
        *,
        formats: bool,
        seconds: float,
    ) -> FieldChanges:
        """Fields of records that are read without them, by their defaults; what fields mean."""
        from schemareg.formats.avro.losses import field_changes
        from schemareg.formats.field_changes import FieldChanges

        before, after = (_parsed(each.value, _uri(each), resolver).root for each in (old, new))
        return FieldChanges() if before is None or after is None else field_changes(before, after)

    def without(
        self,
        document: Document,
        steps: Steps,
        value: str | None,
        resolver: Resolver,
    ) -> str | None:
        """Without the fields of records that declare it, or without the symbol."""
        from schemareg.documents import edit
        from schemareg.formats.avro import removal
        from schemareg.model.errors import RegistryError

        root = _parsed(document.value, _uri(document), resolver).root
        if root is None:
            return None
        if value is None:
            pointers = removal.field_pointers(root, steps)
        else:
            pointers = removal.symbol_pointers(root, steps, value)
        if not pointers:
            return None
        text = edit.without(document, *pointers)
        changed = self.parse(text.encode(), document.path)
        faults = _parsed(changed.value, _uri(document), resolver).faults
        if faults:
            raise RegistryError(
                f"without it the schema is wrong: {faults[0].what}",
                where=document.path,
                remedy="Move the definition to the first other place that uses it",
            )
        return text

    def schema_in(self, data: bytes, path: str) -> str:
        """The writer's schema of a container file, its documentation included."""
        from schemareg.formats.avro import infer

        return f"{json_values.render(infer.of_container(data, path), indent=2)}\n"

    def first_version(self, title: str, records: Iterable[JsonValue] | None = None) -> str:
        """A record: inferred, or with one field to start from."""
        from schemareg.formats.avro import infer

        value = infer.example(title) if records is None else infer.of_records(records, title)
        return f"{json_values.render(value, indent=2)}\n"


FORMAT = AvroFormat()


def _uri(document: Document) -> str:
    return f"file:///{document.path}"


def _parsed(value: JsonValue, uri: str, resolver: Resolver | None) -> Parsed:
    from schemareg.formats.avro.parse import parse

    return parse(value, uri, _lookup(resolver))


def _lookup(resolver: Resolver | None) -> Lookup | None:
    if resolver is None or resolver.lookup is None:
        return None
    look_up = resolver.lookup

    def found(name: str) -> tuple[str, JsonValue] | None:
        path = _path(name, resolver)
        value = None if path is None else look_up(f"file:///{path}")
        return None if value is None else (f"file:///{path}", value)

    return found


def _path(name: str, resolver: Resolver) -> str | None:
    """The file of the version that a name means, or None."""
    from schemareg.model.errors import RegistryError

    try:
        target = parse_target(name)
    except RegistryError:
        return None
    if target.version is None or resolver.locate is None:
        return None
    return resolver.locate(target.product, target.schema, target.version)


def _placed(document: Document, faults: Iterable[AvroFault]) -> list[Mistake]:
    from schemareg.model import Mistake

    return [
        Mistake(document.place(each.pointer, key=each.key), each.rule, each.what, each.remedy)
        for each in faults
    ]
