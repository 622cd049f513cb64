"""Check documents against schemas: the one module that uses `jsonschema`."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.documents import bounded
from schemareg.documents.json_values import number_text
from schemareg.model import Mistake
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer


_MOST_HINTS = 50
"""Unknown keys of one object for which the nearest known key is computed; there can be any
number."""


class _SchemaError(NamedTuple):
    """One error of the library, with what its messages need."""

    keyword: str
    argument: Any
    value: JsonValue
    schema: dict[str, Any]
    pointer: Pointer
    of_name: bool
    """Whether a key was refused, not a value."""
    inner: tuple[tuple[int, _SchemaError], ...]
    """For alternatives: which branch, and what it refuses."""
    here: bool
    """For an alternative: whether it refuses the value itself, not a part of it."""


def mistakes(
    document: Document, schema: JsonValue, *, matches: Callable[[str, str], bool] | None = None
) -> tuple[Mistake, ...]:
    """Every mistake of a document against a schema (2020-12), in plain words, sorted.

    At most a bounded number; see `documents.bounded`.

    `matches` says whether a pattern (first) is found in a text; by default Python's `re` decides. A
    value whose schema has `writeOnly` is never shown. `patternErrorMessage`, which editors use too,
    explains a pattern.
    """
    return bounded(
        mistake
        for error in _validator(schema, matches).iter_errors(document.value)
        for mistake in _explained(document, _schema_error(error))
    )


def _validator(schema: JsonValue, matches: Callable[[str, str], bool] | None) -> Any:
    from jsonschema import Draft202012Validator

    if matches is None:
        return Draft202012Validator(schema)
    return _matching(matches)(schema)


@cache
def _matching(matches: Callable[[str, str], bool]) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(
        _validator: Any, pattern: str, instance: JsonValue, _schema: JsonValue
    ) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not matches(pattern, instance):
            yield ValidationError("does not match")

    return extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]


def _schema_error(error: Any) -> _SchemaError:
    return _SchemaError(
        keyword=str(error.validator),
        argument=error.validator_value,
        value=error.instance,
        schema=error.schema if isinstance(error.schema, dict) else {},
        pointer=tuple(error.absolute_path),
        of_name="propertyNames" in error.absolute_schema_path,
        inner=tuple((each.relative_schema_path[0], _schema_error(each)) for each in error.context),
        here=not error.relative_path,
    )


def _explained(document: Document, refusal: _SchemaError) -> Iterator[Mistake]:
    if refusal.of_name:
        yield _wrong_name(document, refusal)
    elif refusal.keyword == "additionalProperties" and refusal.argument is False:
        yield from _unknown_keys(document, refusal)
    elif refusal.keyword == "required":
        yield from _missing_keys(document, refusal)
    elif refusal.keyword in ("anyOf", "oneOf") and refusal.inner:
        yield from _no_branch(document, refusal)
    else:
        rule, what, remedy = _WORDS.get(refusal.keyword, _otherwise)(refusal)
        place = document.place(refusal.pointer)
        yield Mistake(place, rule, f"{_name(refusal.pointer)} {what}", remedy)


def _unknown_keys(document: Document, refusal: _SchemaError) -> Iterator[Mistake]:
    known = list(refusal.schema.get("properties", {}))
    unknown = [name for name in refusal.value if name not in known]
    for position, name in enumerate(unknown):
        near = nearest(name, known) if position < _MOST_HINTS else None
        allowed = f"Remove it; the keys here are {listed(known, last='and', limit=12)}"
        yield Mistake(
            document.place((*refusal.pointer, name), key=True),
            "key-unknown",
            f"{quoted(name)} is not a key of {_name(refusal.pointer)}",
            f"Did you mean {quoted(near)}?" if near else allowed,
        )


def _missing_keys(document: Document, refusal: _SchemaError) -> Iterator[Mistake]:
    known = refusal.schema.get("properties", {})
    missing = [name for name in refusal.argument if name not in refusal.value]
    for name in missing:
        said = known.get(name, {}).get("description", "")
        yield Mistake(
            document.place(refusal.pointer, key=True),
            "key-missing",
            f"{_name(refusal.pointer)} lacks {quoted(name)}",
            f"Add {name}: {said}".rstrip(": "),
        )


def _wrong_name(document: Document, refusal: _SchemaError) -> Mistake:
    return Mistake(
        document.place((*refusal.pointer, str(refusal.value)), key=True),
        "value-malformed",
        f"{quoted(refusal.value)} in {_name(refusal.pointer)} cannot be a name here",
        f"Write {_form(refusal)}",
    )


def _no_branch(document: Document, refusal: _SchemaError) -> Iterator[Mistake]:
    """Explain the alternative that has the right type; without one, list the types."""
    by_branch: dict[int, list[_SchemaError]] = {}
    for branch, inner in refusal.inner:
        by_branch.setdefault(branch, []).append(inner)
    typed = [each for each in by_branch.values() if not any(map(_of_type, each))]
    if len(typed) == 1:
        for inner in typed[0]:
            yield from _explained(document, inner)
        return
    sorts = [str(inner.argument) for _, inner in refusal.inner if _of_type(inner)]
    wanted = " or ".join(_SORTS.get(sort, sort) for sort in sorts) or "something else"
    yield Mistake(
        document.place(refusal.pointer),
        "value-wrong-type",
        f"{_name(refusal.pointer)} is {_sort(refusal.value)}, and must be {wanted}",
        f"Write {wanted}",
    )


def _of_type(refusal: _SchemaError) -> bool:
    return refusal.keyword == "type" and refusal.here


def _wrong_type(refusal: _SchemaError) -> tuple[str, str, str]:
    wanted = refusal.argument
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    text = " or ".join(_SORTS.get(name, name) for name in names)
    remedy = f"Write {text}"
    if "string" in names and isinstance(refusal.value, bool | int | Fraction):
        remedy = "Put the value in quotes"
        if not re.search(str(refusal.schema.get("pattern", "")), _sort(refusal.value).split()[-1]):
            remedy = f"Write {_form(refusal)}"
    return "value-wrong-type", f"is {_sort(refusal.value)}, and must be {text}", remedy


def _not_in_enum(refusal: _SchemaError) -> tuple[str, str, str]:
    allowed = [str(each) for each in refusal.argument]
    near = nearest(refusal.value, allowed) if isinstance(refusal.value, str) else None
    return (
        "value-not-allowed",
        f"is {_shown(refusal)}, and may be {listed(allowed)}",
        f"Did you mean {quoted(near)}?" if near else "Write one of these",
    )


def _not_const(refusal: _SchemaError) -> tuple[str, str, str]:
    wanted = refusal.argument
    return "value-not-allowed", f"is {_shown(refusal)}, and must be {wanted}", f"Write {wanted}"


def _malformed(refusal: _SchemaError) -> tuple[str, str, str]:
    form = _form(refusal)
    return "value-malformed", f"is {_shown(refusal)}, and must be {form}", f"Write {form}"


def _empty(refusal: _SchemaError) -> tuple[str, str, str]:
    return "value-malformed", "is empty", "Write a value, or leave the key out"


def _twice(refusal: _SchemaError) -> tuple[str, str, str]:
    items = refusal.value if isinstance(refusal.value, list) else []
    counts = Counter(item for item in items if isinstance(item, str))
    twice = sorted(item for item, count in counts.items() if count > 1)
    return "value-repeated", f"has {listed(twice, last='and')} more than once", "Keep each once"


def _otherwise(refusal: _SchemaError) -> tuple[str, str, str]:
    return (
        "value-malformed",
        f"is {_shown(refusal)}, which {quoted(refusal.keyword)} does not allow",
        "Correct the value: the schema of this kind of file says what it may be",
    )


_WORDS: dict[str, Callable[[_SchemaError], tuple[str, str, str]]] = {
    "type": _wrong_type,
    "enum": _not_in_enum,
    "const": _not_const,
    "pattern": _malformed,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "uniqueItems": _twice,
}

_SORTS = {
    "string": "text",
    "object": "a mapping of keys to values",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def _form(refusal: _SchemaError) -> str:
    said = refusal.schema.get("patternErrorMessage")
    return str(said) if said else f"text that matches {quoted(refusal.argument)}"


def _secret(refusal: _SchemaError) -> bool:
    return refusal.schema.get("writeOnly") is True


def _shown(refusal: _SchemaError) -> str:
    if _secret(refusal):
        return "something else"
    if isinstance(refusal.value, str):
        return quoted(refusal.value)
    return _sort(refusal.value)


def _sort(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "empty"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a mapping of keys to values"
    return "a list" if isinstance(value, list) else f"the number {number_text(value)[:24]}"


def _name(pointer: Pointer) -> str:
    text = ""
    for step in pointer:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + quoted(step)[1:-1]
    return text or "the file"
