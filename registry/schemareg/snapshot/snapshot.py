"""The registry in one state as one immutable value; nothing is read before it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from schemareg import manifests
from schemareg.formats import catalogue
from schemareg.manifests.layout import CONSUMERS, PRODUCT, PRODUCTS, REGISTRY, SCHEMAS
from schemareg.model import Consumer, FileChange, Files, Kind, Policy, SchemaVersion, semver
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Resolver
    from schemareg.model import Entry, Product
    from schemareg.model.semver import SemVer


class Snapshot:
    """A registry: policy, products, the versions of their schemas. Cost follows what is asked."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._documents: dict[str, Document] = {}
        self._products: dict[str, Product] = {}
        self._folders: dict[str, str | None] = {}
        self._consumers: dict[str, tuple[Consumer, ...]] = {}

    @property
    def label(self) -> str:
        """How to call this state in a report: `main (3f2a9c1)`, `working tree`."""
        return self.files.label

    @property
    def commit(self) -> str:
        """The full id of the commit, or `""` for a working tree."""
        return self.files.commit

    @cached_property
    def policy(self) -> Policy:
        """What the hub asks; the defaults where there is no registry.yaml. Raises InvalidFiles."""
        if not self.has(REGISTRY):
            return Policy()
        return manifests.parse_registry(self.document(REGISTRY))

    def has(self, path: str) -> bool:
        """Whether a file, and not a link or a folder, stands at a path."""
        entry = self.files.entry(path)
        return entry is not None and entry.kind is Kind.FILE

    def product_names(self) -> tuple[str, ...]:
        """The names of all products, sorted. Looks into every folder: not for the common path."""
        return tuple(sorted(folder.rpartition("/")[2] for folder in self.product_folders))

    @cached_property
    def product_folders(self) -> tuple[str, ...]:
        """The folders of all products, sorted; where each is need not be looked for again."""
        found = tuple(sorted(self._all_folders()))
        # Of one name the folder that `_found` would give: directly under products/ before others.
        for folder in sorted(found, key=lambda each: (each.count("/"), each)):
            name = folder.rpartition("/")[2]
            if NAME.fullmatch(name):
                self._folders.setdefault(name, folder)
        return found

    def folder_of(self, product: str) -> str | None:
        """The folder of the product of this name, or None where there is none."""
        if product not in self._folders:
            self._folders[product] = self._found(product)
        return self._folders[product]

    def product(self, name: str) -> Product | None:
        """The product of this name, or None. Raises InvalidFiles."""
        folder = self.folder_of(name)
        return None if folder is None else self.product_in(folder)

    def product_in(self, folder: str) -> Product | None:
        """The product whose folder this is, or None. Raises InvalidFiles."""
        path = f"{folder}/{PRODUCT}"
        if folder not in self._products:
            if not self.has(path):
                return None
            name = folder.rpartition("/")[2]
            self._products[folder] = manifests.parse_product(self.document(path), name, folder)
        return self._products[folder]

    def consumers(self, product: str) -> tuple[Consumer, ...]:
        """Who registered as a reader of a product, by the name of their file."""
        if product not in self._consumers:
            folder = self.folder_of(product)
            names = self.files.folder(f"{folder}/{CONSUMERS}") if folder else {}
            paths = [f"{folder}/{CONSUMERS}/{name}" for name in names if name.endswith(".yaml")]
            self._consumers[product] = tuple(map(self.consumer_at, filter(self.has, paths)))
        return self._consumers[product]

    def consumer_at(self, path: str) -> Consumer:
        """The consumer of a file that is there.

        One that is wrong is not passed over: its team, called like the file, is taken to read
        everything, and to have agreed to nothing.
        """
        folder, _, name = path.rpartition(f"/{CONSUMERS}/")
        try:
            return manifests.parse_consumer(self.document(path), folder.rpartition("/")[2])
        except InvalidFiles:
            stem = name.rpartition(".")[0]
            return Consumer(path, stem, stem)

    def schema_names(self, product: str) -> tuple[str, ...]:
        """The schemas of a product that have a folder, sorted; declared or not."""
        folder = self.folder_of(product)
        if folder is None:
            return ()
        entries = self.files.folder(f"{folder}/{SCHEMAS}")
        return tuple(name for name, entry in entries.items() if entry.kind is Kind.FOLDER)

    def versions(self, product: str, schema: str) -> tuple[SchemaVersion, ...]:
        """The versions of a schema, oldest first; files that are no version are not among them."""
        folder = self.folder_of(product)
        return () if folder is None else self.versions_in(folder, schema)

    def versions_in(self, folder: str, schema: str) -> tuple[SchemaVersion, ...]:
        """The versions of a schema of the product in this folder, oldest first."""
        found = []
        for name, entry in self.files.folder(f"{folder}/{SCHEMAS}/{schema}").items():
            version = _version_of(name) if entry.kind is Kind.FILE else None
            if version is not None:
                path = f"{folder}/{SCHEMAS}/{schema}/{name}"
                product = folder.rpartition("/")[2]
                found.append(SchemaVersion(product, schema, version, path, entry.id))
        return tuple(sorted(found, key=lambda each: (each.version, each.path)))

    def version_at(self, path: str) -> SchemaVersion | None:
        """The version whose file this is; None where there is no file, or it is no version's."""
        parts = path.split("/")
        if len(parts) < 5 or parts[-3] != SCHEMAS or not NAME.fullmatch(parts[-2]):
            return None
        folder = "/".join(parts[:-3])
        version = _version_of(parts[-1])
        entry = self.files.entry(path)
        if version is None or entry is None or entry.kind is not Kind.FILE:
            return None
        if not self.is_product(folder):
            return None
        return SchemaVersion(parts[-4], parts[-2], version, path, entry.id)

    def is_product(self, folder: str) -> bool:
        """Whether a folder is a product's: it stands where products may stand, with a product.yaml."""
        parts = folder.split("/")
        if parts[0] != PRODUCTS or len(parts) not in (2, 3) or not self.has(f"{folder}/{PRODUCT}"):
            return False
        return len(parts) == 2 or not self.has(f"{PRODUCTS}/{parts[1]}/{PRODUCT}")

    def versions_below(self, folder: str) -> tuple[SchemaVersion, ...]:
        """Every version of every product in or below a folder, sorted by path."""
        products = [each for each in (folder, *self._subfolders(folder)) if self.is_product(each)]
        found = [
            version
            for product in products
            for schema in self.files.folder(f"{product}/{SCHEMAS}")
            for version in self.versions_in(product, schema)
        ]
        return tuple(sorted(found, key=lambda each: each.path))

    def all_versions(self) -> tuple[SchemaVersion, ...]:
        """Every version of the registry, sorted by path."""
        return tuple(
            version for folder in self._all_folders() for version in self.versions_below(folder)
        )

    def document(self, path: str) -> Document:
        """A file, parsed. Raises InvalidFiles with its mistakes, KeyError where there is no file."""
        if path not in self._documents:
            self._documents[path] = catalogue.parse(self.files.read(path), path)
        return self._documents[path]

    def locate(self, product: str, schema: str, version: SemVer) -> str | None:
        """The path of a version's file, or None where there is no such version."""
        for each in self.versions(product, schema):
            if each.version == version:
                return each.path
        return None

    def lookup(self, uri: str) -> JsonValue | None:
        """The value of the schema that a `file:///` URI names; None where no version's file is.

        Raises InvalidFiles where the file is wrong.
        """
        path = uri.removeprefix("file:///")
        if path == uri or self.version_at(path) is None:
            return None
        return self.document(path).value

    def resolver(self, path: str) -> Resolver:
        """How the references of a version's file are resolved."""
        return catalogue.resolver_of(path, self.lookup, self.locate)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Say what will be read soon, for files that are brought more cheaply together."""
        if isinstance(self.files, PrefetchingFiles):
            self.files.prefetch(paths)

    def _found(self, product: str) -> str | None:
        if not NAME.fullmatch(product):
            return None
        flat = f"{PRODUCTS}/{product}"
        if self.has(f"{flat}/{PRODUCT}"):
            return flat
        for name, entry in self.files.folder(PRODUCTS).items():
            nested = f"{PRODUCTS}/{name}/{product}"
            if entry.kind is Kind.FOLDER and self.is_product(nested):
                return nested
        return None

    def _all_folders(self) -> Iterator[str]:
        for folder in self._subfolders(PRODUCTS):
            if self.is_product(folder):
                yield folder
            else:
                yield from filter(self.is_product, self._subfolders(folder))

    def _subfolders(self, folder: str) -> Iterator[str]:
        for name, entry in self.files.folder(folder).items():
            if entry.kind is Kind.FOLDER:
                yield f"{folder}/{name}"


@runtime_checkable
class PrefetchingFiles(Protocol):
    """Files that are brought from afar, cheaper many at a time."""

    def prefetch(self, paths: Iterable[str]) -> None:
        """Have these files at hand."""


@runtime_checkable
class ComparableFiles(Protocol):
    """Files that know a quick way to compare one folder with the same one of another state."""

    def differing(self, other: Files, path: str) -> Iterable[str] | None:
        """The names whose entries may differ, or None where there is no quick way."""


def differences(
    base: Files, head: Files, under: Iterable[str] = (REGISTRY, PRODUCTS)
) -> tuple[FileChange, ...]:
    """Every file, link and submodule that differs between two states, sorted by path.

    Goes down only where the ids of two entries differ, so that cost follows the change.
    """
    found: list[FileChange] = []
    pending = [(path, base.entry(path), head.entry(path)) for path in under]
    while pending:
        path, before, after = pending.pop()
        if before == after and (before is None or before.id):
            continue
        inner = [each for each in (before, after) if each and each.kind is Kind.FOLDER]
        if inner:
            for name in _names(base, head, path):
                child = f"{path}/{name}"
                pending.append((child, base.entry(child), head.entry(child)))
        before, after = _leaf(before), _leaf(after)
        if before or after:
            found.append(FileChange(path, before, after))
    return tuple(sorted(found, key=lambda each: each.path))


def modes(base: Files, head: Files, under: str = PRODUCTS) -> tuple[str, ...]:
    """The files of which nothing but the mode differs between two commits, sorted.

    None where one is no commit: what a file system says of modes is not what Git keeps.
    """
    found: list[str] = []
    pending = [under] if base.commit and head.commit else []
    while pending:
        path = pending.pop()
        before, after = base.entry(path), head.entry(path)
        if before is None or after is None or before.kind is not after.kind:
            continue
        if before.kind is not Kind.FOLDER:
            if before == after:
                found.append(path)
        elif before.id != after.id and isinstance(head, ComparableFiles):
            pending += (f"{path}/{name}" for name in head.differing(base, path) or ())
    return tuple(sorted(found))


def _names(base: Files, head: Files, path: str) -> Iterable[str]:
    quick = head.differing(base, path) if isinstance(head, ComparableFiles) else None
    if quick is not None:
        return quick
    return sorted({*base.folder(path), *head.folder(path)})


def _leaf(entry: Entry | None) -> Entry | None:
    return None if entry is None or entry.kind is Kind.FOLDER else entry


def _version_of(name: str) -> SemVer | None:
    stem, dot, ending = name.rpartition(".")
    return semver.parse(stem) if f"{dot}{ending}" in catalogue.BY_ENDING else None
