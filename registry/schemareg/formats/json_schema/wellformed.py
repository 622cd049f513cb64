"""Is this document a schema of its draft? What the metaschemas require, and more.

The metaschemas are followed keyword by keyword through one table (`keywords`), so that a large
schema costs a millisecond and every fault is explained at the keyword itself. Beyond them: an
unknown draft, a pattern that is invalid in ECMA-262, an identifier that occurs twice.

Source: the metaschemas of drafts 04, 06, 07, 2019-09 and 2020-12; 2020-12 core, section 8.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats.json_schema.dialects import LABELS, Dialect, by_label, by_uri
from schemareg.formats.json_schema.keywords import KEYWORDS, TYPE_NAMES, Shape
from schemareg.formats.json_schema.references import Library, Location
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

PatternError = Callable[[str], "str | None"]
"""Why a pattern is invalid, or None where it is valid."""


MAX_FAULTS = 500


class Fault(NamedTuple):
    """One thing that is wrong with a schema."""

    pointer: Pointer
    rule: str
    what: str
    remedy: str
    key: bool = False
    """Whether the key at `pointer` is meant, not its value."""


class _Deviation(NamedTuple):
    """Where below a keyword something is not as required."""

    steps: Pointer
    what: str
    remedy: str


def find(
    value: JsonValue,
    dialect: Dialect = Dialect.DRAFT2020,
    *,
    pattern_error: PatternError | None = None,
) -> tuple[Fault, ...]:
    """Everything that is wrong with a schema, in document order; `dialect` where it names none.

    At most `MAX_FAULTS` faults: a file with more is something else. References are not resolved here: see
    `references.dangling`.
    """
    if not _is_schema(value, dialect):
        what = f"a schema is an object, and this is {_sort(value)}"
        return (Fault((), "schema-malformed", what, 'Write {"type": "object", …}'),)
    library = Library(dialect=dialect)
    root = library.open(value)
    every = (fault for here in root.walk() for fault in _faults(here, pattern_error))
    faults = list(islice(every, MAX_FAULTS))
    faults += [
        Fault(
            collision.pointer,
            "identifier-repeated",
            f"another schema of this file is called {quoted(collision.name)} already",
            "Give each its own name, and correct the references to it",
        )
        for collision in library.collisions(root)
    ]
    return tuple(faults)


def notices(value: JsonValue, dialect: Dialect = Dialect.DRAFT2020) -> tuple[Fault, ...]:
    """What is valid, but probably not intended: misspelled keywords, or keywords of another draft.

    Checks the first `MAX_FAULTS` names that are no keyword.
    """
    if not isinstance(value, dict | bool):
        return ()
    foreign = (
        (here, name)
        for here in Library(dialect=dialect).open(value).walk()
        if isinstance(here.value, dict)
        for name in here.value
        if name not in KEYWORDS[here.dialect] or name in _WITHOUT_EFFECT.get(here.dialect, ())
    )
    return tuple(
        fault for here, name in islice(foreign, MAX_FAULTS) for fault in _suspected(here, name)
    )


def _faults(here: Location, pattern_error: PatternError | None) -> Iterator[Fault]:
    schema, dialect = here.value, here.dialect
    if not isinstance(schema, dict):
        return
    table = KEYWORDS[dialect]
    for keyword, value in schema.items():
        shape = table.get(keyword)
        if shape is None:
            continue
        for steps, what, remedy in _SHAPES[shape](value, dialect):
            yield Fault(
                (*here.pointer, keyword, *steps),
                "schema-malformed",
                f"{_named(keyword, steps)} {what}",
                remedy if steps else _fix(keyword, value, dialect) or remedy,
            )
        if shape in (Shape.REGEX, Shape.SCHEMAS_BY_REGEX) and pattern_error is not None:
            yield from _bad_patterns(here, keyword, value, pattern_error)
    yield from _unknown_dialect(here)
    if dialect is Dialect.DRAFT4:
        yield from _lone_exclusive_bounds(here)


def _bad_patterns(
    here: Location, keyword: str, value: JsonValue, pattern_error: PatternError
) -> Iterator[Fault]:
    patterns = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    for pattern in patterns:
        why = pattern_error(pattern)
        if why is not None:
            by_name = keyword == "patternProperties"
            yield Fault(
                (*here.pointer, keyword, *((pattern,) if by_name else ())),
                "pattern-invalid",
                f"{quoted(pattern)} is not a regular expression of ECMA-262: {why}",
                "Correct the pattern; ECMA-262 is what JavaScript reads",
                key=by_name,
            )


def _unknown_dialect(here: Location) -> Iterator[Fault]:
    declared = here.value.get("$schema")
    root = not here.pointer
    if isinstance(declared, str) and by_uri(declared) is None and (root or "$id" in here.value):
        known = [dialect.uri for label in LABELS if (dialect := by_label(label))]
        near = nearest(declared, known)
        yield Fault(
            (*here.pointer, "$schema"),
            "dialect-unknown",
            f"{quoted(declared)} is not a known draft of JSON Schema",
            f"Did you mean {quoted(near)}?" if near else f"Write {listed(known)}",
        )


def _lone_exclusive_bounds(here: Location) -> Iterator[Fault]:
    for exclusive, bound in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        if exclusive in here.value and bound not in here.value:
            yield Fault(
                (*here.pointer, exclusive),
                "schema-malformed",
                f"{exclusive} is used without {bound}, which it belongs to in draft 4",
                f"Add {bound}, or remove {exclusive}",
                key=True,
            )


# --- shapes --------------------------------------------------------------------------------------


def _anything(_value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    return iter(())


def _string(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, str):
        yield _deviation(value, "a string")


def _boolean(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, bool):
        yield _deviation(value, "true or false")


def _number(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not _is_number(value):
        yield _deviation(value, "a number")


def _positive(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not _is_number(value) or value <= 0:
        yield _deviation(value, "a number above 0")


def _count(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        yield _deviation(value, "a whole number, 0 or more")


def _array(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, list):
        yield _deviation(value, "an array")


def _values(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, list):
        yield _deviation(value, "an array")
        return
    if not value:
        yield _Deviation((), "is empty", "Write at least one value, or remove the keyword")
    yield from _repeated(value)


def _names(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, list):
        yield _deviation(value, "an array of strings")
        return
    for position, name in enumerate(value):
        if not isinstance(name, str):
            yield _deviation(name, "a string", (position,))
    yield from _repeated(value)


def _some_names(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from _names(value, dialect)
    if value == []:
        what = "is empty, which draft 4 does not allow"
        yield _Deviation((), what, "Write at least one name, or remove the keyword")


def _names_by_name(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from _each(value, lambda item: _names(item, dialect))


def _booleans_by_name(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from _each(value, lambda item: _boolean(item, dialect))


def _type(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, list):
        if not isinstance(value, str) or value not in TYPE_NAMES:
            yield _no_type(value, ())
        return
    if not value:
        yield _Deviation((), "is empty", "Name at least one type, or remove the keyword")
    for position, name in enumerate(value):
        if not isinstance(name, str) or name not in TYPE_NAMES:
            yield _no_type(name, (position,))
    yield from _repeated(value)


def _anchor(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, str):
        yield _deviation(value, "a string")
    elif not _ANCHORS[dialect].fullmatch(value):
        what = f"is {quoted(value)}, and must be a plain name"
        yield _Deviation((), what, "Write a letter, then letters, digits, '-', '_' and '.'")


def _without_fragment(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, str):
        yield _deviation(value, "a string")
    elif "#" in value[:-1]:
        what = f"is {quoted(value)}, and must be a URI without a fragment"
        yield _Deviation((), what, "Remove what follows '#'; $anchor names a place in a schema")


def _schema(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    if not _is_schema(value, dialect):
        yield _deviation(value, "a schema", remedy=_AS_SCHEMA)


def _schema_or_boolean(value: JsonValue, _: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, dict | bool):
        yield _deviation(value, "a schema, true or false")


def _schemas(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, list):
        yield _deviation(value, "an array of schemas")
        return
    if not value:
        yield _Deviation((), "is empty", "Write at least one schema, or remove the keyword")
    for position, item in enumerate(value):
        if not _is_schema(item, dialect):
            yield _deviation(item, "a schema", (position,), _AS_SCHEMA)


def _schema_or_schemas(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from (_schemas if isinstance(value, list) else _schema)(value, dialect)


def _schemas_by_name(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    if not isinstance(value, dict):
        yield _deviation(value, "an object of schemas")
        return
    for name, item in value.items():
        # Most schemas take this path: no generator per schema.
        if not isinstance(item, dict) and not _is_schema(item, dialect):
            yield _deviation(item, "a schema", (name,), _AS_SCHEMA)


def _dependencies(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from _each(
        value, lambda item: (_names if isinstance(item, list) else _schema)(item, dialect)
    )


def _dependencies_of_draft4(value: JsonValue, dialect: Dialect) -> Iterator[_Deviation]:
    yield from _each(
        value, lambda item: (_some_names if isinstance(item, list) else _schema)(item, dialect)
    )


_SHAPES: dict[Shape, Callable[[JsonValue, Dialect], Iterator[_Deviation]]] = {
    Shape.ANYTHING: _anything,
    Shape.STRING: _string,
    Shape.URI: _string,
    Shape.REGEX: _string,
    Shape.BOOLEAN: _boolean,
    Shape.NUMBER: _number,
    Shape.POSITIVE: _positive,
    Shape.COUNT: _count,
    Shape.ARRAY: _array,
    Shape.VALUES: _values,
    Shape.TYPE: _type,
    Shape.NAMES: _names,
    Shape.SOME_NAMES: _some_names,
    Shape.NAMES_BY_NAME: _names_by_name,
    Shape.BOOLEANS_BY_NAME: _booleans_by_name,
    Shape.ANCHOR: _anchor,
    Shape.URI_WITHOUT_FRAGMENT: _without_fragment,
    Shape.SCHEMA: _schema,
    Shape.SCHEMA_OR_BOOLEAN: _schema_or_boolean,
    Shape.SCHEMAS: _schemas,
    Shape.SCHEMA_OR_SCHEMAS: _schema_or_schemas,
    Shape.SCHEMAS_BY_NAME: _schemas_by_name,
    Shape.SCHEMAS_BY_REGEX: _schemas_by_name,
    Shape.SCHEMAS_OR_NAMES_BY_NAME: _dependencies,
    Shape.SCHEMAS_OR_SOME_NAMES_BY_NAME: _dependencies_of_draft4,
}

_ANCHORS = {
    Dialect.DRAFT2019: re.compile(r"[A-Za-z][-A-Za-z0-9.:_]*"),
    Dialect.DRAFT2020: re.compile(r"[A-Za-z_][-A-Za-z0-9._]*"),
}
_AS_SCHEMA = 'Write a schema, as {"type": "string"}'

_FIXES = {
    ("exclusiveMinimum", bool): (
        Dialect.DRAFT6,
        "Since draft 6 it is the bound itself: write it instead of minimum",
    ),
    ("exclusiveMaximum", bool): (
        Dialect.DRAFT6,
        "Since draft 6 it is the bound itself: write it instead of maximum",
    ),
    ("required", bool): (
        Dialect.DRAFT4,
        "List the name under required of the object that holds this property",
    ),
    ("items", list): (
        Dialect.DRAFT2020,
        "Since 2020-12 the schemas of the first items are under prefixItems",
    ),
}
"""Keyword and type of its value to how to fix the form of an earlier draft, and since when."""

_OTHER_NAMES = {
    **dict.fromkeys(("int", "long", "bigint", "int32", "int64"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "numeric"), "number"),
    **dict.fromkeys(("str", "text", "varchar", "uuid"), "string"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("list",), "array"),
    **dict.fromkeys(("map", "dict", "record", "struct"), "object"),
    **dict.fromkeys(("none", "nil"), "null"),
}
_MOMENTS = {"date": "date", "datetime": "date-time", "timestamp": "date-time", "time": "time"}


def _fix(keyword: str, value: JsonValue, dialect: Dialect) -> str:
    since, fix = _FIXES.get((keyword, type(value)), (dialect, ""))
    return fix if dialect >= since else ""


def _no_type(value: JsonValue, steps: Pointer) -> _Deviation:
    if not isinstance(value, str):
        return _deviation(value, "the name of a type", steps)
    name = value.lower()
    remedy = f"Write {listed(TYPE_NAMES)}"
    if name in _MOMENTS:
        remedy = f'Write "type": "string", "format": "{_MOMENTS[name]}"'
    else:
        near = _OTHER_NAMES.get(name) or nearest(value, TYPE_NAMES)
        if near:
            remedy = f"Did you mean {quoted(near)}?"
    return _Deviation(steps, f"is {quoted(value)}, which is not a type", remedy)


def _deviation(value: JsonValue, wanted: str, steps: Pointer = (), remedy: str = "") -> _Deviation:
    return _Deviation(
        steps, f"is {_sort(value)}, and must be {wanted}", remedy or f"Write {wanted}"
    )


def _each(
    value: JsonValue, check: Callable[[JsonValue], Iterator[_Deviation]]
) -> Iterator[_Deviation]:
    if not isinstance(value, dict):
        yield _deviation(value, "an object")
        return
    for name, item in value.items():
        for steps, what, remedy in check(item):
            yield _Deviation((name, *steps), what, remedy)


def _repeated(value: list[JsonValue]) -> Iterator[_Deviation]:
    seen = set()
    for position, item in enumerate(value):
        key = json_values.key(item)
        if key in seen:
            yield _Deviation((position,), "is in the array already", "Keep one of the two")
        seen.add(key)


def _is_schema(value: JsonValue, dialect: Dialect) -> bool:
    return isinstance(value, dict) or (isinstance(value, bool) and dialect > Dialect.DRAFT4)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _named(keyword: str, steps: Pointer) -> str:
    indices = "".join(f"[{step}]" for step in steps if isinstance(step, int))
    names = [quoted(step) for step in steps if isinstance(step, str)]
    return f"{names[0]}{indices} under {keyword}" if names else f"{keyword}{indices}"


def _sort(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"the string {quoted(value, 40)}"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    return f"the number {json_values.number_text(value)[:24]}"


# --- notices -------------------------------------------------------------------------------------

_EVERY_KEYWORD = sorted({name for table in KEYWORDS.values() for name in table})
_WITHOUT_EFFECT = {
    Dialect.DRAFT2019: {"dependencies": "dependentRequired or dependentSchemas"},
    Dialect.DRAFT2020: {
        "dependencies": "dependentRequired or dependentSchemas",
        "additionalItems": "items, with the first items under prefixItems",
        "$recursiveRef": "$dynamicRef",
        "$recursiveAnchor": "$dynamicAnchor",
    },
}
_ELSEWHERE = {"nullable": 'Add "null" to the types of this schema'}
"""Keywords of languages related to JSON Schema, and the keyword that says the same here."""
_FAMILIAR = frozenset(("example", "name", "tag", "tags", "type_", "unit", "self"))
"""Annotations that others use on purpose and that resemble a misspelled keyword."""


def _suspected(here: Location, name: str) -> Iterator[Fault]:
    dialect = here.dialect
    successor = _WITHOUT_EFFECT.get(dialect, {}).get(name)
    pointer = (*here.pointer, name)
    if successor is not None:
        what = f"{name} has no effect in {dialect.label}"
        remedy = f"Write {successor}"
        yield Fault(pointer, "keyword-of-another-draft", what, remedy, key=True)
        return
    if name in _ELSEWHERE:
        what = f"{name} is not a keyword of JSON Schema, so it has no effect"
        yield Fault(pointer, "keyword-of-another-draft", what, _ELSEWHERE[name], key=True)
        return
    if name in _FAMILIAR or name.startswith(("x-", "x_")):
        return
    if name in _EVERY_KEYWORD:
        drafts = [each.label for each in KEYWORDS if name in KEYWORDS[each]]
        what = f"{name} has no effect in {dialect.label}; it is a keyword of {', '.join(drafts)}"
        remedy = "Use a keyword of this draft, or name the other draft with $schema"
        yield Fault(pointer, "keyword-of-another-draft", what, remedy, key=True)
        return
    near = _near(name, dialect)
    if near is not None:
        what = f"{quoted(name)} is not a keyword, so it has no effect"
        yield Fault(
            pointer, "keyword-unknown-near", what, f"Did you mean {quoted(near)}?", key=True
        )


def _near(name: str, dialect: Dialect) -> str | None:
    import difflib

    found = difflib.get_close_matches(name[:40], KEYWORDS[dialect], n=1, cutoff=0.8)
    return found[0] if found else None
