"""What a schema language gives to the registry. Everything outside `formats` uses a schema through this.

A format is one object without state of its own that others could see; `catalogue` lists all formats.
Methods with a body have a default: a format overrides them where it can do better.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.field import Field
    from schemareg.formats.field_changes import FieldChanges
    from schemareg.formats.structure import Structure
    from schemareg.formats.verdict import Budget, Lookup, SchemaSource, Verdict
    from schemareg.model import Content, Mistake, Pointer
    from schemareg.model.semver import SemVer
    from schemareg.model.targets import Steps

Locate = Callable[[str, str, "SemVer"], "str | None"]
"""Product, schema and version to the path of the version's file; None where there is none."""

Missing = Callable[[str], "tuple[str, str] | None"]
"""Explanation and fix for a missing document: its URI, or a name such as `orders/order@1.2.0`."""


NOTHING_IS_FETCHED = (
    "Nothing is ever fetched: put the schema under products/ and write"
    " reg:product/schema@1.2.0, or copy it into this file"
)
"""How to fix a reference that leads outside the registry."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """The other documents of the registry that references may lead to. Nothing is ever fetched."""

    lookup: Lookup | None = None
    locate: Locate | None = None
    missing: Missing | None = None


class CrossReference(NamedTuple):
    """A reference of a document that leads to another document."""

    pointer: Pointer
    """Where the reference is, from the root of the document."""
    uri: str
    """The document it leads to: `file:///` and the path in the registry."""


class SchemaFormat(Protocol):
    """One schema language.

    A schema is a `Document`: its text, its value as JSON data (the syntax tree, for a language that
    is not JSON), and the place of every value. Pointers count from the root of that value.
    """

    name: str
    """As product.yaml writes it under `format`: `json-schema`."""
    title: str
    """As messages write it: `JSON Schema`."""
    endings: tuple[str, ...]
    """Of its files, the usual one first. No two formats share one."""
    dialects: tuple[str, ...] = ()
    """Labels for `SchemaSource.dialect` and `--dialect`, the oldest first."""
    fields_pointer: Pointer = ()
    """Where a document lists the fields of the root, for findings about fields that are gone."""

    # --- text

    @abstractmethod
    def parse(self, data: bytes, path: str) -> Document:
        """The document in a file. Raises InvalidFiles with every mistake of syntax."""

    def adapt(self, data: bytes) -> bytes:
        """The content of a file of a repository that is no registry, as this format reads it."""
        return data

    @abstractmethod
    def mistakes(
        self, document: Document, resolver: Resolver | None, dialect: str = ""
    ) -> tuple[Mistake, ...]:
        """Everything that makes a document no valid schema, sorted, with places.

        Without a resolver references are not checked. `dialect` counts where the document names
        none; `""` is the default one.
        """

    def notices(self, document: Document) -> tuple[Mistake, ...]:
        """What is valid but probably not intended, sorted."""
        return ()

    # --- content

    @abstractmethod
    def fields(self, document: Document, resolver: Resolver) -> tuple[Field, ...]:
        """Every field path, each parent before its children, in document order, references followed.

        A reference that leads nowhere adds nothing.
        """

    def fields_on_the_way(
        self, document: Document, steps: Steps, resolver: Resolver
    ) -> tuple[Field, ...]:
        """The fields at each beginning of a path, the shortest first, as far as there are any."""
        by_steps = {each.steps: each for each in self.fields(document, resolver)}
        beginnings = (steps[:length] for length in range(1, len(steps) + 1))
        return tuple(by_steps[each] for each in beginnings if each in by_steps)

    def field_at(self, document: Document, steps: Steps, resolver: Resolver) -> Field | None:
        """The field at a path, also beyond what `fields` lists; None where there is none."""
        found = self.fields_on_the_way(document, steps, resolver)
        return found[-1] if found and found[-1].steps == steps else None

    def described_path(self, document: Document, steps: Steps) -> Steps | None:
        """The path by which a schema describes what is at these steps of a record, or None."""
        return steps

    def references(
        self,
        document: Document,
        resolver: Resolver,
    ) -> Iterable[CrossReference]:
        """The references that lead to other documents, in document order."""
        return ()

    def annotations(self, document: Document) -> Mapping[str, Mapping[str, JsonValue]]:
        """What a document says for people, by field path: title, description, examples and so on.

        `""` is the schema itself. A place that no field path names has its JSON Pointer.
        """
        return {}

    @abstractmethod
    def meaning(self, document: Document) -> Hashable:
        """Equal for two documents exactly when they differ at most in annotations and order.

        Cheap: equal schemas are compatible without a proof.
        """

    def unjudged(self, document: Document) -> Hashable:
        """What readers rely on and `compare` does not judge, such as units.

        Two documents are equivalent only where this is equal.
        """
        return ()

    # --- records

    def structure(self, document: Document, resolver: Resolver) -> Structure:
        """Names and types of a record, and what they do not hold of the schema.

        Raises RegistryError where a record has no declared names.
        """
        raise RegistryError(
            f"{self.title} schemas have no tables in this version of reg",
            where=document.path,
            remedy="Only JSON Schemas have",
        )

    def validator(
        self, document: Document, resolver: Resolver
    ) -> Callable[[JsonValue], bool | None]:
        """Says of a record, independently of `compare`, whether it is valid; None for no answer.

        Formats of strings count.
        """
        return lambda _: None

    def example(self, document: Document, resolver: Resolver) -> JsonValue | None:
        """A valid record; None where none was found within the usual work."""
        return None

    # --- compatibility

    @abstractmethod
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
        """Whether the reader accepts whatever the writer may write, with every break and its witness.

        `content` says whether a writer writes fields that its schema does not declare; `formats`
        whether formats of strings are checked. Raises nothing for a bad schema: undecided, with the
        reason.
        """

    def plainly_reads(
        self,
        reader: Document,
        writer: Document,
        *,
        content: Content,
        formats: bool,
    ) -> bool:
        """Whether a quick look proves what `compare` would prove; False says nothing."""
        return False

    def keeps_fields(self, before: Document, after: Document) -> bool:
        """Whether a quick look shows that no field was removed; False says nothing.

        Asked only where `after` plainly is readable by `before`.
        """
        return False

    def keeps_meanings(self, before: Document, after: Document) -> bool:
        """Whether a quick look shows that each field kept its `MEANINGS`; False says nothing."""
        return False

    def may_reintroduce(self, documents: Sequence[Document]) -> bool:
        """Whether the last of these, oldest first, may have a field that the one before it removed.

        A quick look; False only where it is certain.
        """
        return len(documents) > 2

    def compare_fields(
        self,
        old: Document,
        new: Document,
        resolver: Resolver,
        *,
        formats: bool,
        seconds: float,
    ) -> FieldChanges:
        """What readers of `old` miss in the records of `new`, though no validator refuses them.

        Each field before its children. Within so many seconds of CPU time; what was not decided is
        a doubt.
        """
        from schemareg.formats.field_changes import by_path

        return by_path(self.fields(old, resolver), self.fields(new, resolver), formats=formats)

    def validators_may_differ(self, reader: Document, writer: Document) -> bool:
        """Whether a validator of the reader may refuse what `compare` judges compatible."""
        return False

    # --- authoring

    @abstractmethod
    def without(
        self,
        document: Document,
        steps: Steps,
        value: str | None,
        resolver: Resolver,
    ) -> str | None:
        """The text of a document without a field, or without one listed value of it.

        None where nothing describes it. Raises RegistryError where only a person can decide.
        """

    def schema_in(self, data: bytes, path: str) -> str:
        """The text of the schema that a file of records holds itself; see `data_endings`.

        Raises RegistryError where it cannot be read.
        """
        from schemareg.model.errors import RegistryError

        raise RegistryError(f"no file of records holds a {self.title}", where=path)

    @abstractmethod
    def first_version(self, title: str, records: Iterable[JsonValue] | None = None) -> str:
        """The text of a new schema: one that every record fits, or an example to start from."""
