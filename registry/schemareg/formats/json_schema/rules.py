"""The compatibility rules: each names one reason why a reader refuses what it accepted before.

The solver has found a record and the keyword that refuses it; here the refusal gets its rule, its
message and its fix. A refusal that no rule names is still a finding: `refused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemareg.documents.json_values import render
from schemareg.rules.rule import CompatibilityRule, Example, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.formats.json_schema.solver.compile import Compiler
    from schemareg.formats.json_schema.solver.locations import ScopedLocation
    from schemareg.formats.json_schema.solver.refusals import Refusal
    from schemareg.model import Pointer

_VALIDATION = "JSON Schema 2020-12, Validation, section "
_CORE = "JSON Schema 2020-12, Core, section "


@dataclass(frozen=True, slots=True)
class NamedRefusal:
    """A refusal with the id of its rule, its message and its fix."""

    rule: str
    message: str
    remedy: str
    forward: str
    """The message where the older schema is the reader."""


def _string(**keywords: object) -> dict[str, object]:
    return {"type": "string", **keywords}


def _number(**keywords: object) -> dict[str, object]:
    return {"type": "number", **keywords}


NAMED: tuple[CompatibilityRule, ...] = (
    CompatibilityRule(
        id="property-required",
        title="A property became required",
        rationale="Records written before the change may not have the property; the reader refuses them.",
        remedy="Keep the property optional, or open a new major line.",
        source=_VALIDATION + "6.5.3",
        keywords=("required",),
        breaking=Example({"type": "object"}, {"type": "object", "required": ["id"]}, {}),
        harmless=Example({"required": ["id"], "type": "object"}, {"type": "object"}),
    ),
    CompatibilityRule(
        id="type-narrowed",
        title="A type is no longer accepted",
        rationale="The writer may write a value of a type that the reader does not accept.",
        remedy="Keep accepting the old type beside the new one, or add a new property instead.",
        source=_VALIDATION + "6.1.1",
        keywords=("type",),
        breaking=Example({"type": ["string", "null"]}, {"type": "string"}, None),
        harmless=Example({"type": "integer"}, {"type": "number"}),
    ),
    CompatibilityRule(
        id="enum-value-removed",
        title="A value is no longer in the list",
        rationale="The writer may write a value that the reader's list does not have.",
        remedy="Keep the value in the list until its sunset.",
        source=_VALIDATION + "6.1.2",
        keywords=("enum",),
        breaking=Example({"enum": ["a", "b"]}, {"enum": ["a"]}, "b"),
        harmless=Example({"enum": ["a"]}, {"enum": ["b", "a"]}),
    ),
    CompatibilityRule(
        id="const-changed",
        title="The only accepted value changed",
        rationale="The writer may write a value other than the only one that the reader accepts.",
        remedy="Accept both: replace `const` by an `enum` of the old and the new value.",
        source=_VALIDATION + "6.1.3",
        keywords=("const",),
        breaking=Example({"const": 1}, {"const": 2}, 1),
        harmless=Example({"const": 1}, {"const": 1.0}),
    ),
    CompatibilityRule(
        id="minimum-raised",
        title="The lower bound was raised",
        rationale="The writer may write a number below the reader's lower bound.",
        remedy="Keep the old bound, or open a new major line.",
        source=_VALIDATION + "6.2.4",
        keywords=("minimum", "exclusiveMinimum"),
        breaking=Example(_number(minimum=0), _number(minimum=1), 0),
        harmless=Example(_number(minimum=1), _number(exclusiveMinimum=0)),
    ),
    CompatibilityRule(
        id="maximum-lowered",
        title="The upper bound was lowered",
        rationale="The writer may write a number above the reader's upper bound.",
        remedy="Keep the old bound, or open a new major line.",
        source=_VALIDATION + "6.2.2",
        keywords=("maximum", "exclusiveMaximum"),
        breaking=Example(
            {"type": "integer", "minimum": 9, "maximum": 10}, _number(exclusiveMaximum=10), 10
        ),
        harmless=Example(_number(maximum=9), _number(maximum=10)),
    ),
    CompatibilityRule(
        id="multiple-narrowed",
        title="Fewer multiples are accepted",
        rationale="The writer may write a number that is not a multiple of the reader's step.",
        remedy="Keep the old step or a divisor of it.",
        source=_VALIDATION + "6.2.1",
        keywords=("multipleOf",),
        breaking=Example(_number(multipleOf=2, minimum=2, maximum=2), _number(multipleOf=4), 2),
        harmless=Example(_number(multipleOf=0.3), _number(multipleOf=0.1)),
    ),
    CompatibilityRule(
        id="min-length-raised",
        title="Short strings are no longer accepted",
        rationale="The writer may write a string shorter than the reader accepts.",
        remedy="Keep the old length, or open a new major line.",
        source=_VALIDATION + "6.3.2",
        keywords=("minLength",),
        breaking=Example(_string(), _string(minLength=1), ""),
        harmless=Example(_string(minLength=2), _string(minLength=1)),
    ),
    CompatibilityRule(
        id="max-length-lowered",
        title="Long strings are no longer accepted",
        rationale="The writer may write a string longer than the reader accepts.",
        remedy="Keep the old length, or open a new major line.",
        source=_VALIDATION + "6.3.1",
        keywords=("maxLength",),
        breaking=Example(_string(pattern="^aa$"), _string(maxLength=1), "aa"),
        harmless=Example(_string(maxLength=1), _string(maxLength=2)),
    ),
    CompatibilityRule(
        id="pattern-narrowed",
        title="Fewer strings match the pattern",
        rationale="The writer may write a string that the reader's pattern does not match.",
        remedy="Loosen the pattern so that it matches everything that the old one matched.",
        source=_VALIDATION + "6.3.3",
        keywords=("pattern",),
        breaking=Example(_string(pattern="^ab?$"), _string(pattern="^ab$"), "a"),
        harmless=Example(_string(pattern="^[a-f]+$"), _string(pattern="^[a-z]*$")),
    ),
    CompatibilityRule(
        id="format-narrowed",
        title="Strings must have a format now",
        rationale="The writer may write a string that does not have the reader's format.",
        remedy="Leave the format as an annotation, or open a new major line.",
        source=_VALIDATION + "7",
        keywords=("format",),
        breaking=Example(_string(), _string(format="date"), "2023-02-29"),
        harmless=Example(_string(format="date"), _string()),
    ),
    CompatibilityRule(
        id="property-removed",
        title="A property is refused now",
        rationale="The writer may write a property that the reader no longer lists, and the reader"
        " refuses what it does not list.",
        remedy="Keep the property, or accept additional properties.",
        source=_CORE + "10.3.2.3",
        keywords=("additionalProperties", "unevaluatedProperties"),
        breaking=Example(
            {
                "type": "object",
                "properties": {"a": {"const": 1}},
                "required": ["a"],
                "additionalProperties": False,
            },
            {"type": "object", "additionalProperties": False},
            {"a": 1},
        ),
        harmless=Example(
            {"type": "object", "additionalProperties": False},
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
        ),
    ),
    CompatibilityRule(
        id="additional-properties-closed",
        title="Properties that are not listed are refused now",
        rationale="The writer may write properties of any name; the reader accepts only its own.",
        remedy="Leave the schema open: remove `additionalProperties: false`.",
        source=_CORE + "10.3.2.3",
        keywords=("additionalProperties", "unevaluatedProperties"),
        breaking=Example(
            {"type": "object", "minProperties": 1, "propertyNames": {"const": "x"}},
            {"type": "object", "additionalProperties": False},
            {"x": None},
        ),
        harmless=Example(
            {"type": "object", "additionalProperties": False},
            {"type": "object", "additionalProperties": True},
        ),
    ),
    CompatibilityRule(
        id="value-forbidden",
        title="No value is accepted at a place",
        rationale="The reader's schema for this place is `false`: it accepts no value.",
        remedy="Accept the property again, or open a new major line.",
        source=_CORE + "4.3.2",
        keywords=("false",),
        breaking=Example(
            {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}},
            {"properties": {"a": False}},
            {"a": 1},
        ),
        harmless=Example({"properties": {"a": False}}, {"properties": {"a": True}}),
    ),
    CompatibilityRule(
        id="property-names-narrowed",
        title="Fewer property names are accepted",
        rationale="The writer may write a property whose name the reader refuses.",
        remedy="Loosen `propertyNames` so that the old names still fit.",
        source=_CORE + "10.3.2.4",
        keywords=("propertyNames",),
        breaking=Example({"const": {"ab": 1}}, {"propertyNames": {"maxLength": 1}}, {"ab": 1}),
        harmless=Example({"propertyNames": {"maxLength": 1}}, {"propertyNames": {"maxLength": 2}}),
    ),
    CompatibilityRule(
        id="min-properties-raised",
        title="Small objects are no longer accepted",
        rationale="The writer may write an object with fewer properties than the reader accepts.",
        remedy="Keep the old count, or open a new major line.",
        source=_VALIDATION + "6.5.2",
        keywords=("minProperties",),
        breaking=Example({"type": "object"}, {"minProperties": 1}, {}),
        harmless=Example({"type": "object", "minProperties": 2}, {"minProperties": 1}),
    ),
    CompatibilityRule(
        id="max-properties-lowered",
        title="Large objects are no longer accepted",
        rationale="The writer may write an object with more properties than the reader accepts.",
        remedy="Keep the old count, or open a new major line.",
        source=_VALIDATION + "6.5.1",
        keywords=("maxProperties",),
        breaking=Example({"const": {"a": 1}}, {"maxProperties": 0}, {"a": 1}),
        harmless=Example({"type": "object", "maxProperties": 1}, {"maxProperties": 2}),
    ),
    CompatibilityRule(
        id="dependency-added",
        title="One property now needs another",
        rationale="The writer may write one without the other; the reader refuses it.",
        remedy="Keep the other optional, or open a new major line.",
        source=_VALIDATION + "6.5.4",
        keywords=("dependentRequired", "dependencies"),
        breaking=Example({"const": {"a": 1}}, {"dependentRequired": {"a": ["b"]}}, {"a": 1}),
        harmless=Example({"required": ["b"]}, {"dependentRequired": {"a": ["b"]}}),
    ),
    CompatibilityRule(
        id="min-items-raised",
        title="Short arrays are no longer accepted",
        rationale="The writer may write an array with fewer items than the reader accepts.",
        remedy="Keep the old count, or open a new major line.",
        source=_VALIDATION + "6.4.2",
        keywords=("minItems",),
        breaking=Example({"type": "array"}, {"minItems": 1}, []),
        harmless=Example({"type": "array", "minItems": 2}, {"minItems": 1}),
    ),
    CompatibilityRule(
        id="max-items-lowered",
        title="Long arrays are no longer accepted",
        rationale="The writer may write an array with more items than the reader accepts.",
        remedy="Keep the old count, or open a new major line.",
        source=_VALIDATION + "6.4.1",
        keywords=("maxItems",),
        breaking=Example({"const": [1, 2]}, {"maxItems": 1}, [1, 2]),
        harmless=Example({"type": "array", "maxItems": 1}, {"maxItems": 2}),
    ),
    CompatibilityRule(
        id="unique-items-added",
        title="Items must be different now",
        rationale="The writer may write the same item twice; the reader refuses it.",
        remedy="Keep accepting repeated items, or open a new major line.",
        source=_VALIDATION + "6.4.3",
        keywords=("uniqueItems",),
        breaking=Example({"const": [1, 1]}, {"uniqueItems": True}, [1, 1]),
        harmless=Example({"type": "array", "maxItems": 1}, {"uniqueItems": True}),
    ),
    CompatibilityRule(
        id="items-closed",
        title="Further items are refused now",
        rationale="The writer may write more items than the reader lists, and it accepts no others.",
        remedy="Accept further items, or open a new major line.",
        source=_CORE + "10.3.1.2",
        keywords=("items", "additionalItems", "unevaluatedItems"),
        breaking=Example({"const": [1]}, {"items": False}, [1]),
        harmless=Example({"type": "array", "maxItems": 0}, {"items": False}),
    ),
    CompatibilityRule(
        id="contains-narrowed",
        title="An array must contain something else",
        rationale="The writer may write an array without the items that the reader requires,"
        " or with too many of them.",
        remedy="Loosen `contains` and its counts so that the old arrays still fit.",
        source=_CORE + "10.3.1.3",
        keywords=("contains",),
        breaking=Example({"const": []}, {"contains": True}, []),
        harmless=Example(
            {"contains": {"const": 1}, "type": "array"}, {"contains": {"enum": [1, 2]}}
        ),
    ),
    CompatibilityRule(
        id="branch-removed",
        title="No alternative accepts the value now",
        rationale="The writer may write a value that none of the reader's alternatives accepts.",
        remedy="Keep the alternative that accepted it until its sunset.",
        source=_CORE + "10.2.1.2",
        keywords=("anyOf", "oneOf"),
        breaking=Example(
            {"anyOf": [{"const": 1}, {"const": "a"}]}, {"anyOf": [{"const": 1}, {"const": 2}]}, "a"
        ),
        harmless=Example({"const": 1}, {"anyOf": [{"const": 1}, {"const": "a"}]}),
    ),
    CompatibilityRule(
        id="branches-overlap",
        title="More than one alternative accepts the value, and only one may",
        rationale="`oneOf` refuses a value that two of its schemas accept.",
        remedy="Make the alternatives exclude each other (a `const` each), or use `anyOf`.",
        source=_CORE + "10.2.1.3",
        keywords=("oneOf",),
        breaking=Example({"const": 1}, {"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1),
        harmless=Example({"const": 1}, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
    ),
    CompatibilityRule(
        id="exclusion-widened",
        title="More values are excluded",
        rationale="The writer may write a value that the reader's `not` excludes.",
        remedy="Exclude no more than before, or open a new major line.",
        source=_CORE + "10.2.1.4",
        keywords=("not",),
        breaking=Example({"const": 1}, {"not": {"const": 1}}, 1),
        harmless=Example({"const": 1}, {"not": {"const": 2}}),
    ),
)
"""The rules of keywords. The first with the keyword names a refusal, except overlaps and closed objects."""

REFUSED = Rule(
    id="refused",
    title="The reader refuses the record",
    rationale="The writer may write a record that the reader refuses.",
    remedy="Loosen the keyword named here, or open a new major line.",
    source="Design, section 3: a refusal that no rule names is still a finding",
)
RULES = (*NAMED, REFUSED)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
_BY_KEYWORD: dict[str, CompatibilityRule] = {}
for _rule in NAMED:
    for _keyword in _rule.keywords:
        _BY_KEYWORD.setdefault(_keyword, _rule)


def named(refusal: Refusal, writer: Compiler, root: ScopedLocation) -> NamedRefusal:
    """The rule and message of a refusal; the writer's schema gives the earlier value."""
    keyword = refusal.keyword
    rule: Rule = _BY_KEYWORD.get(keyword, REFUSED)
    before = list(_asserted(writer, root, refusal.instance, keyword))
    if rule.id == "property-removed":
        declared = any(
            refusal.detail in names
            for names in _asserted(writer, root, refusal.instance, "properties")
            if isinstance(names, dict)
        )
        rule = rule if declared else BY_ID["additional-properties-closed"]
    elif rule.id == "branch-removed" and _overlap(refusal):
        rule = BY_ID["branches-overlap"]
    return NamedRefusal(
        rule.id, _sentence(rule, refusal, before), rule.remedy, _forward(rule, refusal, before)
    )


def listed_before(refusal: Refusal, writer: Compiler, root: ScopedLocation) -> list[Any]:
    """The values that the writer's schema lists at the place of the refusal."""
    values: list[Any] = []
    for before in _asserted(writer, root, refusal.instance, "enum"):
        values += before if isinstance(before, list) else []
    values += _asserted(writer, root, refusal.instance, "const")
    return values


def _overlap(refusal: Refusal) -> bool:
    return refusal.keyword == "oneOf" and refusal.detail == "overlap"


def _asserted(
    compiler: Compiler, root: ScopedLocation, path: Pointer, keyword: str
) -> Iterator[Any]:
    """The values of this keyword for the value at this place, in all schemas of the writer that apply."""
    group = compiler.applied.group((root,))
    for step in path:
        below = []
        for here in group:
            below += list(_below(here, step))
        group = compiler.applied.group(tuple(below))
    for here in group:
        if keyword in here.at.value:
            yield here.at.value[keyword]


def _below(here: ScopedLocation, step: str | int) -> Iterator[ScopedLocation]:
    value = here.at.value
    if isinstance(step, str):
        properties = value.get("properties")
        if isinstance(properties, dict) and step in properties:
            yield here.child("properties", step)
        elif isinstance(value.get("additionalProperties"), dict):
            yield here.child("additionalProperties")
        return
    for keyword in ("prefixItems", "items"):
        schemas = value.get(keyword)
        if isinstance(schemas, list) and step < len(schemas):
            yield here.child(keyword, step)
            return
    for keyword in ("items", "additionalItems"):
        if isinstance(value.get(keyword), dict):
            yield here.child(keyword)
            return


def _sentence(rule: Rule, refusal: Refusal, before: list[Any]) -> str:
    keyword, name = refusal.keyword, refusal.detail
    own = refusal.here.at.value.get(keyword) if isinstance(refusal.here.at.value, dict) else None
    was = f"was {_short(before[0])}" if before else "was not set before"
    if rule.id == "property-required":
        return f"{name!r} is required now, and was not before"
    if rule.id == "type-narrowed":
        return f"type: {was if before else 'any before'}, is {_short(own)}"
    if rule.id == "enum-value-removed":
        values = "the one value" if len(own or ()) == 1 else f"the {len(own or ())} values"
        return f"{_short(refusal.value)} is not among {values} listed"
    if rule.id == "property-removed":
        return f"{name!r} is no longer listed, and what is not listed is refused"
    if rule.id == "additional-properties-closed":
        return f"properties that are not listed are refused ({name!r} here), and were not before"
    if rule.id == "value-forbidden":
        return "no value is accepted here now"
    if rule.id == "property-names-narrowed":
        return f"the name {name!r} is no longer accepted"
    if rule.id == "dependency-added":
        return f"a record with {name!r} must have more properties now"
    if rule.id == "branches-overlap":
        return "two alternatives of oneOf accept the value, and only one may"
    if rule.id == "branch-removed":
        return f"none of the {len(own or ())} alternatives of {keyword} accepts the value"
    if isinstance(own, bool | int | str) or (own is not None and not isinstance(own, dict | list)):
        return f"{keyword} {was}, is {_short(own)}"
    return f"{rule.title[0].lower()}{rule.title[1:]} ({keyword})"


def _forward(rule: Rule, refusal: Refusal, before: list[Any]) -> str:
    """The message where the older version reads what the newer one writes."""
    keyword, name = refusal.keyword, refusal.detail
    own = refusal.here.at.value.get(keyword) if isinstance(refusal.here.at.value, dict) else None
    new = f"is {_short(before[0])} now" if before else "is no longer set"
    older = "the older version"
    if rule.id == "property-required":
        return f"{name!r} may be left out now, and {older} requires it"
    if rule.id == "type-narrowed":
        now = f"is {_short(before[0])} now" if before else "is any now"
        return f"type {now}, and {older} accepts only {_short(own)}"
    if rule.id == "enum-value-removed":
        return f"{_short(refusal.value)} is new, and {older} does not list it"
    if rule.id == "property-removed":
        return f"{name!r} is new, and {older} refuses what it does not list"
    if rule.id == "additional-properties-closed":
        return f"properties of any name are allowed now, and {older} refuses what it does not list"
    if rule.id == "value-forbidden":
        return f"a value is allowed here now, and {older} accepts none"
    if rule.id == "property-names-narrowed":
        return f"the name {name!r} may be used now, and {older} does not accept it"
    if rule.id == "dependency-added":
        return f"a record with {name!r} may not have the properties that {older} requires with it"
    if rule.id == "branches-overlap":
        return f"two alternatives of {older}'s oneOf accept the value, and only one may"
    if rule.id == "branch-removed":
        return f"none of the {len(own or ())} alternatives of {older} accepts the value"
    if isinstance(own, bool | int | str) or (own is not None and not isinstance(own, dict | list)):
        return f"{keyword} {new}, and {older} requires {_short(own)}"
    return f"{older} refuses a value that may be written now ({keyword})"


def _short(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = " or ".join(value)
    else:
        plain = isinstance(value, str) and value == value.strip() != ""
        text = value if plain else render(value)
    return text if len(text) <= 60 else text[:57] + "…"
