"""JSON Schema as one of the formats: each method leads to the module of its subject.

A check of an everyday change needs `annotations` and `structural` alone; the rest is imported where
it is used.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from schemareg import documents
from schemareg.formats.format import CrossReference, SchemaFormat
from schemareg.formats.json_schema import annotations as notes
from schemareg.formats.json_schema import structural
from schemareg.formats.json_schema.dialects import LABELS, Dialect, by_label

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.field import Field
    from schemareg.formats.field_changes import FieldChanges
    from schemareg.formats.format import Resolver
    from schemareg.formats.json_schema.references import Library, Location
    from schemareg.formats.json_schema.wellformed import Fault
    from schemareg.formats.structure import Structure
    from schemareg.formats.verdict import Budget, Lookup, SchemaSource, Verdict
    from schemareg.model import Content, Mistake
    from schemareg.model.targets import Steps


class _Simplified(NamedTuple):
    """A schema without annotations."""

    value: JsonValue
    text: str
    self_contained: bool


class JsonSchemaFormat(SchemaFormat):
    """JSON Schema, drafts 4 to 2020-12, written as JSON or YAML."""

    name = "json-schema"
    title = "JSON Schema"
    endings = (".json", ".yaml", ".yml")
    dialects = LABELS
    fields_pointer = ("properties",)

    def __init__(self) -> None:
        self._simplified: WeakKeyDictionary[Document, _Simplified] = WeakKeyDictionary()

    def parse(self, data: bytes, path: str) -> Document:
        """YAML for `.yaml` and `.yml`, else JSON: files of other repositories have any ending."""
        yaml = path.endswith((".yaml", ".yml"))
        return (documents.parse_yaml if yaml else documents.parse_json)(data, path)

    def adapt(self, data: bytes) -> bytes:
        """With a dialect that is known here, where `$schema` names another one."""
        from schemareg.formats.json_schema.foreign import in_a_known_dialect

        return in_a_known_dialect(data)

    def mistakes(
        self, document: Document, resolver: Resolver | None, dialect: str = ""
    ) -> tuple[Mistake, ...]:
        """What the metaschemas refuse, patterns, dialects, identifiers, and dangling references."""
        from schemareg.formats.json_schema import wellformed
        from schemareg.regex.check import pattern_error

        silent = by_label(dialect) or Dialect.DRAFT2020
        faults = wellformed.find(document.value, silent, pattern_error=pattern_error)
        found = _placed(document, faults)
        if resolver is not None and isinstance(document.value, dict):
            found = (*found, *_dangling(document, resolver, silent))
        return documents.bounded(found)

    def notices(self, document: Document) -> tuple[Mistake, ...]:
        """Keywords that are misspelled, or of another draft."""
        from schemareg.formats.json_schema import wellformed

        return tuple(sorted(_placed(document, wellformed.notices(document.value))))

    def fields(self, document: Document, resolver: Resolver) -> tuple[Field, ...]:
        """The fields, as `json_schema.fields` reads them."""
        from schemareg.formats.json_schema.fields import fields

        return fields(document.value, _library(resolver), _uri(document))

    def fields_on_the_way(
        self, document: Document, steps: Steps, resolver: Resolver
    ) -> tuple[Field, ...]:
        """The fields of a path; it costs what the path costs."""
        from schemareg.formats.json_schema.fields import fields_on_the_way

        return fields_on_the_way(document.value, steps, _library(resolver), _uri(document))

    def described_path(self, document: Document, steps: Steps) -> Steps | None:
        """With the step of a map where no property has the name."""
        from schemareg.formats.json_schema.fields import described_path

        return described_path(document.value, steps, _uri(document))

    def structure(self, document: Document, resolver: Resolver) -> Structure:
        """The structure, as `json_schema.structure` reads it."""
        from schemareg.formats.json_schema.structure import structure

        return structure(document.value, _library(resolver), _uri(document))

    def validator(
        self, document: Document, resolver: Resolver
    ) -> Callable[[JsonValue], bool | None]:
        """The answer of `jsonschema`."""
        from schemareg.formats.json_schema.solver.witness import Referee
        from schemareg.formats.verdict import SchemaSource

        source = SchemaSource(document.value, _uri(document))
        return Referee(source, resolver.lookup, resolver.locate, formats=True).accepts

    def example(self, document: Document, resolver: Resolver) -> JsonValue | None:
        """What the solver finds that a reader of nothing refuses."""
        from schemareg.documents import json_values
        from schemareg.formats.verdict import Budget, SchemaSource
        from schemareg.model import Content

        verdict = self.compare(
            SchemaSource({"not": {}}),
            SchemaSource(document.value, _uri(document)),
            resolver,
            content=Content.DECLARED,
            formats=True,
            budget=Budget(),
        )
        return json_values.parse(verdict.findings[0].record) if verdict.findings else None

    def references(self, document: Document, resolver: Resolver) -> Iterator[CrossReference]:
        """The references that can be resolved; a document without any costs one walk."""
        if not notes.reaches_out(document.value):
            return
        from schemareg.formats.json_schema.references import references

        library, root = _opened(document, resolver)
        for reference in references(library, root):
            if reference.target is not None and reference.target.uri != root.uri:
                yield CrossReference(reference.pointer, reference.target.uri)

    def annotations(self, document: Document) -> Mapping[str, Mapping[str, JsonValue]]:
        """Known annotations, and keywords that no draft knows."""
        return notes.by_field(document.value)

    def meaning(self, document: Document) -> Hashable:
        """The text of the schema without annotations."""
        return self._simple(document).text

    def unjudged(self, document: Document) -> Hashable:
        """Keywords that no validator judges, and the names that properties have."""
        value = document.value
        names = notes.property_names(value)
        return notes.unjudged(value), frozenset(names.items())

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
        """The answer of the solver."""
        # Imported late: most changes are plain, and the solver costs as much as all the rest.
        from schemareg.formats.json_schema.solver.compare import compare

        return compare(
            _with_paths(reader, resolver),
            _with_paths(writer, resolver),
            content=content,
            formats=formats,
            budget=budget,
            lookup=_lookup(resolver),
            locate=resolver.locate,
        )

    def compare_fields(
        self,
        old: Document,
        new: Document,
        resolver: Resolver,
        *,
        formats: bool,
        seconds: float,
    ) -> FieldChanges:
        """Alternative by alternative; the solver is asked whether a record may carry a field."""
        from schemareg.formats.json_schema.field_losses import compare_fields
        from schemareg.formats.verdict import SchemaSource

        return compare_fields(
            _with_paths(SchemaSource(old.value, _uri(old)), resolver),
            _with_paths(SchemaSource(new.value, _uri(new)), resolver),
            formats=formats,
            seconds=seconds,
            lookup=_lookup(resolver),
            locate=resolver.locate,
        )

    def validators_may_differ(self, reader: Document, writer: Document) -> bool:
        """Whether draft 4 reads whole numbers in its own way here."""
        from schemareg.formats.json_schema.draft_readings import whole_numbers_differ

        return whole_numbers_differ(reader.value, writer.value)

    def plainly_reads(
        self, reader: Document, writer: Document, *, content: Content, formats: bool
    ) -> bool:
        """Whether a walk down both schemas side by side proves it."""
        mine, theirs = self._simple(reader), self._simple(writer)
        return (
            mine.self_contained
            and theirs.self_contained
            and structural.evident(mine.value, theirs.value, content, formats=formats)
        )

    def keeps_fields(self, before: Document, after: Document) -> bool:
        """Whether each property is declared at the same place."""
        return structural.properties_kept(self._simple(before).value, self._simple(after).value)

    def keeps_meanings(self, before: Document, after: Document) -> bool:
        """Whether each such keyword has the same value at the same place."""
        return notes.meanings_kept(before.value, after.value)

    def may_reintroduce(self, documents: Sequence[Document]) -> bool:
        """Whether a name was added that an earlier version had."""
        return notes.may_reintroduce([each.value for each in documents])

    def without(
        self,
        document: Document,
        steps: Steps,
        value: str | None,
        resolver: Resolver,
    ) -> str | None:
        """Without the members and items that describe or require it."""
        from schemareg.documents import edit
        from schemareg.formats.json_schema import removal

        library, root = _opened(document, resolver)
        if value is None:
            pointers = removal.field_pointers(library, root, steps)
        else:
            pointers = removal.value_pointers(library, root, steps, value)
        return edit.without(document, *pointers) if pointers else None

    def first_version(self, title: str, records: Iterable[JsonValue] | None = None) -> str:
        """A schema of draft 2020-12: inferred, or an object with one required field."""
        from schemareg.documents import json_values
        from schemareg.formats.json_schema import infer

        value = infer.example(title) if records is None else infer.titled(records, title)
        return f"{json_values.render(value, indent=2)}\n"

    def _simple(self, document: Document) -> _Simplified:
        known = self._simplified.get(document)
        if known is None:
            value = notes.meaning(document.value)
            text = json.dumps(value, sort_keys=True, default=_fraction)
            known = _Simplified(value, text, structural.self_contained(value))
            self._simplified[document] = known
        return known


FORMAT = JsonSchemaFormat()


def _uri(document: Document) -> str:
    return f"file:///{document.path}"


def _with_paths(source: SchemaSource, resolver: Resolver) -> SchemaSource:
    from schemareg.formats.json_schema.references import with_paths

    return replace(source, value=with_paths(source.value, resolver.locate))


def _lookup(resolver: Resolver) -> Lookup | None:
    from schemareg.formats.json_schema.references import with_paths

    found = resolver.lookup
    return None if found is None else lambda uri: with_paths(found(uri), resolver.locate)


def _library(resolver: Resolver) -> Library:
    from schemareg.formats.json_schema.references import Library

    return Library(resolver.lookup, resolver.locate, missing=resolver.missing)


def _opened(
    document: Document, resolver: Resolver, dialect: Dialect | None = None
) -> tuple[Library, Location]:
    library = _library(resolver)
    return library, library.open(document.value, _uri(document), dialect)


def _placed(document: Document, faults: Iterable[Fault]) -> tuple[Mistake, ...]:
    from schemareg.model import Mistake

    return tuple(
        Mistake(document.place(each.pointer, key=each.key), each.rule, each.what, each.remedy)
        for each in faults
    )


def _dangling(document: Document, resolver: Resolver, dialect: Dialect) -> Iterator[Mistake]:
    from schemareg.formats.json_schema.references import dangling
    from schemareg.model import Mistake

    for each in dangling(*_opened(document, resolver, dialect)):
        yield Mistake(document.place(each.pointer), "reference-dangling", each.what, each.remedy)


def _fraction(number: Fraction) -> dict[str, list[int]]:
    """A number that is not whole, as nothing that a file can hold: a lone surrogate is refused."""
    return {"\ud800": [number.numerator, number.denominator]}
