"""All schema formats: which file is written in which, and where each format's room begins.

A format is loaded when a schema of it is first used: a registry of JSON Schemas imports no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.format import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.documents import Document
    from schemareg.formats.format import Locate, Missing, SchemaFormat
    from schemareg.formats.verdict import Lookup


class FormatEntry(NamedTuple):
    """One format as the catalogue knows it before it is loaded."""

    name: str
    """As product.yaml writes it under `format`."""
    title: str
    endings: tuple[str, ...]
    """Of its files, the usual one first, each with its dot."""
    load: Callable[[], SchemaFormat]
    """Imports the format's room; called once."""
    rules: str = ""
    """The module that declares its rules as `RULES`; empty for none."""
    data_endings: tuple[str, ...] = ()
    """Of files of records that hold their own schema in this format."""


def _json_schema() -> SchemaFormat:
    from schemareg.formats.json_schema.format import FORMAT

    return FORMAT


def _avro() -> SchemaFormat:
    from schemareg.formats.avro.format import FORMAT

    return FORMAT


DEFAULT = FormatEntry(
    "json-schema",
    "JSON Schema",
    (".json", ".yaml", ".yml"),
    _json_schema,
    "schemareg.formats.json_schema.rules",
)
"""The format of a file whose ending no format has."""

BY_NAME: dict[str, FormatEntry] = {}
BY_ENDING: dict[str, FormatEntry] = {}
_loaded: dict[str, SchemaFormat] = {}


def register(entry: FormatEntry) -> None:
    """Add a format. Raises ValueError where another one has its name or one of its endings."""
    if entry.name in BY_NAME or not BY_ENDING.keys().isdisjoint(entry.endings):
        raise ValueError(f"a format called {entry.name}, or with one of its endings, exists")
    BY_NAME[entry.name] = entry
    BY_ENDING.update(dict.fromkeys(entry.endings, entry))


def unregister(name: str) -> None:
    """Remove a format again. Raises KeyError where there is none of this name."""
    entry = BY_NAME.pop(name)
    _loaded.pop(name, None)
    for ending in entry.endings:
        del BY_ENDING[ending]


def entry_of(path: str) -> FormatEntry:
    """The entry of the format that a schema file is written in, by its ending."""
    stem, dot, ending = path.rpartition(".")
    return BY_ENDING.get(f"{dot}{ending}" if stem else "", DEFAULT)


def format_of(path: str) -> SchemaFormat:
    """The format that a schema file is written in, by its ending."""
    return _load(entry_of(path))


def named(name: str) -> SchemaFormat:
    """The format of this name. Raises KeyError where there is none."""
    return _load(BY_NAME[name])


def format_of_data(path: str) -> SchemaFormat | None:
    """The format whose schemas a file of records holds itself, by its ending; None for others."""
    ending = path[path.rfind(".") :].lower()
    return next((_load(each) for each in BY_NAME.values() if ending in each.data_endings), None)


def parse(data: bytes, path: str) -> Document:
    """The document in a file of a registry. Raises InvalidFiles with every mistake of syntax.

    A file that is no schema has an ending of the default format, whose files are JSON or YAML.
    """
    entry = entry_of(path)
    if entry is not DEFAULT:
        return _load(entry).parse(data, path)
    from schemareg import documents

    return documents.parse(data, path)


def resolver_of(
    path: str, lookup: Lookup, locate: Locate, missing: Missing | None = None
) -> Resolver:
    """How references of a schema file are resolved: they lead to files of the same format only."""
    own = entry_of(path)
    return Resolver(
        lambda uri: lookup(uri) if entry_of(uri) is own else None,
        lambda *named: _of_format(own, locate(*named)),
        missing,
    )


def _of_format(own: FormatEntry, path: str | None) -> str | None:
    return path if path is not None and entry_of(path) is own else None


def rule_families() -> tuple[str, ...]:
    """The modules that declare rules of formats."""
    return tuple(entry.rules for entry in BY_NAME.values() if entry.rules)


def _load(entry: FormatEntry) -> SchemaFormat:
    known = _loaded.get(entry.name)
    if known is None:
        known = _loaded[entry.name] = entry.load()
    return known


register(DEFAULT)
register(FormatEntry("avro", "Avro", (".avsc",), _avro, "schemareg.formats.avro.rules", (".avro",)))
