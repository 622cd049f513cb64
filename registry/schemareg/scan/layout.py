"""Maps the schema files of another repository to a registry, by a path pattern.

A pattern is a path with groups: `schemas/{product}/{schema}/jsonschema/{version}`; `{domain}` is
a folder above a product. Foreign names are converted to names of a registry;
versions can be SemVer, SchemaVer (`1-0-2`) or plain numbers (`v3`, `1.2`). Nothing is written; the content of
product.yaml is generated.

Source: SchemaVer, MODEL-REVISION-ADDITION: a revision or an addition is a minor step.
"""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats import catalogue
from schemareg.manifests.layout import PRODUCT, PRODUCTS, REGISTRY, SCHEMAS
from schemareg.model import Entry, Kind
from schemareg.model import semver as model_semver
from schemareg.model.errors import RegistryError
from schemareg.model.targets import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemareg.model import Files

_GROUP = re.compile(r"\{(domain|product|schema|version)\}")
_ENDING = re.compile(r"\.(?:schema\.json|json|ya?ml|avsc|proto|xsd|sql)\Z")
_SCHEMAVER = re.compile(r"([1-9]\d{0,5})-(\d{1,3})-(\d{1,3})", re.ASCII)
_NUMBERS = re.compile(r"v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?", re.ASCII | re.IGNORECASE)

NUMBERS = frozenset({"bump-too-small", "bump-larger-than-needed", "version-gap"})
"""Rules of SemVer, which do not apply to other version schemes."""


class Scheme(StrEnum):
    """The version scheme, which decides what a step promises."""

    SEMVER = "SemVer"
    SCHEMAVER = "SchemaVer"
    NUMBERS = "numbers"


class Numbered(NamedTuple):
    """A foreign version; versions of one scheme sort by age."""

    scheme: Scheme
    parts: tuple[int, ...]
    """Three numbers for SemVer and SchemaVer, otherwise as many as are written."""
    pre: bool = False
    """Whether it is a pre-release, which can change."""


class VersionFile(NamedTuple):
    """The file of one version, below its folder."""

    groups: tuple[tuple[str, str], ...]
    path: str
    id: str


class Source(NamedTuple):
    """The path of a file in the foreign repository, and the id of its content."""

    path: str
    id: str


Schemas = dict[str, dict[str, Source]]
"""Schema to file name to source, in registry names."""


class LayoutPart(NamedTuple):
    """The content of one foreign folder, in registry names."""

    products: dict[str, Schemas]
    counts_as_we_do: bool


class Layout:
    """The layout of the files. The content of a folder is cached by the folder's id."""

    def __init__(self, pattern: str) -> None:
        """Raises RegistryError for a pattern without a schema or a version."""
        groups = _GROUP.findall(pattern)
        odd = pattern.startswith("/") or ".." in pattern or not pattern
        lacks = "version" not in groups or "schema" not in groups
        if odd or lacks or len(set(groups)) < len(groups):
            raise RegistryError(
                f"{pattern!r} does not give the location of schemas",
                remedy="Write a path with {schema} and {version}, and {product} if there are several:"
                " schemas/{product}/{schema}/{version}.json",
            )
        segments = pattern.split("/")
        self._segments = [_segment(each) for each in segments]
        self._whole = _segment(pattern)
        self._known: dict[tuple[str, int], tuple[VersionFile, ...]] = {}
        self._parts: dict[tuple[str, str], LayoutPart] = {}
        grouped = [bool(_GROUP.search(each)) for each in segments]
        self.root = "/".join(segments[: grouped.index(True)])
        """The folder that holds all schemas; empty for the whole repository."""

    def parts(self, files: Files) -> Iterator[LayoutPart]:
        """The content of each folder of the root, sorted by name; cached while it is unchanged."""
        depth = self.root.count("/") + 1 if self.root else 0
        for name, entry in files.folder(self.root).items():
            path = f"{self.root}/{name}" if self.root else name
            key = path, entry.id
            if key not in self._parts:
                found = self._named(files, self.root, depth, name, entry)
                self._parts[key] = _part(self.root, sorted(found, key=lambda each: each.path))
            yield self._parts[key]

    def match(self, path: str) -> dict[str, str] | None:
        """The values of the groups in a path, by name; None for a path of another form."""
        match = self._whole.fullmatch(path)
        return None if match is None else match.groupdict()

    def _below(self, files: Files, folder: str, depth: int) -> tuple[VersionFile, ...]:
        entry = files.entry(folder)
        key = entry.id if entry else "", depth
        if not key[0] or key not in self._known:
            self._known[key] = tuple(
                found
                for name, inner in files.folder(folder).items()
                for found in self._named(files, folder, depth, name, inner)
            )
        return self._known[key]

    def _named(
        self, files: Files, folder: str, depth: int, name: str, entry: Entry
    ) -> Iterator[VersionFile]:
        last = depth == len(self._segments) - 1
        match = self._segments[depth].fullmatch(name)
        if match is None or entry.kind is not (Kind.FILE if last else Kind.FOLDER):
            return
        groups = tuple(match.groupdict().items())
        if last:
            yield VersionFile(groups, name, entry.id)
            return
        for each in self._below(files, f"{folder}/{name}" if folder else name, depth + 1):
            yield VersionFile((*groups, *each.groups), f"{name}/{each.path}", each.id)


def _part(folder: str, found: Iterable[VersionFile]) -> LayoutPart:
    products: dict[str, Schemas] = {}
    counts = True
    for each in found:
        groups = dict(each.groups)
        number = version_of(groups["version"])
        if number is None:
            continue
        version, ours = number
        product, schema = name_of(groups.get("product", "schemas")), name_of(groups["schema"])
        counts = counts and ours
        path = f"{folder}/{each.path}" if folder else each.path
        files = products.setdefault(product, {}).setdefault(schema, {})
        files.setdefault(f"{version}{_ending(path)}", Source(path, each.id))
    return LayoutPart(products, counts)


def _ending(path: str) -> str:
    """The usual file ending of the file's format."""
    return catalogue.entry_of(path).endings[0]


_ONE = {"version": r"[vV]?\d[^/]*?"}
"""A version begins with a number: `order.item.v2` is an item, not a version `item.v2`."""


def _segment(text: str) -> re.Pattern[str]:
    parts = _GROUP.split(text)
    pattern = "".join(
        f"(?P<{part}>{_ONE.get(part, '[^/]+?')})" if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
    return re.compile(pattern, re.ASCII)


def number_of(text: str) -> Numbered | None:
    """A version, with or without a file ending; None for other text."""
    stem = stem_of(text)
    semver = model_semver.parse(stem)
    if semver is not None:
        parts = (semver.major, semver.minor, semver.patch)
        return Numbered(Scheme.SEMVER, parts, bool(semver.pre))
    schemaver = _SCHEMAVER.fullmatch(stem)
    if schemaver is not None:
        return Numbered(Scheme.SCHEMAVER, tuple(map(int, schemaver.groups())))
    numbers = _NUMBERS.fullmatch(stem)
    if numbers is None:
        return None
    return Numbered(Scheme.NUMBERS, tuple(int(each) for each in numbers.groups() if each))


def stem_of(text: str) -> str:
    """A file's name without the ending of a schema."""
    return _ENDING.sub("", text)


def version_of(text: str) -> tuple[str, bool] | None:
    """The version as SemVer, and whether it was SemVer; None for other text."""
    number = number_of(text)
    if number is None:
        return None
    if number.scheme is Scheme.SEMVER:
        return stem_of(text), True
    if number.scheme is Scheme.SCHEMAVER:
        model, revision, addition = number.parts
        return f"{model}.{revision * 1000 + addition}.0", False
    return ".".join(map(str, (*number.parts, 0, 0)[:3])), False


def name_of(text: str) -> str:
    """The registry name for a foreign name; equal names stay equal."""
    plain = re.sub(r"[^a-z0-9_-]", "_", text.lower())
    plain = plain if plain[:1].isalpha() else f"x{plain}"
    if plain == text and NAME.fullmatch(text):
        return text
    # Two foreign names can map to one registry name: digits of a digest keep them apart.
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:4]
    short = plain if text.lower() == text and "." in text else f"{plain[:59]}-{digest}"
    return short[:64] if NAME.fullmatch(short[:64]) else f"x{digest}"


class Mapped:
    """The files of one state in the layout of a registry."""

    def __init__(
        self, files: Files, layout: Layout, policy: str, hidden: frozenset[str] = frozenset()
    ) -> None:
        """`policy` is the text of registry.yaml; `hidden` are registry files that are left out."""
        self._files = files
        self._policy = policy.encode()
        self._products: dict[str, Schemas] = {}
        self.counts_as_we_do = True
        for part in layout.parts(files):
            self.counts_as_we_do = self.counts_as_we_do and part.counts_as_we_do
            for product, schemas in part.products.items():
                known = self._products.get(product)
                self._products[product] = schemas if known is None else _merged(known, schemas)
        for path in hidden:
            self._hide(path)

    def _hide(self, path: str) -> None:
        product, schema, name = _parted(path)
        schemas = self._products.get(product, {})
        if name in schemas.get(schema, {}):
            left = {each: dict(files) for each, files in schemas.items()}
            del left[schema][name]
            kept = {each: files for each, files in left.items() if files}
            self._products[product] = kept
            if not kept:
                del self._products[product]

    @property
    def label(self) -> str:
        """The label of this state in a report."""
        return self._files.label

    @property
    def commit(self) -> str:
        """The full id of the commit."""
        return self._files.commit

    def source(self, path: str) -> str:
        """The foreign path of a registry file; the path itself for a generated file."""
        found = self._found(path)
        return path if found is None else found.path

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None where there is nothing."""
        if path == REGISTRY:
            return Entry(Kind.FILE, _digest(self._policy))
        if path.endswith(f"/{PRODUCT}"):
            product = path.split("/")[1]
            known = self._products.get(product) if path.count("/") == 2 else None
            text = None if known is None else _described(product, known)
            return None if text is None else Entry(Kind.FILE, _digest(text))
        found = self._found(path)
        if found is not None:
            return Entry(Kind.FILE, found.id)
        inside = self._inside(path)
        # Cached content is one object: identity implies equality.
        return None if inside is None else Entry(Kind.FOLDER, f"{path.count('/')}-{id(inside)}")

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty where there is no folder."""
        names = self._names(path)
        found = {name: self.entry(f"{path}/{name}" if path else name) for name in sorted(names)}
        return {name: entry for name, entry in found.items() if entry is not None}

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError where there is no file."""
        if path == REGISTRY:
            return self._policy
        found = self._found(path)
        if found is not None:
            return catalogue.format_of(path).adapt(self._files.read(found.path))
        if self.entry(path) is None or not path.endswith(f"/{PRODUCT}"):
            raise KeyError(path)
        product = path.split("/")[1]
        return _described(product, self._products[product])

    def size(self, path: str) -> int:
        """The size in bytes of a file. Raises KeyError where there is no file."""
        return len(self.read(path))

    def _found(self, path: str) -> Source | None:
        product, schema, name = _parted(path)
        return self._products.get(product, {}).get(schema, {}).get(name)

    def _names(self, path: str) -> Iterable[str]:
        if not path:
            return (REGISTRY, PRODUCTS)
        steps = path.split("/")
        inside = self._inside(path)
        if inside is None:
            return ()
        return (PRODUCT, SCHEMAS) if len(steps) == 2 else inside

    def _inside(self, path: str) -> Mapping[str, object] | None:
        """The identity of a folder's content."""
        steps = path.split("/")
        if not path or steps[0] != PRODUCTS or len(steps) > 4:
            return None
        if len(steps) == 1:
            return self._products
        schemas = self._products.get(steps[1])
        if schemas is None or len(steps) == 2:
            return schemas
        if steps[2] != SCHEMAS:
            return None
        return schemas if len(steps) == 3 else schemas.get(steps[3])


def _merged(one: Schemas, other: Schemas) -> Schemas:
    return {name: other.get(name, {}) | one.get(name, {}) for name in sorted({*one, *other})}


def _parted(path: str) -> tuple[str, str, str]:
    """Product, schema and file name of a version's path; nothing for any other."""
    steps = path.split("/")
    if len(steps) != 5 or steps[0] != PRODUCTS or steps[2] != SCHEMAS:
        return "", "", ""
    return steps[1], steps[3], steps[4]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _described(product: str, schemas: Iterable[str]) -> bytes:
    value = {
        "title": product,
        "owner": {"team": "unknown"},
        "schemas": {name: {} for name in sorted(schemas)},
    }
    return json.dumps(value).encode()
