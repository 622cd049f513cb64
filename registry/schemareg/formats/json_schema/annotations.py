"""What of a schema is words: annotations that tell people something and no validator anything.

Two schemas of the same meaning accept the same records; a version that changes words only is a
patch. What a keyword nobody knows may mean (`unit`, `x-…`) we cannot tell, so it is no word.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.formats.field import MEANINGS
from schemareg.formats.json_schema import keywords, uris
from schemareg.formats.json_schema.dialects import Dialect, by_uri
from schemareg.model.place import pointer_text
from schemareg.model.targets import Inside, Matching, field_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer
    from schemareg.model.targets import Step

WORDS = frozenset({"title", "description", "examples", "$comment", "default", "deprecated"})
"""Source: JSON Schema 2020-12, Validation, section 9; Core, section 8.3."""

_MEANT = frozenset(
    {
        *("format", "readOnly", "writeOnly"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    }
)
"""Keywords that validators pass over, by default or always, and that readers go by."""

_UNORDERED = frozenset({"required", "enum", "type"})


def by_field(document: JsonValue) -> dict[str, dict[str, JsonValue]]:
    """What is said of each field: known annotations, and keywords that no draft knows."""
    dialect = dialect_of(document)
    known = keywords.KEYWORDS[dialect]
    return {
        _label(pointer): {
            name: value
            for name, value in schema.items()
            if name in WORDS or (name not in known and not name.startswith("$"))
        }
        for pointer, schema in schemas(document, dialect)
        if isinstance(schema, dict)
    }


def _label(pointer: Pointer) -> str:
    """A field's path where the pointer leads to one by name alone, else the pointer."""
    steps: list[Step] = []
    rest = list(pointer)
    while rest:
        keyword = rest.pop(0)
        if keyword == "properties" and rest:
            steps.append(str(rest.pop(0)))
        elif keyword == "items" and (not rest or not isinstance(rest[0], int)):
            steps.append(None)
        elif keyword == "patternProperties" and rest:
            steps.append(Matching(str(rest.pop(0))))
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            steps.append(Inside.VALUES)
        elif keyword in ("items", "prefixItems") and rest and isinstance(rest[0], int):
            steps.append(int(rest.pop(0)))
        elif keyword == "contains":
            steps.append(Inside.CONTAINS)
        elif keyword == "contentSchema":
            steps.append(Inside.CONTENT)
        else:
            return pointer_text(pointer)
    return field_text(tuple(steps))


def may_reintroduce(documents: Sequence[JsonValue]) -> bool:
    """Whether the last document has a name that the one before it has not, and an earlier one has.

    Always where a reference leads out of one of them.
    """
    *earlier, previous, own = documents
    if any(map(reaches_out, documents)):
        return True
    # Without references, the property around a name tells two fields of one name apart.
    referring = any(True for each in (own, previous) for _ in references_in(each))
    names: Callable[[JsonValue], Any] = property_names if referring else nested_names
    added = names(own) - names(previous)
    return bool(added) and any(not added.keys().isdisjoint(names(each)) for each in earlier)


def words_only(before: JsonValue, after: JsonValue) -> bool:
    """Whether two schema documents differ in words, in order or not at all."""
    return json_values.key(meaning(before)) == json_values.key(meaning(after))


def meaning(document: JsonValue) -> JsonValue:
    """A schema document without its words, sets in one order.

    The document's own identifier goes too where no reference could notice.
    """
    if not isinstance(document, dict):
        return document
    dialect = dialect_of(document)
    references = list(references_in(document))
    if any(_reads_words(text) for text in references):
        return document
    stripped = _stripped(document, dialect)
    if all(text.startswith("#") for text in references):
        stripped.pop("id" if dialect is Dialect.DRAFT4 else "$id", None)
    return stripped


def reaches_out(document: JsonValue) -> bool:
    """Whether some reference of a document leads out of it, or may."""
    return any(not text.startswith("#") for text in references_in(document))


def property_names(document: JsonValue) -> Counter[str]:
    """Every name that a document declares under `properties`, and in how many places."""
    return Counter(
        name
        for _, schema in schemas(document, dialect_of(document))
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict)
        for name in schema["properties"]
    )


def nested_names(document: JsonValue) -> Counter[tuple[str, str]]:
    """The same, each with the property that it stands in: of a document without references."""
    return Counter(
        (_around(pointer), name)
        for pointer, schema in schemas(document, dialect_of(document))
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict)
        for name in schema["properties"]
    )


def _around(pointer: Pointer) -> str:
    """The property that a schema describes, or `""` for the root."""
    for position in range(len(pointer) - 1, 0, -1):
        if pointer[position - 1] == "properties":
            return str(pointer[position])
    return ""


def meanings_kept(before: JsonValue, after: JsonValue) -> bool:
    """Whether all that a document says of the meaning of fields, its later one says at that place.

    Cheap: where not, the fields themselves tell what came of it.
    """
    later = dict(_meanings(after))
    return all(later.get(place) == value for place, value in _meanings(before))


def _meanings(document: JsonValue) -> Iterator[tuple[tuple[Pointer, str], str]]:
    for pointer, schema in schemas(document, dialect_of(document)):
        if isinstance(schema, dict):
            for keyword in MEANINGS:
                if keyword in schema:
                    yield (pointer, keyword), json_values.render(schema[keyword], ordered=True)


def unjudged(document: JsonValue) -> tuple[str, ...]:
    """What a document says that is no word and that no validator judges, sorted.

    Units, formats, keywords of one's own: two schemas that accept the same records may still mean
    something else by them.
    """
    dialect = dialect_of(document)
    known = keywords.KEYWORDS[dialect].keys() - _MEANT
    return tuple(
        sorted(
            f"{name}={json_values.render(value, ordered=True)}"
            for _, schema in schemas(document, dialect)
            if isinstance(schema, dict)
            for name, value in schema.items()
            if name not in known and name not in WORDS
        )
    )


def dialect_of(document: JsonValue) -> Dialect:
    """The dialect that a document's `$schema` names; 2020-12 where it names none."""
    named = document.get("$schema") if isinstance(document, dict) else None
    return (by_uri(named) if isinstance(named, str) else None) or Dialect.DRAFT2020


def schemas(document: JsonValue, dialect: Dialect) -> Iterator[tuple[Pointer, JsonValue]]:
    """Every schema of a document with its pointer, each before those inside it."""
    pending: list[tuple[Pointer, JsonValue]] = [((), document)]
    while pending:
        pointer, schema = pending.pop()
        yield pointer, schema
        inner = [(pointer + steps, each) for steps, each in keywords.subschemas(schema, dialect)]
        pending += reversed(inner)


def references_in(document: JsonValue) -> Iterator[str]:
    """Every reference that a document makes, as it is written."""
    dialect = dialect_of(document)
    for _, schema in schemas(document, dialect):
        for keyword in keywords.REFERENCES[dialect]:
            text = schema.get(keyword) if isinstance(schema, dict) else None
            if isinstance(text, str):
                yield text


def _reads_words(reference: str) -> bool:
    """Whether a reference leads into an annotation, which makes a schema of it."""
    fragment = uris.decoded(reference.partition("#")[2]) or ""
    return not WORDS.isdisjoint(uris.tokens(fragment) or ())


def _stripped(schema: dict[str, JsonValue], dialect: Dialect) -> dict[str, JsonValue]:
    kept = {name: _settled(name, each) for name, each in schema.items() if name not in WORDS}
    for (keyword, *rest), inner in keywords.subschemas(schema, dialect):
        if not isinstance(inner, dict):
            continue
        name = str(keyword)
        if not rest:
            kept[name] = _stripped(inner, dialect)
            continue
        if kept[name] is schema[name]:
            kept[name] = kept[name].copy()
        kept[name][rest[0]] = _stripped(inner, dialect)
    return kept


def _settled(keyword: str, value: JsonValue) -> JsonValue:
    if keyword in _UNORDERED and isinstance(value, list):
        names = all(isinstance(each, str) for each in value)
        ordered = sorted(value, key=None if names else _ordered_text)
        return ordered[0] if keyword == "type" and len(ordered) == 1 else ordered
    return value


def _ordered_text(value: JsonValue) -> str:
    return json_values.render(value, ordered=True)
