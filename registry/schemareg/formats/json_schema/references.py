"""What a reference means: documents, the resources and anchors inside them, and nothing fetched.

A *document* is one file's value under its URI, `file:///` plus its path in the registry. A
*resource* is a document, or a subschema with an identifier of its own; anchors and JSON Pointers
count from the resource. Identifiers are looked for in the referring document first, so that two
versions of a schema that carry the same `$id` do not reach into each other.

Source: JSON Schema 2020-12 core, sections 8.2 and 9.2; draft 7 core, section 8; RFC 6901.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.format import NOTHING_IS_FETCHED
from schemareg.formats.json_schema import keywords, uris
from schemareg.formats.json_schema.annotations import dialect_of, references_in, schemas
from schemareg.formats.json_schema.dialects import Dialect, by_uri
from schemareg.model.errors import RegistryError
from schemareg.model.place import pointer_text
from schemareg.model.targets import parse
from schemareg.text.wording import nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Locate, Missing
    from schemareg.formats.verdict import Lookup
    from schemareg.model import Pointer


class UnresolvableReference(RegistryError):
    """A reference that leads nowhere; `what` and `remedy` say why and how to mend it."""


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """One schema, where it stands, and what the references inside it resolve against."""

    value: JsonValue
    """The object or boolean that stands here."""
    uri: str
    """The document, without fragment."""
    pointer: Pointer
    """From the root of the document."""
    base_uri: str
    """The base here, without fragment; it also tells one resource of the document from another."""
    dialect: Dialect
    dynamic: str = ""
    """The `$dynamicAnchor` that the reference named, or `""`: only then a `$dynamicRef` is dynamic."""

    @property
    def key(self) -> tuple[str, Pointer]:
        """What two locations of one library share exactly when they are the same place."""
        return self.uri, self.pointer

    def child(self, *steps: str | int) -> Location:
        """The schema at `steps` below this one; an identifier there changes base and dialect."""
        value = self.value
        for step in steps:
            value = value[step]
        base_uri, dialect = _entered(value, self.base_uri, self.dialect)
        return Location(value, self.uri, self.pointer + steps, base_uri, dialect)

    def children(self) -> Iterator[Location]:
        """The schemas directly inside this one, in document order."""
        for steps, value in keywords.subschemas(self.value, self.dialect):
            base_uri, dialect = _entered(value, self.base_uri, self.dialect)
            yield Location(value, self.uri, self.pointer + steps, base_uri, dialect)

    def walk(self) -> Iterator[Location]:
        """This schema and every one below it, each before those inside it."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(reversed(list(here.children())))

    def references(self) -> Iterator[tuple[str, str]]:
        """The referring keywords of this very schema, each with the reference it makes."""
        if isinstance(self.value, dict):
            for keyword in keywords.REFERENCES[self.dialect]:
                reference = self.value.get(keyword)
                if isinstance(reference, str):
                    yield keyword, reference


class Reference(NamedTuple):
    """One reference of a document: where it stands, and where it leads or why it leads nowhere."""

    pointer: Pointer
    """Of the keyword, from the root of the document."""
    text: str
    target: Location | None
    what: str = ""
    remedy: str = ""


class Collision(NamedTuple):
    """An identifier or anchor that an earlier schema of the same document has already."""

    pointer: Pointer
    """Of the keyword."""
    name: str


class Library:
    """The documents that references may reach, each read and indexed once, when first asked for."""

    def __init__(
        self,
        lookup: Lookup | None = None,
        locate: Locate | None = None,
        *,
        missing: Missing | None = None,
        dialect: Dialect = Dialect.DRAFT2020,
    ) -> None:
        self._lookup = lookup
        self._locate = locate
        self._missing = missing
        self._dialect = dialect
        self._documents: dict[str, _Document] = {}

    def open(self, value: JsonValue, uri: str = "", dialect: Dialect | None = None) -> Location:
        """The root of a document given by value, which `uri` stands for from now on.

        `dialect` counts where `$schema` is silent or unknown; by default the library's.
        """
        document = _Document(value, uri, dialect or self._dialect)
        self._documents[uri] = document
        return document.location(())

    def document(self, uri: str) -> Location:
        """The root of a document. Raises UnresolvableReference where there is none."""
        return self._document(uri, uri).location(())

    def collisions(self, at: Location) -> tuple[Collision, ...]:
        """Identifiers and anchors of the document of `at` that stand there twice."""
        return tuple(self._documents[at.uri].collisions)

    def resolve(self, at: Location, reference: str) -> Location:
        """The schema that `reference`, standing in `at`, refers to.

        A relative path resolves against the base; `reg:payments/payment@1.2.0#/$defs/x` names a
        version of the registry. Raises UnresolvableReference.
        """
        uri, _, fragment = self.absolute(at, reference).partition("#")
        document = self._documents[at.uri]
        resource = document.resources.get(uri)
        if resource is None:
            document = self._document(uri, reference)
            resource = document.resources[uri]
        return document.inside(resource, fragment, reference)

    def absolute(self, at: Location, reference: str) -> str:
        """The URI that `reference`, standing in `at`, means. Raises UnresolvableReference."""
        named = uris.scheme_of(reference) == "reg"
        return self._named(reference) if named else uris.join(at.base_uri, reference)

    def dynamic(self, at: Location, name: str) -> Location | None:
        """The schema with `$dynamicAnchor: name` in the resource that `at` stands in, or None."""
        document = self._documents[at.uri]
        resource = document.resources.get(at.base_uri)
        pointer = resource.dynamic.get(name) if resource else None
        return None if pointer is None else document.location(pointer, name)

    def recursive(self, at: Location) -> Location | None:
        """The root of the resource that `at` stands in if it has `$recursiveAnchor: true`, or None."""
        document = self._documents[at.uri]
        resource = document.resources.get(at.base_uri)
        if resource is None:
            return None
        root = document.location(resource.pointer)
        marked = isinstance(root.value, dict) and root.value.get("$recursiveAnchor") is True
        return root if marked and root.dialect is Dialect.DRAFT2019 else None

    def _document(self, uri: str, reference: str) -> _Document:
        document = self._documents.get(uri)
        if document is None:
            value = self._lookup(uri) if self._lookup else None
            if value is None:
                raise self._absent(uri, reference)
            document = self._documents[uri] = _Document(value, uri, self._dialect)
        return document

    def _named(self, reference: str) -> str:
        name, hash_sign, fragment = reference.partition(":")[2].partition("#")
        try:
            target = parse(name)
        except RegistryError:
            target = None
        if target is None or target.version is None:
            raise UnresolvableReference(
                f"{quoted(reference)} does not name a version of a schema",
                remedy="Write reg:product/schema@1.2.0, with a fragment like #/$defs/name if needed",
            )
        path = None
        if self._locate is not None:
            path = self._locate(target.product, target.schema, target.version)
        if path is None:
            raise self._absent(name, reference)
        return f"file:///{path}{hash_sign}{fragment}"

    def _absent(self, uri: str, reference: str) -> UnresolvableReference:
        known = self._missing(uri) if self._missing else None
        if known is not None:
            return UnresolvableReference(known[0], remedy=known[1])
        if uris.scheme_of(uri) in ("", "file"):
            return UnresolvableReference(
                f"{quoted(reference)} leads to {quoted(uri)}, which is not there",
                remedy="Correct the reference, or add the schema it means",
            )
        by_base = "" if uris.scheme_of(reference) else f": the base here makes it {quoted(uri)}"
        return UnresolvableReference(
            f"{quoted(reference)} leads outside the registry{by_base}", remedy=NOTHING_IS_FETCHED
        )


def references(library: Library, root: Location) -> Iterator[Reference]:
    """Every reference of the document that `root` is the root of, in document order."""
    for here in root.walk():
        for keyword, text in here.references():
            pointer = (*here.pointer, keyword)
            try:
                yield Reference(pointer, text, library.resolve(here, text))
            except UnresolvableReference as error:
                yield Reference(pointer, text, None, error.what, error.remedy)


def dangling(library: Library, root: Location) -> Iterator[Reference]:
    """The references of a document that lead nowhere, in document order; see `Reference.what`."""
    return (each for each in references(library, root) if each.target is None)


def with_paths(value: JsonValue, locate: Locate | None) -> JsonValue:
    """A schema whose references by name, `reg:payments/payment@1.2.0`, are URIs of files.

    The independent validator knows files and what is beside them, but no names. A name that leads
    nowhere stays as it is.
    """
    if locate is None or not any(text.startswith("reg:") for text in references_in(value)):
        return value
    copied = deepcopy(value)
    dialect = dialect_of(copied)
    for _, schema in schemas(copied, dialect):
        for keyword in keywords.REFERENCES[dialect]:
            text = schema.get(keyword) if isinstance(schema, dict) else None
            if isinstance(text, str) and text.startswith("reg:"):
                schema[keyword] = _path_reference(text, locate)
    return copied


def _path_reference(reference: str, locate: Locate) -> str:
    name, sign, fragment = reference.removeprefix("reg:").partition("#")
    try:
        target = parse(name)
    except RegistryError:
        return reference
    if target.version is None:
        return reference
    path = locate(target.product, target.schema, target.version)
    return reference if path is None else f"file:///{path}{sign}{fragment}"


@dataclass(slots=True)
class _Resource:
    pointer: Pointer
    base_uri: str
    dialect: Dialect
    anchors: dict[str, Pointer] = field(default_factory=dict)
    dynamic: dict[str, Pointer] = field(default_factory=dict)


class _Document:
    """One document and the index of what its references can name."""

    def __init__(self, value: JsonValue, uri: str, dialect: Dialect) -> None:
        self.value = value
        self.uri = uri
        self.resources: dict[str, _Resource] = {}
        self.collisions: list[Collision] = []
        self._hints = 50
        self._roots: dict[Pointer, _Resource] = {}
        self._known: set[Pointer] = set()
        self._reach: list[tuple[_Resource, str]] = []
        base_uri, dialect = _entered(value, uri, dialect, root=True)
        root = _Resource((), base_uri, dialect)
        self._roots[()] = self.resources[base_uri] = root
        self.resources.setdefault(uri, root)
        self._index(Location(value, uri, (), base_uri, dialect))
        self._index_what_references_reach()

    def location(self, pointer: Pointer, dynamic: str = "") -> Location:
        """The schema at a pointer from the root, which must be there."""
        value = _at(self.value, pointer)
        resource = self._around(pointer)
        base_uri, dialect = resource.base_uri, resource.dialect
        if pointer not in self._known:
            base_uri, dialect = _entered(value, base_uri, dialect)
        return Location(value, self.uri, pointer, base_uri, dialect, dynamic)

    def inside(self, resource: _Resource, fragment: str, reference: str) -> Location:
        """The schema that a fragment names in a resource. Raises UnresolvableReference."""
        text = uris.decoded(fragment)
        if text is None:
            raise _nowhere(reference, "its percent-encoding is not UTF-8")
        if text and not text.startswith("/"):
            return self._anchored(resource, text, reference)
        steps = uris.tokens(text)
        if steps is None:
            raise _nowhere(reference, "it is not a JSON Pointer: '~' is written '~0', '/' '~1'")
        pointer, value, missed = self._follow(resource, steps)
        if missed is not None:
            raise self._missed(resource, pointer, value, missed, reference)
        if not isinstance(value, dict | bool):
            raise _nowhere(reference, f"what stands there is {_sort(value)}, not a schema")
        return self.location(pointer)

    def _anchored(self, resource: _Resource, name: str, reference: str) -> Location:
        pointer = resource.anchors.get(name)
        if pointer is None:
            near = self._nearest(name, resource.anchors)
            why = f"no schema there has the anchor {quoted(name)}"
            raise _nowhere(reference, why, f"#{near}" if near else None)
        return self.location(pointer, name if name in resource.dynamic else "")

    def _follow(
        self, resource: _Resource, steps: tuple[str, ...]
    ) -> tuple[Pointer, JsonValue, str | None]:
        """How far the steps lead, what stands there, and the first step that leads nowhere."""
        pointer = resource.pointer
        value = _at(self.value, pointer)
        for step in steps:
            token: str | int | None = step
            if isinstance(value, list):
                token = uris.index(step)
                present = isinstance(token, int) and token < len(value)
            else:
                present = isinstance(value, dict) and step in value
            if not present or token is None:
                return pointer, value, step
            pointer += (token,)
            value = value[token]
        return pointer, value, None

    def _missed(
        self, resource: _Resource, pointer: Pointer, value: JsonValue, step: str, reference: str
    ) -> UnresolvableReference:
        inner = pointer_text(pointer[len(resource.pointer) :])
        near = self._nearest(step, value) if isinstance(value, dict) else None
        where = f"under '#{inner}'" if inner else "at the root"
        return _nowhere(
            reference,
            f"there is no {quoted(step)} {where}",
            None if near is None else f"#{inner}{pointer_text((near,))}",
        )

    def _nearest(self, name: str, known: Iterable[str]) -> str | None:
        """The nearest name, for the first few mistakes: a document can have any number of them."""
        self._hints -= 1
        return nearest(name, known) if self._hints >= 0 else None

    def _around(self, pointer: Pointer) -> _Resource:
        if len(self._roots) > 1:
            for length in range(len(pointer), 0, -1):
                resource = self._roots.get(pointer[:length])
                if resource is not None:
                    return resource
        return self._roots[()]

    def _index(self, start: Location) -> None:
        for here in start.walk():
            if here.pointer in self._known:
                continue
            self._known.add(here.pointer)
            if not isinstance(here.value, dict):
                continue
            resource = self._enter(here)
            self._anchor(here, resource)
            for _, reference in here.references():
                if "/" in reference:
                    self._reach.append((resource, reference))

    def _enter(self, here: Location) -> _Resource:
        outer = self._around(here.pointer)
        if outer.pointer == here.pointer:
            return outer
        identifier, _ = _identity(here.value, here.dialect)
        if not identifier:
            return outer
        resource = _Resource(here.pointer, here.base_uri, here.dialect)
        if self.resources.setdefault(here.base_uri, resource) is not resource:
            keyword = _id_keyword(here.dialect)
            self.collisions.append(Collision((*here.pointer, keyword), identifier))
        self._roots[here.pointer] = resource
        return resource

    def _anchor(self, here: Location, resource: _Resource) -> None:
        keyword = _id_keyword(here.dialect)
        names = [(keyword, _identity(here.value, here.dialect)[1])]
        if here.dialect >= Dialect.DRAFT2019:
            names.append(("$anchor", here.value.get("$anchor")))
        if here.dialect >= Dialect.DRAFT2020:
            names.append(("$dynamicAnchor", here.value.get("$dynamicAnchor")))
        for keyword, name in names:
            if not isinstance(name, str) or not name:
                continue
            if resource.anchors.setdefault(name, here.pointer) != here.pointer:
                self.collisions.append(Collision((*here.pointer, keyword), name))
            elif keyword == "$dynamicAnchor":
                resource.dynamic[name] = here.pointer

    def _index_what_references_reach(self) -> None:
        """A pointer may lead below an unknown keyword: then a schema stands there after all."""
        while self._reach:
            resource, reference = self._reach.pop()
            uri, _, fragment = uris.join(resource.base_uri, reference).partition("#")
            target = self.resources.get(uri)
            steps = uris.tokens(uris.decoded(fragment) or "")
            if target is None or not steps:
                continue
            pointer, value, missed = self._follow(target, steps)
            if missed is None and pointer not in self._known and isinstance(value, dict):
                self._index(self.location(pointer))


def _entered(
    schema: JsonValue, base_uri: str, dialect: Dialect, *, root: bool = False
) -> tuple[str, Dialect]:
    """Base and dialect inside `schema`; `$schema` counts at the root and beside an identifier."""
    if not isinstance(schema, dict):
        return base_uri, dialect
    declared = schema.get("$schema")
    own = by_uri(declared) if isinstance(declared, str) else None
    if own is not None and (root or _identity(schema, own)[0]):
        dialect = own
    identifier, _ = _identity(schema, dialect)
    if identifier:
        base_uri = uris.without_fragment(uris.join(base_uri, identifier))
    return base_uri, dialect


def _identity(schema: dict[str, JsonValue], dialect: Dialect) -> tuple[str, str]:
    """The identifier without fragment and the anchor that `$id` (draft 4: `id`) gives; or `""`."""
    value = schema.get(_id_keyword(dialect))
    if not isinstance(value, str):
        return "", ""
    identifier, _, fragment = value.partition("#")
    if dialect > Dialect.DRAFT7:
        return identifier, ""
    if "$ref" in schema:
        # Up to draft 7 everything beside a `$ref` is ignored, its identifier too.
        return "", ""
    return identifier, "" if fragment.startswith("/") else fragment


def _id_keyword(dialect: Dialect) -> str:
    return "id" if dialect is Dialect.DRAFT4 else "$id"


def _at(value: JsonValue, pointer: Pointer) -> JsonValue:
    for step in pointer:
        value = value[step]
    return value


def _sort(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "a number"


def _nowhere(reference: str, why: str, near: str | None = None) -> UnresolvableReference:
    hint = (
        f"Did you mean {quoted(near)}?" if near else "Correct the reference, or add what it names"
    )
    return UnresolvableReference(f"{quoted(reference)} leads nowhere: {why}", remedy=hint)
