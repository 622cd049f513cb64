"""Where the files of a registry stand: what each path is, and what stands where nothing should.

One table says which folders a product has and which files they hold; a new kind of file is a row.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats import catalogue
from schemareg.history.paths import (
    CONSUMERS,
    DEPRECATIONS,
    PRODUCT,
    PRODUCTS,
    REGISTRY,
    SCHEMAS,
    WAIVERS,
    is_fact,
)
from schemareg.model import Kind, Mistake, Place, semver
from schemareg.model.targets import NAME
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemareg.model import Entry, Files


__all__ = [
    "CONSUMERS",
    "DEPRECATIONS",
    "FACTS",
    "PARTS",
    "PRODUCT",
    "PRODUCTS",
    "REGISTRY",
    "SCHEMAS",
    "WAIVERS",
    "Found",
    "Role",
    "Survey",
    "beside",
    "facts",
    "product",
    "product_of",
    "products",
    "top",
]


class Role(Enum):
    """What a file is for."""

    POLICY = "registry.yaml"
    PRODUCT = "product.yaml"
    VERSION = "a version of a schema"
    FACT = "a fact about a product, as YAML"


FACTS = (DEPRECATIONS, CONSUMERS, WAIVERS)
"""Folders of a product that hold one fact a file, `<name>.yaml`."""

PARTS = (SCHEMAS, *FACTS)
"""The folders a product may have."""

OTHER_FORMATS = {".proto": "Protobuf", ".sql": "SQL"}
"""Endings of schema languages that later versions read."""

NAME_FORM = "a lower-case letter, then lower-case letters, digits, '_' and '-', at most 64"


class Found(NamedTuple):
    """One file that belongs where it stands."""

    path: str
    role: Role


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands below a folder: the files that belong there, and what does not belong."""

    files: tuple[Found, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def _survey(items: Iterable[Found | Mistake]) -> Survey:
    files: list[Found] = []
    mistakes: list[Mistake] = []
    for item in items:
        if isinstance(item, Found):
            files.append(item)
        else:
            mistakes.append(item)
    return Survey(tuple(files), tuple(mistakes))


def products(files: Files) -> tuple[str, ...]:
    """The folders that are a product's or should be one, sorted."""
    found: list[str] = []
    for name, entry in files.folder(PRODUCTS).items():
        if entry.kind is Kind.FOLDER:
            found += _products_in(files, f"{PRODUCTS}/{name}")
    return tuple(found)


def product_of(files: Files, path: str) -> str | None:
    """The folder of the product that a path belongs to, or would; None outside of any product."""
    parts = path.split("/")
    if parts[0] != PRODUCTS or len(parts) < 3:
        return None
    outer = "/".join(parts[:2])
    if _has_product(files, outer) or parts[2] in (PRODUCT, *PARTS):
        return outer
    # A file directly in a domain's folder belongs to no product.
    return "/".join(parts[:3]) if len(parts) > 3 else None


def facts(files: Files, folder: str, part: str) -> tuple[str, ...]:
    """The files that state the facts of one kind in a product's folder, by path.

    Exactly those that `product` lists, and validation reads.
    """
    return tuple(
        f"{folder}/{part}/{name}"
        for name, entry in files.folder(f"{folder}/{part}").items()
        if entry.kind is Kind.FILE and is_fact(name)
    )


def top(files: Files) -> Survey:
    """What stands beside the products: registry.yaml, the folders of products and domains."""
    return _survey(_top(files))


def beside(files: Files, paths: Iterable[str]) -> Survey:
    """The same for the places that these paths lead through, at a cost that follows their number."""
    return _survey(_beside_paths(files, paths))


def product(files: Files, folder: str) -> Survey:
    """What stands in the folder of one product."""
    return _survey(_product(files, folder))


def _top(files: Files) -> Iterator[Found | Mistake]:
    yield from _registry(files)
    yield from _at_root(files)
    entry = files.entry(PRODUCTS)
    if entry is not None and entry.kind is not Kind.FOLDER:
        yield _wrong(PRODUCTS, entry, "a folder")
    yield from _folders(files, PRODUCTS)
    for name, inner in files.folder(PRODUCTS).items():
        folder = f"{PRODUCTS}/{name}"
        if inner.kind is Kind.FOLDER and _products_in(files, folder) != [folder]:
            yield from _folders(files, folder)


def _beside_paths(files: Files, paths: Iterable[str]) -> Iterator[Found | Mistake]:
    steps: set[tuple[str, str]] = set()
    yield from _at_root(files)
    for path in paths:
        parts = path.split("/")
        if path == REGISTRY:
            yield from _registry(files)
        elif parts[0] == PRODUCTS and len(parts) > 1:
            steps.add((PRODUCTS, parts[1]))
            outer = f"{PRODUCTS}/{parts[1]}"
            if len(parts) > 2 and product_of(files, path) != outer:
                steps.add((outer, parts[2]))
    for folder, name in sorted(steps):
        entry = files.entry(f"{folder}/{name}")
        if entry is not None:
            yield from _beside(folder, name, entry)


def _product(files: Files, folder: str) -> Iterator[Found | Mistake]:
    entries = files.folder(folder)
    yield from _alike(folder, entries)
    if PRODUCT not in entries:
        name = folder.rpartition("/")[2]
        yield _told(
            f"{folder}/{PRODUCT}",
            "product-file-missing",
            f"{folder} has no {PRODUCT}",
            f"reg new product {name} --team TEAM, or move what is in the folder",
        )
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if name in PARTS and entry.kind is Kind.FOLDER:
            yield from _schemas(files, path) if name == SCHEMAS else _facts(files, path)
        elif name == PRODUCT and entry.kind is Kind.FILE:
            yield Found(path, Role.PRODUCT)
        elif not _note(name, entry):
            near = nearest(name, (PRODUCT, *PARTS))
            belongs = f"A product has {PRODUCT}, the folders {', '.join(PARTS)}, and notes in *.md"
            remedy = f"Did you mean {near}?" if near and near != name else belongs
            yield _misplaced(path, entry, remedy)


def _registry(files: Files) -> Iterator[Found | Mistake]:
    entry = files.entry(REGISTRY)
    if entry is None:
        what = "there is no registry.yaml, so this is no registry"
        yield _told(REGISTRY, "registry-file-missing", what, "reg init writes one")
    elif entry.kind is not Kind.FILE:
        yield _wrong(REGISTRY, entry, "a file")
    else:
        yield Found(REGISTRY, Role.POLICY)


def _at_root(files: Files) -> Iterator[Mistake]:
    """What some file systems take for the registry: `Products/` beside products/."""
    names = files.folder("")
    ours = {name: names[name] for name in (REGISTRY, PRODUCTS) if name in names}
    theirs = {name: entry for name, entry in names.items() if _folded(name) in (REGISTRY, PRODUCTS)}
    yield from _alike("", ours | theirs)


def _products_in(files: Files, folder: str) -> list[str]:
    """The product that a folder directly under products/ is, or those that a domain's folder holds."""
    entries = files.folder(folder)
    if PRODUCT in entries or any(name in entries for name in PARTS):
        return [folder]
    inner = [f"{folder}/{name}" for name, entry in entries.items() if entry.kind is Kind.FOLDER]
    return inner or [folder]


def _has_product(files: Files, folder: str) -> bool:
    return files.entry(f"{folder}/{PRODUCT}") is not None


def _folders(files: Files, folder: str) -> Iterator[Found | Mistake]:
    """products/ or a domain's folder: folders with a name, and notes."""
    entries = files.folder(folder)
    yield from _alike(folder, entries)
    for name, entry in entries.items():
        yield from _beside(folder, name, entry)


def _beside(folder: str, name: str, entry: Entry) -> Iterator[Mistake]:
    path = f"{folder}/{name}"
    if entry.kind is Kind.FOLDER:
        if not NAME.fullmatch(name):
            yield _misnamed(path, name)
    elif not _note(name, entry):
        remedy = f"A product stands in {folder}/<product>/, its description in {PRODUCT} there"
        yield _misplaced(path, entry, remedy)


def _schemas(files: Files, folder: str) -> Iterator[Found | Mistake]:
    entries = files.folder(folder)
    yield from _alike(folder, entries)
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if entry.kind is Kind.FOLDER:
            if not NAME.fullmatch(name):
                yield _misnamed(path, name)
            yield from _versions(files, path)
        elif not _note(name, entry):
            yield _misplaced(path, entry, f"Versions stand in {folder}/<schema>/<X.Y.Z>.json")


def _versions(files: Files, folder: str) -> Iterator[Found | Mistake]:
    entries = files.folder(folder)
    yield from _alike(folder, entries)
    seen: dict[str, str] = {}
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending
        if _note(name, entry):
            continue
        if entry.kind is not Kind.FILE or not stem:
            yield _misplaced(path, entry, f"Versions stand in {folder}/<X.Y.Z>.json")
        elif ending not in catalogue.BY_ENDING:
            if ending in OTHER_FORMATS:
                what = f"{OTHER_FORMATS[ending]} schemas are not supported by this version of reg"
                titles = listed([each.title for each in catalogue.BY_NAME.values()])
                yield _told(path, "format-not-supported", what, f"Write the schema as {titles}")
                continue
            known = listed(catalogue.BY_ENDING)
            yield _misplaced(path, entry, f"A version is a file that ends in {known}")
        elif semver.parse(stem) is None:
            yield _told(path, "version-name", *_no_version(stem, ending))
        else:
            if stem in seen:
                what = f"version {stem} stands in {seen[stem]} already"
                yield _told(path, "version-repeated", what, "Keep one of the two files")
            seen.setdefault(stem, name)
            yield Found(path, Role.VERSION)


def _facts(files: Files, folder: str) -> Iterator[Found | Mistake]:
    entries = files.folder(folder)
    yield from _alike(folder, entries)
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if entry.kind is Kind.FILE and is_fact(name):
            yield Found(path, Role.FACT)
        elif not _note(name, entry):
            yield _misplaced(path, entry, f"Facts stand in {folder}/<name>.yaml")


def _no_version(stem: str, ending: str) -> tuple[str, str]:
    what = f"{quoted(stem)} is not a semantic version"
    bare = stem.lstrip("vV").split("+")[0]
    numbers = bare.split(".")
    padded = ".".join(
        [*(str(int(each)) if each.isdecimal() else each for each in numbers), "0", "0"][:3]
    )
    guess = bare if semver.parse(bare) else padded if semver.parse(padded) else ""
    if guess:
        return what, f"Rename it to {guess}{ending}"
    return what, f"Name it MAJOR.MINOR.PATCH, as 1.2.0{ending}"


def _note(name: str, entry: Entry) -> bool:
    """Notes for people, and what keeps an empty folder in Git."""
    return entry.kind is Kind.FILE and (name.lower().endswith(".md") or name == ".gitkeep")


def _alike(folder: str, entries: Mapping[str, Entry]) -> Iterator[Mistake]:
    """Names that a file system without case, or with another Unicode form, takes for one."""
    seen: dict[str, str] = {}
    for name in entries:
        folded = _folded(name)
        if folded in seen:
            yield Mistake(
                Place(f"{folder}/{name}" if folder else name),
                "name-differs-by-case",
                f"{quoted(name)} and {quoted(seen[folded])} are one name to some file systems",
                "Rename one of the two",
            )
        seen.setdefault(folded, name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _misnamed(path: str, name: str) -> Mistake:
    what = f"{quoted(name)} is not a name: {NAME_FORM}"
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    guess = folded.replace(" ", "_").replace(".", "_")
    remedy = f"Rename the folder to {guess}" if NAME.fullmatch(guess) else "Rename the folder"
    return _told(path, "name-malformed", what, remedy)


def _misplaced(path: str, entry: Entry, remedy: str) -> Mistake:
    if entry.kind in (Kind.LINK, Kind.SUBMODULE):
        return _link(path, entry)
    sort = "folder" if entry.kind is Kind.FOLDER else "file"
    return _told(path, "file-misplaced", f"no {sort} of a registry stands here", remedy)


def _wrong(path: str, entry: Entry, wanted: str) -> Mistake:
    if entry.kind in (Kind.LINK, Kind.SUBMODULE):
        return _link(path, entry)
    return _told(path, "file-misplaced", f"{path} must be {wanted}", f"Make it {wanted}")


def _link(path: str, entry: Entry) -> Mistake:
    what = f"a {entry.kind.value} stands here; its content lies elsewhere and may change unseen"
    return _told(path, "link-not-allowed", what, "Put the content itself here, or remove it")


def _told(path: str, rule: str, what: str, remedy: str) -> Mistake:
    return Mistake(Place(path), rule, what, remedy)
