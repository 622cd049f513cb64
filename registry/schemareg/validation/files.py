"""Every mistake of every file of a registry: where, what, and the edit or command that fixes it.

What stands where is asked of `layout`, what a file says of `documents`, `manifests` and `formats`;
here the files are held against each other.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.documents import bounded
from schemareg.documents.text import too_large
from schemareg.formats import catalogue
from schemareg.formats.format import NOTHING_IS_FETCHED
from schemareg.manifests import layout
from schemareg.manifests.layout import (
    CONSUMERS,
    DEPRECATIONS,
    PRODUCT,
    PRODUCTS,
    SCHEMAS,
    WAIVERS,
    Role,
)
from schemareg.manifests.mentions import unknown_channel
from schemareg.model import Kind, Mistake, Place, targets
from schemareg.model.errors import InvalidFiles
from schemareg.snapshot.snapshot import Snapshot
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Files, Product
    from schemareg.validation.consumers import Readership


def mistakes(
    files: Files, paths: Iterable[str] | None = None, *, base: Files | None = None
) -> tuple[Mistake, ...]:
    """Every mistake under registry.yaml and products/, sorted by path, line and column.

    With `paths`, only those files and the layout of the products they stand in are looked at, so
    that cost follows their number; a path where nothing is any more counts for what it leaves
    behind. `base` is the state that the paths were changed from: the name of a product that was
    there already is not compared with all others again.
    """
    registry = _Registry(files)
    asked = None if paths is None else frozenset(paths)
    surveys = tuple(_surveys(files, asked))
    found = [mistake for survey in surveys for mistake in survey.mistakes]
    for survey in surveys:
        for path, role in survey.files:
            named = asked is None or path in asked
            if not named and role is not Role.PRODUCT:
                continue
            document, wrong = _read(files, path)
            if named:
                found += wrong if document is None else bounded(_CHECKS[role](registry, document))
            if role is Role.PRODUCT and document is not None:
                found += bounded(_declared(registry.snapshot, document))
                found += bounded(_keys(registry.snapshot, document))
    described = [path for each in surveys for path, role in each.files if role is Role.PRODUCT]
    if asked is None:
        found += _repeated(described)
    else:
        found += _taken(registry.snapshot, [path for path in described if path in asked], base)
    return tuple(sorted(set(found)))


def notices(files: Files, paths: Iterable[str] | None = None) -> tuple[Mistake, ...]:
    """What is valid in the schemas but probably not intended, sorted."""
    asked = None if paths is None else frozenset(paths)
    found: list[Mistake] = []
    for survey in _surveys(files, asked):
        for path, role in survey.files:
            if role is Role.VERSION and (asked is None or path in asked):
                document, _ = _read(files, path)
                if document is not None:
                    found += catalogue.format_of(path).notices(document)
    return tuple(sorted(set(found)))


def _surveys(files: Files, asked: frozenset[str] | None) -> Iterator[layout.Survey]:
    if asked is None:
        yield layout.top(files)
        folders = list(layout.products(files))
    else:
        yield layout.beside(files, asked)
        touched = {layout.product_of(files, path) for path in asked}
        folders = sorted(folder for folder in touched if folder and files.folder(folder))
    for folder in folders:
        yield layout.product(files, folder)


class _Registry:
    """The registry that files are held against."""

    def __init__(self, files: Files) -> None:
        self.snapshot = Snapshot(files)
        self.files = files
        self._readership: tuple[str, Readership] | None = None

    def readership(self, folder: str) -> Readership:
        """The product of a folder as its consumers' files are held against it."""
        if self._readership is None or self._readership[0] != folder:
            from schemareg.validation.consumers import Readership

            self._readership = folder, Readership(self.files, folder)
        return self._readership[1]

    @cached_property
    def channels(self) -> list[str] | None:
        """The names of all channels; None where registry.yaml is wrong, which is told there."""
        try:
            return [channel.name for channel in self.snapshot.policy.channels]
        except InvalidFiles:
            return None

    @cached_property
    def product_names(self) -> tuple[str, ...]:
        """All of them; looked up once, however many mistakes ask what is near."""
        return self.snapshot.product_names()


# --- one file ------------------------------------------------------------------------------------


def _read(files: Files, path: str) -> tuple[Document | None, tuple[Mistake, ...]]:
    """A file, parsed, or its mistakes. Not through the snapshot: that would keep every file."""
    mistake = too_large(path, files.size(path))
    if mistake is not None:
        return None, (mistake,)
    try:
        return catalogue.parse(files.read(path), path), ()
    except InvalidFiles as error:
        return None, error.mistakes


def _check_policy(_: _Registry, document: Document) -> Iterable[Mistake]:
    try:
        manifests.parse_registry(document)
    except InvalidFiles as error:
        return error.mistakes
    return ()


def _check_product(registry: _Registry, document: Document) -> Iterable[Mistake]:
    folder, name = _folder_and_name(document.path)
    try:
        product = manifests.parse_product(document, name, folder)
    except InvalidFiles as error:
        return error.mistakes
    return _cross_checked(registry, document, product)


def _check_version(registry: _Registry, document: Document) -> Iterable[Mistake]:
    resolver = catalogue.resolver_of(
        document.path,
        lambda uri: _lookup(registry.snapshot, uri),
        registry.snapshot.locate,
        lambda name: _missing(registry, document.path, name),
    )
    return catalogue.format_of(document.path).mistakes(document, resolver)


def _check_fact(registry: _Registry, document: Document) -> Iterable[Mistake]:
    """What is wrong with a deprecation, a consumer or a waiver."""
    folder, part = document.path.split("/")[-3:-1]
    try:
        if part == DEPRECATIONS:
            manifests.parse_deprecation(document, folder)
        elif part == CONSUMERS:
            consumer = manifests.parse_consumer(document, folder)
            readership = registry.readership(document.path.rpartition(f"/{CONSUMERS}/")[0])
            return readership.mistakes(document, consumer, registry.channels)
        elif part == WAIVERS:
            manifests.parse_waiver(document)
    except InvalidFiles as error:
        return error.mistakes
    return ()


_CHECKS: dict[Role, Callable[[_Registry, Document], Iterable[Mistake]]] = {
    Role.POLICY: _check_policy,
    Role.PRODUCT: _check_product,
    Role.VERSION: _check_version,
    Role.FACT: _check_fact,
}
"""One row a kind of file."""


# --- a product against the rest ------------------------------------------------------------------


def _cross_checked(registry: _Registry, document: Document, product: Product) -> Iterator[Mistake]:
    """What product.yaml says of other files: channels, policy, inputs, its domain's folder."""
    known = registry.channels
    if known is not None:
        policy = registry.snapshot.policy
        for position, name in enumerate(product.owner.channels):
            if name not in known:
                place = document.place(("owner", "channels", position))
                yield Mistake(place, "channel-unknown", *unknown_channel(name, known))
        for name, why in manifests.refused(policy, product):
            yield Mistake(
                document.place(("compatibility", name), key=True),
                "override-not-allowed",
                f"compatibility.{name} may not be {product.compatibility[name]} here: {why}",
                "Remove it, or change overrides in registry.yaml",
            )
    for position, name in enumerate(product.inputs):
        lack = _no_schema(registry, name)
        if lack is not None:
            yield Mistake(document.place(("inputs", position)), "input-unknown", *lack)
    stands_in = product.folder.split("/")[1:-1]
    if stands_in and product.domain and stands_in != [product.domain]:
        yield Mistake(
            document.place(("domain",)),
            "domain-mismatch",
            f"the domain is {quoted(product.domain)}, but the product stands in"
            f" {PRODUCTS}/{stands_in[0]}/",
            f"Write domain: {stands_in[0]}, or move the folder",
        )


def _no_schema(registry: _Registry, name: str) -> tuple[str, str] | None:
    """What and remedy for a schema, as `payments/payment`, that is not there; None where it is."""
    product, _, schema = name.partition("/")
    folder = registry.snapshot.folder_of(product)
    if folder is None:
        near = nearest(product, registry.product_names)
        remedy = f"Did you mean {near}/{schema}?" if near else "To see what there is: reg list"
        return f"there is no product {quoted(product)}", remedy
    entries = registry.files.folder(f"{folder}/{SCHEMAS}")
    if schema in entries:
        return None
    known = [each for each, entry in entries.items() if entry.kind is Kind.FOLDER]
    near = nearest(schema, known)
    there = (
        f"{product} has {listed(known, last='and')}" if known else f"{product} has no schema yet"
    )
    remedy = f"Did you mean {product}/{near}?" if near else there
    return f"{quoted(product)} has no schema {quoted(schema)}", remedy


def _declared(snapshot: Snapshot, document: Document) -> Iterator[Mistake]:
    """Schemas that product.yaml declares and that have no version, and the other way round."""
    folder, name = _folder_and_name(document.path)
    if not isinstance(document.value, dict):
        return
    said = document.value.get("schemas")
    declared = list(said) if isinstance(said, dict) else []
    for schema in declared:
        if targets.NAME.fullmatch(schema) and not snapshot.versions_in(folder, schema):
            yield Mistake(
                document.place(("schemas", schema), key=True),
                "schema-without-version",
                f"{quoted(schema)} has no version in {folder}/{SCHEMAS}/{schema}/",
                f"reg draft {name}/{schema} writes the first one; or remove it here",
            )
    if isinstance(said, dict):
        yield from _formats(snapshot, document, folder, said)
    for schema in snapshot.files.folder(f"{folder}/{SCHEMAS}"):
        versions = snapshot.versions_in(folder, schema)
        if schema not in declared and versions:
            near = nearest(schema, [each for each in declared if each != schema])
            hint = f", or rename the folder to {near}" if near else ""
            yield Mistake(
                Place(versions[0].path),
                "schema-not-declared",
                f"{PRODUCT} does not declare the schema {quoted(schema)}",
                f"Add {schema}: {{}} under schemas in {document.path}{hint}",
            )


def _formats(
    snapshot: Snapshot, document: Document, folder: str, declared: dict[str, JsonValue]
) -> Iterator[Mistake]:
    """Declared formats that are unknown, or that the latest version is not written in."""
    for schema, about in declared.items():
        name = about.get("format") if isinstance(about, dict) else None
        if not isinstance(name, str):
            continue
        place = document.place(("schemas", schema, "format"))
        entry = catalogue.BY_NAME.get(name)
        if entry is None:
            near = nearest(name, catalogue.BY_NAME)
            known = listed(catalogue.BY_NAME)
            remedy = f"Did you mean {near}?" if near else f"Write {known}"
            yield Mistake(place, "format-unknown", f"{quoted(name)} is not a format", remedy)
            continue
        versions = snapshot.versions_in(folder, schema) if targets.NAME.fullmatch(schema) else ()
        latest = catalogue.entry_of(versions[-1].path) if versions else entry
        if latest is not entry:
            what = f"the format is {name}, but {versions[-1].path} is {latest.title}"
            remedy = f"Write format: {latest.name}, or write the version as {entry.title}"
            yield Mistake(place, "format-mismatch", what, remedy)


def _keys(snapshot: Snapshot, document: Document) -> Iterable[Mistake]:
    """Fields of a key that the schema's latest version does not have."""
    schemas = document.value.get("schemas") if isinstance(document.value, dict) else None
    said = schemas.values() if isinstance(schemas, dict) else ()
    if not any(isinstance(each, dict) and "key" in each for each in said):
        return ()
    from schemareg.validation import keys

    return keys.mistakes(snapshot, document)


def _repeated(described: list[str]) -> Iterator[Mistake]:
    """Products of one name in several folders, all of the registry's product.yaml given."""
    first: dict[str, str] = {}
    for path in described:
        folder, name = _folder_and_name(path)
        if name in first:
            yield _same_name(path, name, first[name])
        first.setdefault(name, folder)


def _taken(snapshot: Snapshot, described: list[str], base: Files | None) -> Iterator[Mistake]:
    """The same for the product.yaml of a change, of which `base` may know some already."""
    files = snapshot.files
    for path in described:
        if base is not None and base.entry(path) is not None:
            continue
        folder, name = _folder_and_name(path)
        for outer in ("", *(f"{each}/" for each in files.folder(PRODUCTS))):
            other = f"{PRODUCTS}/{outer}{name}"
            if other != folder and snapshot.is_product(other):
                yield _same_name(path, name, other)
                break


def _same_name(path: str, name: str, other: str) -> Mistake:
    return Mistake(
        Place(path),
        "product-repeated",
        f"a product {quoted(name)} stands in {other} already",
        "Rename one of the two folders: a product's name is the registry's, not its domain's",
    )


def _folder_and_name(path: str) -> tuple[str, str]:
    folder = path.rpartition("/")[0]
    return folder, folder.rpartition("/")[2]


# --- references ----------------------------------------------------------------------------------


def _lookup(snapshot: Snapshot, uri: str) -> JsonValue | None:
    try:
        return snapshot.lookup(uri)
    except InvalidFiles:
        return None  # `_missing` says so


def _missing(registry: _Registry, referring: str, name: str) -> tuple[str, str] | None:
    """What and remedy for a document that is not there; None where the default words do."""
    path = name.removeprefix("file:///")
    if path == name:
        return _no_version(registry, referring, name) if "@" in name and ":" not in name else None
    if not path.startswith(f"{PRODUCTS}/"):
        what = f"{quoted(path)} lies outside of {PRODUCTS}/"
        return what, NOTHING_IS_FETCHED
    if registry.snapshot.version_at(path) is not None:
        if catalogue.entry_of(path) is not catalogue.entry_of(referring):
            return _other_format(referring, path)
        return f"{path}, which it leads to, is itself wrong", "Fix that file first"
    if registry.files.entry(path) is not None:
        what = f"{quoted(path)} is not a version of a schema"
        return what, "Refer to a version's file, or write reg:product/schema@1.2.0"
    near = _near_path(registry.snapshot, path)
    remedy = f"Did you mean {near}?" if near else "Correct the path, or add the schema it means"
    return f"there is no {quoted(path)}", remedy


def _other_format(referring: str, path: str) -> tuple[str, str]:
    own, other = catalogue.entry_of(referring).title, catalogue.entry_of(path).title
    return f"{path}, which it leads to, is {other}", f"Refer to a version that is {own}"


def _near_path(snapshot: Snapshot, path: str) -> str | None:
    """The nearest path that exists, going down from the top and mending one step at a time."""
    corrected = ""
    for step in path.split("/"):
        entries = snapshot.files.folder(corrected)
        here = step if step in entries else nearest(step, entries)
        if here is None:
            return None
        corrected = f"{corrected}/{here}" if corrected else here
    return corrected if snapshot.version_at(corrected) else None


def _no_version(registry: _Registry, referring: str, name: str) -> tuple[str, str]:
    target = targets.parse(name)
    subject = f"{target.product}/{target.schema}"
    lack = _no_schema(registry, subject)
    if lack is not None:
        return lack
    versions = registry.snapshot.versions(target.product, target.schema)
    for each in versions:
        if each.version == target.version:  # the resolver passes over other formats
            return _other_format(referring, each.path)
    there = [str(each.version) for each in versions]
    what = f"{quoted(subject)} has no version {target.version}"
    return what, f"It has {listed(there, last='and')}" if there else f"reg draft {subject}"
