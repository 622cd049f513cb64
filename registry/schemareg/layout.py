"""Where the files of a registry stand: what each path is, and what stands where nothing should.

One table says which folders a product has and which files they hold; a new kind of file is a row.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from schemareg import versions
from schemareg.model import Kind, Mistake, Place
from schemareg.names import NAME
from schemareg.snapshot import ENDINGS, PRODUCT, PRODUCTS, REGISTRY, SCHEMAS
from schemareg.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemareg.model import Entry, Files


class Role(Enum):
    """What a file is for."""

    POLICY = "registry.yaml"
    PRODUCT = "product.yaml"
    VERSION = "a version of a schema"
    FACT = "a fact about a product, as YAML"


FACTS = ("deprecations", "consumers", "waivers")
"""Folders of a product that hold one fact a file, `<name>.yaml`."""

PARTS = (SCHEMAS, *FACTS)
"""The folders a product may have."""

OTHER_FORMATS = {".avsc": "Avro", ".proto": "Protobuf", ".sql": "SQL"}
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

    def __add__(self, other: Survey) -> Survey:
        return Survey(self.files + other.files, self.mistakes + other.mistakes)


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


def top(files: Files) -> Survey:
    """What stands beside the products: registry.yaml, the folders of products and domains."""
    survey = _registry(files)
    entry = files.entry(PRODUCTS)
    if entry is not None and entry.kind is not Kind.FOLDER:
        return survey + _wrong(PRODUCTS, entry, "a folder")
    survey += _folders(files, PRODUCTS)
    for name, inner in files.folder(PRODUCTS).items():
        folder = f"{PRODUCTS}/{name}"
        if inner.kind is Kind.FOLDER and _products_in(files, folder) != [folder]:
            survey += _folders(files, folder)
    return survey


def beside(files: Files, paths: Iterable[str]) -> Survey:
    """The same for the places that these paths lead through, at a cost that follows their number."""
    survey = Survey()
    steps: set[tuple[str, str]] = set()
    for path in paths:
        parts = path.split("/")
        if path == REGISTRY:
            survey += _registry(files)
        elif parts[0] == PRODUCTS and len(parts) > 1:
            steps.add((PRODUCTS, parts[1]))
            outer = f"{PRODUCTS}/{parts[1]}"
            if len(parts) > 2 and product_of(files, path) != outer:
                steps.add((outer, parts[2]))
    for folder, name in sorted(steps):
        entry = files.entry(f"{folder}/{name}")
        if entry is not None:
            survey += _beside(folder, name, entry)
    return survey


def product(files: Files, folder: str) -> Survey:
    """What stands in the folder of one product."""
    entries = files.folder(folder)
    survey = Survey(mistakes=tuple(_alike(folder, entries)))
    if PRODUCT not in entries:
        survey += _told(
            f"{folder}/{PRODUCT}",
            "product-file-missing",
            f"{folder} has no {PRODUCT}",
            f"reg new product {folder.rpartition('/')[2]} --team TEAM, or move what is in the folder",
        )
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if name in PARTS and entry.kind is Kind.FOLDER:
            survey += _schemas(files, path) if name == SCHEMAS else _facts(files, path)
        elif name == PRODUCT and entry.kind is Kind.FILE:
            survey += Survey((Found(path, Role.PRODUCT),))
        elif not _note(name, entry):
            near = nearest(name, (PRODUCT, *PARTS))
            what_belongs = (
                f"A product has {PRODUCT}, the folders {', '.join(PARTS)}, and notes in *.md"
            )
            remedy = f"Did you mean {near}?" if near and near != name else what_belongs
            survey += _misplaced(path, entry, remedy)
    return survey


def _registry(files: Files) -> Survey:
    entry = files.entry(REGISTRY)
    if entry is None:
        what = "there is no registry.yaml, so this is no registry"
        return _told(REGISTRY, "registry-file-missing", what, "reg init writes one")
    if entry.kind is not Kind.FILE:
        return _wrong(REGISTRY, entry, "a file")
    return Survey((Found(REGISTRY, Role.POLICY),))


def _products_in(files: Files, folder: str) -> list[str]:
    """The product that a folder directly under products/ is, or those that a domain's folder holds."""
    entries = files.folder(folder)
    if PRODUCT in entries or any(name in entries for name in PARTS):
        return [folder]
    inner = [f"{folder}/{name}" for name, entry in entries.items() if entry.kind is Kind.FOLDER]
    return inner or [folder]


def _has_product(files: Files, folder: str) -> bool:
    return files.entry(f"{folder}/{PRODUCT}") is not None


def _folders(files: Files, folder: str) -> Survey:
    """products/ or a domain's folder: folders with a name, and notes."""
    entries = files.folder(folder)
    survey = Survey(mistakes=tuple(_alike(folder, entries)))
    for name, entry in entries.items():
        survey += _beside(folder, name, entry)
    return survey


def _beside(folder: str, name: str, entry: Entry) -> Survey:
    path = f"{folder}/{name}"
    if entry.kind is Kind.FOLDER:
        return Survey() if NAME.fullmatch(name) else _misnamed(path, name)
    if _note(name, entry):
        return Survey()
    remedy = f"A product stands in {folder}/<product>/, its description in {PRODUCT} there"
    return _misplaced(path, entry, remedy)


def _schemas(files: Files, folder: str) -> Survey:
    entries = files.folder(folder)
    survey = Survey(mistakes=tuple(_alike(folder, entries)))
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if entry.kind is Kind.FOLDER:
            survey += _versions(files, path)
            if not NAME.fullmatch(name):
                survey += _misnamed(path, name)
        elif not _note(name, entry):
            survey += _misplaced(path, entry, f"Versions stand in {folder}/<schema>/<X.Y.Z>.json")
    return survey


def _versions(files: Files, folder: str) -> Survey:
    entries = files.folder(folder)
    survey = Survey(mistakes=tuple(_alike(folder, entries)))
    seen: dict[str, str] = {}
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending
        if _note(name, entry):
            continue
        if entry.kind is not Kind.FILE or not stem:
            survey += _misplaced(path, entry, f"Versions stand in {folder}/<X.Y.Z>.json")
        elif ending in OTHER_FORMATS:
            what = f"{OTHER_FORMATS[ending]} schemas are not supported by this version of reg"
            survey += _told(path, "format-not-supported", what, "Write the schema as JSON Schema")
        elif ending not in ENDINGS:
            survey += _misplaced(path, entry, f"A version is a file that ends in {listed(ENDINGS)}")
        elif versions.parse(stem) is None:
            survey += _told(path, "version-name", *_no_version(stem, ending))
        else:
            if stem in seen:
                what = f"version {stem} stands in {seen[stem]} already"
                survey += _told(path, "version-repeated", what, "Keep one of the two files")
            seen.setdefault(stem, name)
            survey += Survey((Found(path, Role.VERSION),))
    return survey


def _facts(files: Files, folder: str) -> Survey:
    entries = files.folder(folder)
    survey = Survey(mistakes=tuple(_alike(folder, entries)))
    for name, entry in entries.items():
        path = f"{folder}/{name}"
        if entry.kind is Kind.FILE and name.endswith(".yaml"):
            survey += Survey((Found(path, Role.FACT),))
        elif not _note(name, entry):
            survey += _misplaced(path, entry, f"Facts stand in {folder}/<name>.yaml")
    return survey


def _no_version(stem: str, ending: str) -> tuple[str, str]:
    what = f"{quoted(stem)} is not a semantic version"
    bare = stem.lstrip("vV").split("+")[0]
    numbers = bare.split(".")
    padded = ".".join(
        [*(str(int(each)) if each.isdecimal() else each for each in numbers), "0", "0"][:3]
    )
    guess = bare if versions.parse(bare) else padded if versions.parse(padded) else ""
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
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            yield Mistake(
                Place(f"{folder}/{name}"),
                "name-differs-by-case",
                f"{quoted(name)} and {quoted(seen[folded])} are one name to some file systems",
                "Rename one of the two",
            )
        seen.setdefault(folded, name)


def _misnamed(path: str, name: str) -> Survey:
    what = f"{quoted(name)} is not a name: {NAME_FORM}"
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    guess = folded.replace(" ", "_").replace(".", "_")
    remedy = f"Rename the folder to {guess}" if NAME.fullmatch(guess) else "Rename the folder"
    return _told(path, "name-malformed", what, remedy)


def _misplaced(path: str, entry: Entry, remedy: str) -> Survey:
    if entry.kind in (Kind.LINK, Kind.SUBMODULE):
        return _link(path, entry)
    sort = "folder" if entry.kind is Kind.FOLDER else "file"
    return _told(path, "file-misplaced", f"no {sort} of a registry stands here", remedy)


def _wrong(path: str, entry: Entry, wanted: str) -> Survey:
    if entry.kind in (Kind.LINK, Kind.SUBMODULE):
        return _link(path, entry)
    return _told(path, "file-misplaced", f"{path} must be {wanted}", f"Make it {wanted}")


def _link(path: str, entry: Entry) -> Survey:
    what = f"a {entry.kind.value} stands here; its content lies elsewhere and may change unseen"
    return _told(path, "link-not-allowed", what, "Put the content itself here, or remove it")


def _told(path: str, rule: str, what: str, remedy: str) -> Survey:
    return Survey(mistakes=(Mistake(Place(path), rule, what, remedy),))
