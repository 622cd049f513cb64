"""The independent check of a witness: `jsonschema` reads both schemas as their drafts say.

Two things are ours there, and the same on both sides of the claim: patterns are ECMA-262's, not
Python's, and numbers are exact. Everything else is the library's own reading.
"""

from __future__ import annotations

import re
import sys
import time
from contextlib import suppress
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from schemareg.formats.json_schema import uris
from schemareg.formats.json_schema.dialects import Dialect, by_label, by_uri
from schemareg.formats.json_schema.references import Library
from schemareg.regex import OverBudget, PatternError
from schemareg.regex import compile as compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Locate
    from schemareg.formats.verdict import Lookup, SchemaSource


_FRAMES = 3_000
"""The validator's generators need room on the C stack, which Python does not guard for them."""

_QUANTIFIED_GROUP = re.compile(r"\)[*+?{]|\\[1-9]")


class Referee:
    """One schema as the independent validator reads it."""

    def __init__(
        self,
        source: SchemaSource,
        lookup: Lookup | None = None,
        locate: Locate | None = None,
        *,
        formats: bool = False,
    ) -> None:
        self._validator = None
        with suppress(*_NOT_OURS):
            self._validator = _validator(source, lookup, locate, formats)

    def accepts(self, value: JsonValue, seconds: float = 2.0) -> bool | None:
        """Whether the validator accepts the value; None where it cannot tell within the time."""
        if self._validator is None:
            return None
        _CLOCK.deadline = time.thread_time() + seconds
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(_FRAMES)
        try:
            return bool(self._validator.is_valid(value))
        except (OverBudget, PatternError, RecursionError, re.error, *_NOT_OURS):
            return None
        except Exception as problem:
            # The library raises errors of several packages for references and odd schemas.
            if type(problem).__module__.partition(".")[0] in ("jsonschema", "referencing"):
                return None
            raise
        finally:
            sys.setrecursionlimit(before)


_NOT_OURS = (AttributeError, TypeError, ValueError, KeyError, IndexError)
"""What the library raises for a schema that is not well formed: then it cannot tell."""


def _validator(
    source: SchemaSource, lookup: Lookup | None, locate: Locate | None, formats: bool
) -> Any:
    from jsonschema_specifications import REGISTRY as SPECIFICATIONS
    from referencing import Registry
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import specification_with

    default = by_label(source.dialect) or Dialect.DRAFT2020
    library = Library(lookup, locate, dialect=default)
    root, dialect = _without_dialect(_named(library, source.value, source.uri), default)

    def retrieve(uri: str) -> Any:
        value = lookup(uri) if lookup else None
        if value is None:
            if uri in SPECIFICATIONS:
                return SPECIFICATIONS[uri]
            raise NoSuchResource(uri)
        value = _named(library, value, uri)
        inner, own = _without_dialect(value, default)
        return specification_with(own.uri).create_resource(inner if own is dialect else value)

    resource = specification_with(dialect.uri).create_resource(root)
    registry: Any = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    registry = registry.with_resource(source.uri, resource)
    return _class(dialect)(
        root,
        _resolver=registry.resolver(source.uri).in_subresource(resource),
        registry=registry,
        format_checker=_format_checker() if formats else None,
    )


def _named(library: Library, value: JsonValue, uri: str) -> JsonValue:
    """The schema with each `reg:` reference written as the path of the file that it names.

    A document that was fetched under its name would count its own relative references from there.
    """
    if not isinstance(value, dict):
        return value
    renamed = {}
    for here in library.open(value, uri).walk():
        for keyword, reference in here.references():
            if uris.scheme_of(reference) == "reg":
                renamed[*here.pointer, keyword] = library.absolute(here, reference)
    if not renamed:
        return value
    copy = deepcopy(value)
    for pointer, absolute in renamed.items():
        holder = copy
        for step in pointer[:-1]:
            holder = holder[step]
        holder[pointer[-1]] = absolute
    return copy


def _without_dialect(value: JsonValue, default: Dialect) -> tuple[JsonValue, Dialect]:
    """The schema without its `$schema`, and the dialect that it names.

    The library picks a class of its own for a schema that has one, and with it Python's patterns.
    """
    declared = value.get("$schema") if isinstance(value, dict) else None
    if not isinstance(declared, str):
        return value, default
    return {name: each for name, each in value.items() if name != "$schema"}, (
        by_uri(declared) or default
    )


@cache
def _class(dialect: Dialect) -> Any:
    import jsonschema
    from jsonschema.validators import extend

    base = {
        Dialect.DRAFT4: jsonschema.Draft4Validator,
        Dialect.DRAFT6: jsonschema.Draft6Validator,
        Dialect.DRAFT7: jsonschema.Draft7Validator,
        Dialect.DRAFT2019: jsonschema.Draft201909Validator,
        Dialect.DRAFT2020: jsonschema.Draft202012Validator,
    }[dialect]
    keywords = {
        **{
            keyword: _timed(base.VALIDATORS[keyword])
            for keyword in ("$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf")
            if keyword in base.VALIDATORS
        },
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    }
    if "additionalItems" in base.VALIDATORS:
        keywords["additionalItems"] = _additional_items
    if dialect >= Dialect.DRAFT2019:
        keywords["unevaluatedProperties"] = _unevaluated_properties
    return extend(base, keywords)  # type: ignore[no-untyped-call]


class _Clock:
    """Until when a validation may take; references can make a small schema exponential work."""

    deadline = 0.0


_CLOCK = _Clock()


def _timed(keyword: Any) -> Any:
    def timed(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if time.thread_time() > _CLOCK.deadline:
            raise OverBudget("the independent validator takes too long")
        return keyword(validator, value, instance, schema)

    return timed


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not compile_pattern(pattern).search(instance):
        yield ValidationError("does not match")


def _pattern_properties(
    validator: Any, schemas: dict[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    if isinstance(instance, dict):
        for pattern, subschema in schemas.items():
            for name, value in instance.items():
                if compile_pattern(pattern).search(name):
                    yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, additional: Any, instance: Any, schema: Any
) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(instance, dict):
        return
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in properties or any(compile_pattern(each).search(name) for each in patterns):
            continue
        if additional is False:
            yield ValidationError("not allowed")
        else:
            yield from validator.descend(value, additional, path=name)


def _additional_items(validator: Any, additional: Any, instance: Any, schema: Any) -> Iterator[Any]:
    first = schema.get("items")
    if isinstance(instance, list) and isinstance(first, list):
        for index, item in enumerate(instance[len(first) :], len(first)):
            yield from validator.descend(item, additional, path=index)


def _unevaluated_properties(
    validator: Any, unevaluated: Any, instance: Any, schema: Any
) -> Iterator[Any]:
    """The library's own, unless a pattern might keep Python's backtracking busy for ever.

    Its reading for 2019-09 takes the keywords of an `additionalProperties` for names of properties;
    the one for 2020-12 is right, and the same where nothing refers back recursively.
    """
    from jsonschema import Draft201909Validator, Draft202012Validator

    recursive = False
    for part in _parts(schema):
        recursive = recursive or "$recursiveRef" in part
        patterns = part.get("patternProperties")
        for pattern in patterns if isinstance(patterns, dict) else ():
            if _QUANTIFIED_GROUP.search(pattern):
                raise OverBudget("a pattern of names beside unevaluatedProperties")
    official = Draft201909Validator if recursive else Draft202012Validator
    yield from (
        official.VALIDATORS["unevaluatedProperties"](validator, unevaluated, instance, schema) or ()
    )


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a schema."""
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


@cache
def _format_checker() -> Any:
    from jsonschema import FormatChecker

    from schemareg.formats.json_schema.solver import string_formats

    checker = FormatChecker(formats=())
    for name in string_formats.KNOWN:
        checker.checks(name)(_check(name))
    return checker


def _check(name: str) -> Any:
    from schemareg.formats.json_schema.solver import string_formats

    return lambda value: not isinstance(value, str) or string_formats.conforms(name, value)
