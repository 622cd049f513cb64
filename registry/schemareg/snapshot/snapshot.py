"""The registry in one state as one immutable value; files are read on demand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from schemareg import manifests
from schemareg.formats import catalogue
from schemareg.manifests import layout
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
    """A registry: policy, products, the versions of their schemas. Cost follows the question."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._documents: dict[str, Document] = {}
        self._products: dict[str, Product] = {}
        self._folders: dict[str, str | None] = {}
        self._consumers: dict[str, tuple[Consumer, ...]] = {}

    @property
    def label(self) -> str:
        """The label of this state in a report: `main (3f2a9c1)`, `working tree`."""
        return self.files.label

    @property
    def commit(self) -> str:
        """The full id of the commit; `""` for a working tree."""
        return self.files.commit

    @cached_property
    def policy(self) -> Policy:
        """The policy of the registry; the defaults without a registry.yaml. Raises InvalidFiles."""
        if not self.has(REGISTRY):
            return Policy()
        return manifests.parse_registry(self.document(REGISTRY))

    def has(self, path: str) -> bool:
        """Whether a path is a file, not a link or a folder."""
        entry = self.files.entry(path)
        return entry is not None and entry.kind is Kind.FILE

    def product_names(self) -> tuple[str, ...]:
        """The names of all products, sorted. Reads every folder: too slow for the common path."""
        return tuple(sorted(folder.rpartition("/")[2] for folder in self.product_folders))

    @cached_property
    def product_folders(self) -> tuple[str, ...]:
        """The folders of all products, sorted; later look-ups of these products cost nothing."""
        found = tuple(sorted(self._all_folders()))
        # For a name, the folder that `_found` gives: directly under products/ before others.
        for folder in sorted(found, key=lambda each: (each.count("/"), each)):
            name = folder.rpartition("/")[2]
            if NAME.fullmatch(name):
                self._folders.setdefault(name, folder)
        return found

    def folder_of(self, product: str) -> str | None:
        """The folder of the product with this name, or None."""
        if product not in self._folders:
            self._folders[product] = self._found(product)
        return self._folders[product]

    def product(self, name: str) -> Product | None:
        """The product with this name, or None. Raises InvalidFiles."""
        folder = self.folder_of(name)
        return None if folder is None else self.product_in(folder)

    def product_in(self, folder: str) -> Product | None:
        """The product of this folder, or None. Raises InvalidFiles."""
        path = f"{folder}/{PRODUCT}"
        if folder not in self._products:
            if not self.has(path):
                return None
            name = folder.rpartition("/")[2]
            self._products[folder] = manifests.parse_product(self.document(path), name, folder)
        return self._products[folder]

    def facts(self, product: str, part: str) -> tuple[str, ...]:
        """The paths of a product's facts of one kind, sorted; none where there is no product."""
        folder = self.folder_of(product)
        return () if folder is None else layout.facts(self.files, folder, part)

    def consumers(self, product: str) -> tuple[Consumer, ...]:
        """The registered consumers of a product, sorted by file name."""
        if product not in self._consumers:
            paths = self.facts(product, CONSUMERS)
            self._consumers[product] = tuple(map(self.consumer_at, paths))
        return self._consumers[product]

    def consumer_at(self, path: str) -> Consumer:
        """The consumer of an existing file.

        An invalid file is not ignored: its team, named like the file, is assumed to read
        everything and to have acknowledged nothing.
        """
        folder, _, name = path.rpartition(f"/{CONSUMERS}/")
        try:
            return manifests.parse_consumer(self.document(path), folder.rpartition("/")[2])
        except InvalidFiles:
            stem = name.rpartition(".")[0]
            return Consumer(path, stem, stem)

    def schema_names(self, product: str) -> tuple[str, ...]:
        """The schemas of a product that have a folder, sorted, declared or not."""
        folder = self.folder_of(product)
        if folder is None:
            return ()
        entries = self.files.folder(f"{folder}/{SCHEMAS}")
        return tuple(name for name, entry in entries.items() if entry.kind is Kind.FOLDER)

    def versions(self, product: str, schema: str) -> tuple[SchemaVersion, ...]:
        """The versions of a schema, oldest first; other files are left out."""
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
        """The version of a file; None if there is no file or it is not a version."""
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
        """Whether a folder is a product: it is at a place for products and has a product.yaml."""
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
        """A parsed file. Raises InvalidFiles with its mistakes, KeyError if there is no file."""
        if path not in self._documents:
            self._documents[path] = catalogue.parse(self.files.read(path), path)
        return self._documents[path]

    def locate(self, product: str, schema: str, version: SemVer) -> str | None:
        """The path of a version's file, or None."""
        for each in self.versions(product, schema):
            if each.version == version:
                return each.path
        return None

    def lookup(self, uri: str) -> JsonValue | None:
        """The value of the schema at a `file:///` URI; None if it is not the file of a version.

        Raises InvalidFiles for an invalid file.
        """
        path = uri.removeprefix("file:///")
        if path == uri or self.version_at(path) is None:
            return None
        return self.document(path).value

    def resolver(self, path: str) -> Resolver:
        """The resolver for references of a version's file."""
        return catalogue.resolver_of(path, self.lookup, self.locate)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Announce the files that will be read soon, for sources that fetch in batches."""
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
    """Files of a remote source that fetches in batches."""

    def prefetch(self, paths: Iterable[str]) -> None:
        """Fetch these files in advance."""


@runtime_checkable
class ComparableFiles(Protocol):
    """Files with a fast comparison of one folder in two states."""

    def differing(self, other: Files, path: str) -> Iterable[str] | None:
        """The names whose entries can differ, or None if there is no fast comparison."""


def differences(
    base: Files, head: Files, under: Iterable[str] = (REGISTRY, PRODUCTS)
) -> tuple[FileChange, ...]:
    """Every file, link and submodule that differs between two states, sorted by path.

    Descends only where the ids of two entries differ, so the cost follows the change.
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
    """The files whose mode alone differs between two commits, sorted.

    None if one state is not a commit: the modes of a file system are not those of Git.
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
