"""Random schemas of every draft, schemas near to them, and records that probe both.

All of it draws from a `random.Random`: Hypothesis gives one that it can shrink, a long search by
hand gives a seeded one.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Schema = Any

NAMES = ("a", "b", "c", "ab", "é")
STRINGS = ("", "a", "b", "ab", "ba", "abc", "aaa", "A", "1", "é", "😀", "a\n", "\n", "a-b")
NUMBERS = (0, 1, 2, 3, 4, 6, 10, -1, -2, 0.5, 1.5, -0.5, 0.1, 0.3)
ODD_NUMBERS = (1e300, -1e15, 1e-7, 0.25, 1_000_000_000_000_000, 7)
TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
PATTERNS = ("a", "^a", "b$", "^a*$", "^[ab]+$", "^ab?$", ".", "^(a|b){2}$", "^.$", "^[^a]*$")
ODD_PATTERNS = (r"^\d+$", r"\W", "^(?:a|ab)(?:c|bc)?$", "^a{2,3}$", "[é😀]", r"^\S*$", "^$", "a|b")
NAME_PATTERNS = ("^a", "b", "^.$", "^[a-c]$", "é")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")

_EVERYWHERE = (
    *("type",) * 4,
    *("enum",) * 2,
    *BOUNDS,
    "multipleOf",
    *COUNTS,
    *("pattern",) * 2,
    *("required",) * 2,
    *("properties",) * 5,
    "patternProperties",
    *("additionalProperties",) * 2,
    *("items",) * 3,
    "uniqueItems",
    *("allOf", "anyOf", "oneOf", "not") * 1,
    *("$ref",) * 2,
)
_FROM_6 = ("const", "const", "propertyNames", "contains")
_FROM_7 = ("if", "if")
_TO_7 = ("dependencies",)
_FROM_2019 = (
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
)
KEYWORDS = {
    "draft4": (*_EVERYWHERE, *_TO_7, "additionalItems"),
    "draft6": (*_EVERYWHERE, *_TO_7, *_FROM_6, "additionalItems"),
    "draft7": (*_EVERYWHERE, *_TO_7, *_FROM_6, *_FROM_7, "additionalItems"),
    "2019-09": (*_EVERYWHERE, *_FROM_6, *_FROM_7, *_FROM_2019, "additionalItems"),
    "2020-12": (*_EVERYWHERE, *_FROM_6, *_FROM_7, *_FROM_2019, "prefixItems", "prefixItems"),
}
"""What is drawn in each draft; a keyword that stands twice is drawn twice as often."""


@dataclass
class Maker:
    """Makes schemas of one draft. References never lead back to the value they started at."""

    random: Random
    dialect: str = "2020-12"
    definitions: int = 0
    """How many named schemas there are to refer to."""
    most: int = 3
    """Keywords a schema object."""
    odd: bool = False
    """Whether the rarer numbers and patterns are drawn too."""
    without: frozenset[str] = frozenset()
    """Keywords that are never drawn."""
    _floor: int = field(default=-1, init=False)
    """A reference in place may only lead to definitions after this one."""

    def document(self, depth: int = 2) -> Schema:
        """A whole schema with its definitions."""
        self._floor = -1
        root = self.schema(depth)
        if not self.definitions:
            return root
        if not isinstance(root, dict):
            root = {"not": {}} if root is False else {}
        # Below draft 2019-09 `$ref` silences what stands beside it, definitions excepted.
        word = "$defs" if self.dialect.startswith("20") else "definitions"
        named = {}
        for number in range(self.definitions):
            self._floor = number
            named[f"d{number}"] = self.schema(max(1, depth - 1))
        return {**root, word: named}

    def schema(self, depth: int) -> Schema:
        """A schema nested at most so deep."""
        pick = self.random
        if pick.random() < 0.07:
            return pick.choice([True, False, {}]) if self.dialect != "draft4" else {}
        drawn: dict[str, Any] = {}
        for _ in range(pick.randint(1, self.most)):
            keyword = pick.choice(KEYWORDS[self.dialect])
            if keyword not in self.without:
                _DRAWN[keyword](self, drawn, keyword, depth)
        return drawn

    def value(self, depth: int = 1) -> Any:
        """Any JSON value."""
        pick = self.random
        if depth == 0 or pick.random() < 0.6:
            return pick.choice([None, True, False, self.number(), self.number(), self.string()])
        if pick.random() < 0.5:
            return [self.value(depth - 1) for _ in range(pick.randint(0, 3))]
        return {pick.choice(NAMES): self.value(depth - 1) for _ in range(pick.randint(0, 3))}

    def number(self) -> Any:
        """Any number."""
        return self.random.choice(NUMBERS + ODD_NUMBERS if self.odd else NUMBERS)

    def string(self) -> str:
        """Any string."""
        return self.random.choice(STRINGS)

    # -- keywords -------------------------------------------------------------------------------

    def below(self, depth: int) -> Schema:
        """A schema for a value inside the value: references may lead anywhere."""
        before, self._floor = self._floor, -1
        try:
            return self.in_place(depth)
        finally:
            self._floor = before

    def in_place(self, depth: int) -> Schema:
        """A schema for the same value."""
        if depth > 0:
            return self.schema(depth - 1)
        pick = self.random
        leaf = pick.randrange(5)
        if leaf == 0:
            return {} if self.dialect == "draft4" else True
        if leaf == 1:
            return {"enum": [self.value(0)]}
        if leaf == 2 and self.definitions:
            drawn: dict[str, Any] = {}
            self.refer(drawn, "$ref", 0)
            return drawn
        return {"type": pick.choice(TYPES)}

    def type(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        pick = self.random
        drawn[keyword] = pick.choice(TYPES) if pick.random() < 0.7 else pick.sample(TYPES, 2)

    def enum(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        values: list[Any] = []
        for _ in range(self.random.randint(1, 4)):
            value = self.value()
            if all(repr(value) != repr(other) for other in values):
                values.append(value)
        drawn[keyword] = values

    def const(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.value()

    def bound(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        if self.dialect == "draft4" and keyword.startswith("exclusive"):
            drawn[keyword] = self.random.random() < 0.7
            drawn.setdefault("m" + keyword[10:], self.number())
        else:
            drawn[keyword] = self.number()

    def multiple(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.choice([1, 2, 3, 4, 0.5, 1.5, 0.1])

    def count(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.randint(0, 4)

    def pattern(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.choice(PATTERNS + ODD_PATTERNS if self.odd else PATTERNS)

    def required(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.sample(NAMES, self.random.randint(1, 2))

    def properties(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        names = self.random.sample(NAMES, self.random.randint(1, 3))
        drawn[keyword] = {name: self.below(depth) for name in names}

    def pattern_properties(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        patterns = self.random.sample(NAME_PATTERNS, self.random.randint(1, 2))
        drawn[keyword] = {pattern: self.below(depth) for pattern in patterns}

    def rest(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        closed: Schema = {"not": {}} if self.dialect == "draft4" and "une" in keyword else False
        drawn[keyword] = closed if self.random.random() < 0.6 else self.below(depth)

    def names(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.choice(
            [{"maxLength": 1}, {"pattern": "^a"}, {"enum": ["a", "b"]}, self.below(depth)]
        )

    def dependencies(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        pick = self.random
        needed: Any = [pick.choice(NAMES)]
        if keyword == "dependentSchemas" or (keyword == "dependencies" and pick.random() < 0.5):
            needed = self.in_place(depth)
            if needed is True and self.dialect == "draft4":
                needed = {}
        drawn[keyword] = {pick.choice(NAMES): needed}

    def items(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        if self.dialect != "2020-12" and self.random.random() < 0.4:
            self.several(drawn, keyword, depth)
        else:
            drawn[keyword] = self.below(depth)

    def several(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = [self.below(depth) for _ in range(self.random.randint(1, 3))]

    def contains(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.below(depth)
        for bound in ("minContains", "maxContains") if self.dialect.startswith("20") else ():
            if self.random.random() < 0.4:
                drawn[bound] = self.random.randint(0, 3)

    def unique(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.random.random() < 0.9

    def branches(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = [self.in_place(depth) for _ in range(self.random.randint(1, 3))]

    def denial(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn[keyword] = self.in_place(depth)

    def condition(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        drawn["if"] = self.in_place(depth)
        for branch, chance in (("then", 0.8), ("else", 0.6)):
            if self.random.random() < chance:
                drawn[branch] = self.in_place(depth)

    def refer(self, drawn: dict[str, Any], keyword: str, depth: int) -> None:
        choices = range(self._floor + 1, self.definitions)
        if not choices:
            return
        word = "$defs" if self.dialect.startswith("20") else "definitions"
        drawn["$ref"] = f"#/{word}/d{self.random.choice(choices)}"

    # -- neighbours -----------------------------------------------------------------------------

    def neighbour(self, schema: Schema) -> Schema:
        """The schema with a few edits: something added, taken out or put elsewhere."""
        if not isinstance(schema, dict):
            return self.document()
        near = copy.deepcopy(schema)
        for _ in range(self.random.choice([1, 1, 2])):
            objects = [each for each in _schemas(near) if isinstance(each, dict)]
            place = self.random.choice(objects)
            # Wherever it stands: what is drawn here refers to nothing, so no loop can arise.
            before, self.definitions = self.definitions, 0
            drawn = self.schema(1)
            self.definitions = before
            if isinstance(drawn, dict) and self.random.random() < 0.75:
                place.update(drawn)
            elif len(place) > 1:
                self._take_out(place)
        return near

    def _take_out(self, place: dict[str, Any]) -> None:
        kept = ("$defs", "definitions", "minimum", "maximum")
        choices = [keyword for keyword in place if keyword not in kept]
        if choices:
            del place[self.random.choice(choices)]


def _schemas(schema: Schema) -> Iterator[Schema]:
    """Every schema inside a schema, itself first."""
    yield schema
    if not isinstance(schema, dict):
        return
    for keyword, inner in schema.items():
        if keyword in ("enum", "const", "required", "type", "dependentRequired"):
            continue
        if keyword in _MAPS and isinstance(inner, dict):
            for each in inner.values():
                if not isinstance(each, list):
                    yield from _schemas(each)
        elif isinstance(inner, list):
            for each in inner:
                yield from _schemas(each)
        elif isinstance(inner, dict):
            yield from _schemas(inner)


_MAPS = (
    *("properties", "patternProperties", "dependencies", "dependentSchemas"),
    *("$defs", "definitions"),
)

_DRAWN: dict[str, Callable[[Maker, dict[str, Any], str, int], None]] = {
    "type": Maker.type,
    "enum": Maker.enum,
    "const": Maker.const,
    **dict.fromkeys(BOUNDS, Maker.bound),
    **dict.fromkeys(COUNTS, Maker.count),
    "multipleOf": Maker.multiple,
    "pattern": Maker.pattern,
    "required": Maker.required,
    "properties": Maker.properties,
    "patternProperties": Maker.pattern_properties,
    "additionalProperties": Maker.rest,
    "additionalItems": Maker.rest,
    "unevaluatedProperties": Maker.rest,
    "unevaluatedItems": Maker.rest,
    "propertyNames": Maker.names,
    "dependencies": Maker.dependencies,
    "dependentRequired": Maker.dependencies,
    "dependentSchemas": Maker.dependencies,
    "items": Maker.items,
    "prefixItems": Maker.several,
    "contains": Maker.contains,
    "uniqueItems": Maker.unique,
    "allOf": Maker.branches,
    "anyOf": Maker.branches,
    "oneOf": Maker.branches,
    "not": Maker.denial,
    "if": Maker.condition,
    "$ref": Maker.refer,
}


def probes(random: Random, schemas: tuple[Schema, ...], count: int) -> Iterator[Any]:
    """Records that may tell the schemas apart: near to what they speak of, or at random."""
    prober = _Prober(random, schemas)
    for _ in range(count):
        yield prober.record(random.choice(schemas), 4)


class _Prober:
    def __init__(self, random: Random, schemas: tuple[Schema, ...]) -> None:
        self.random = random
        self.maker = Maker(random, odd=True)
        self.named: dict[str, Schema] = {}
        self.numbers: list[Any] = list(NUMBERS)
        for schema in schemas:
            for inner in _schemas(schema):
                if isinstance(inner, dict):
                    self._learn(inner)

    def _learn(self, schema: dict[str, Any]) -> None:
        for word in ("$defs", "definitions"):
            for name, inner in schema.get(word, {}).items():
                self.named.setdefault(f"#/{word}/{name}", inner)
        for bound in BOUNDS:
            if isinstance(schema.get(bound), int) and not isinstance(schema[bound], bool):
                self.numbers += [schema[bound] - 1, schema[bound], schema[bound] + 1]

    def record(self, schema: Schema, depth: int) -> Any:
        """A value drawn towards the schema, not bound by it."""
        pick = self.random
        if not isinstance(schema, dict) or depth == 0 or pick.random() < 0.08:
            return self.maker.value(min(depth, 2))
        if "enum" in schema and schema["enum"] and pick.random() < 0.8:
            return pick.choice(schema["enum"])
        if "const" in schema and pick.random() < 0.8:
            return schema["const"]
        inner = self._within(schema)
        if inner and pick.random() < 0.4:
            return self.record(pick.choice(inner), depth - 1)
        return self._of_type(self._type(schema), schema, depth)

    def _within(self, schema: dict[str, Any]) -> list[Schema]:
        inner = [schema[word] for word in ("not", "if", "then", "else") if word in schema]
        for word in ("allOf", "anyOf", "oneOf"):
            inner += schema.get(word, [])
        if schema.get("$ref") in self.named:
            inner.append(self.named[schema["$ref"]])
        for word in ("dependencies", "dependentSchemas"):
            inner += [each for each in schema.get(word, {}).values() if isinstance(each, dict)]
        return inner

    def _type(self, schema: dict[str, Any]) -> str:
        named = schema.get("type")
        if named is not None and self.random.random() < 0.9:
            return str(self.random.choice(named if isinstance(named, list) else [named]))
        spoken = [
            kind for kind, words in _SPEAKS_OF.items() if any(word in schema for word in words)
        ]
        return self.random.choice(spoken or list(TYPES))

    def _of_type(self, kind: str, schema: dict[str, Any], depth: int) -> Any:
        pick = self.random
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return pick.choice(STRINGS) + (pick.choice(STRINGS) if pick.random() < 0.3 else "")
        if kind in ("integer", "number"):
            number = pick.choice(self.numbers)
            return number + pick.choice([0, 0, 1, -1])
        return pick.choice([True, False]) if kind == "boolean" else None

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        pick = self.random
        declared = schema.get("properties", {})
        names = [name for name in declared if pick.random() < 0.6]
        names += [name for name in schema.get("required", ()) if pick.random() < 0.9]
        names += pick.sample(NAMES, pick.choice([0, 0, 1, 2, 4]))
        record = {}
        for name in names:
            fits = declared.get(name, schema.get("additionalProperties", True))
            record[name] = self.record(fits, depth - 1)
        return record

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        items, first = schema.get("items", True), schema.get("prefixItems", [])
        if isinstance(items, list):
            items, first = schema.get("additionalItems", True), items
        row = []
        for index in range(self.random.choice([0, 1, 1, 2, 2, 3, 4])):
            fits = first[index] if index < len(first) else items
            if "contains" in schema and self.random.random() < 0.4:
                fits = schema["contains"]
            row.append(self.record(fits, depth - 1))
        if row and self.random.random() < 0.2:
            row.append(copy.deepcopy(self.random.choice(row)))
        return row


_SPEAKS_OF = {
    "object": (
        *("properties", "required", "patternProperties", "additionalProperties", "propertyNames"),
        *("minProperties", "maxProperties", "dependencies", "dependentRequired"),
        *("dependentSchemas", "unevaluatedProperties"),
    ),
    "array": (
        *("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"),
        *("additionalItems", "unevaluatedItems"),
    ),
    "string": ("minLength", "maxLength", "pattern"),
    "number": (*BOUNDS, "multipleOf"),
}
