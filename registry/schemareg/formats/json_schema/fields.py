"""The fields that a record of a schema can have, by path.

References and alternatives are followed; a field of some alternatives only is optional and names
them (`Field.branches`). A field that returns inside itself is listed there and not entered again.
The values of a map have the path `prices.*` (`additionalProperties`, `unevaluatedProperties`) or
`headers{^x-}` (`patternProperties`), an item at a position is `pair[0]` beside the `pair[]` of
every item, an item that an array must contain is `lines[contains]`, the document in a string is
`payload[content]` (`contentSchema`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.documents import json_values
from schemareg.formats.field import MAX_FIELDS, Field
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.references import Library, Location, UnresolvableReference
from schemareg.model.targets import Inside, Matching, Step, Steps, field_text, step_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

MOST = MAX_FIELDS

_SAYS_NOTHING: tuple[JsonValue, ...] = (True, False, {})
_MOST_COMBINATIONS = 10_000
_DEEPEST = 200
"""References followed without a step into the record, and steps into it."""


def fields(
    value: JsonValue,
    library: Library | None = None,
    uri: str = "",
    dialect: Dialect | None = None,
) -> tuple[Field, ...]:
    """Every field path of a schema, each parent before what is inside it, in document order.

    `library` is what its references may reach, by default only itself; a reference that leads
    nowhere adds nothing. At most `MOST` are listed.
    """
    library = library or Library()
    reader = Reader(library)
    root = reader.read(library.open(value, uri, dialect))
    found: list[Field] = []
    for field in reader.below(root, (), "", ()):
        found.append(field)
        if len(found) == MOST:
            break
    return tuple(found)


def field_at(
    value: JsonValue, steps: Steps, library: Library | None = None, uri: str = ""
) -> Field | None:
    """The field at a path, also beyond what `fields` lists; None where there is none."""
    found = fields_on_the_way(value, steps, library, uri)
    return found[-1] if found and len(found) == len(steps) else None


def described_path(value: JsonValue, steps: Steps, uri: str = "") -> Steps | None:
    """The path by which a schema describes the value at these steps of a record, or None.

    A name that no property has belongs to a map: `prices.EUR.amount` is `prices.*.amount`.
    """
    library = Library()
    reader = Reader(library)
    return reader.described(reader.read(library.open(value, uri)), steps)


def fields_on_the_way(
    value: JsonValue, steps: Steps, library: Library | None = None, uri: str = ""
) -> tuple[Field, ...]:
    """The fields at each prefix of a path, the shortest first, as far as they exist.

    The cost depends on the path only, not on the size of the schema.
    """
    library = library or Library()
    reader = Reader(library)
    return tuple(reader.on_the_way(reader.read(library.open(value, uri)), steps))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The schemas that a value must satisfy: all of these parts, or any of them, or one place."""

    first: Location
    """The place that declares it first."""
    keys: frozenset[tuple[str, Pointer]]
    """Every place in it; a part with the same places inside itself is a recursion."""
    parts: tuple[Part, ...] = ()
    alternative: bool = False


class _Parts:
    """Makes parts; equal parts are the same object, so that nothing multiplies."""

    def __init__(self) -> None:
        self._made: dict[object, Part] = {}

    def place(self, at: Location) -> Part:
        """The part that is one place."""
        return self._made.setdefault(at.key, Part(at, frozenset((at.key,))))

    def combined(self, parts: Iterable[Part | None], *, alternative: bool) -> Part | None:
        """All or any of these parts; None of none."""
        flat: dict[int, Part] = {}
        for part in parts:
            if part is not None:
                nested = part.parts if part.alternative is alternative else ()
                flat.update((id(each), each) for each in nested or (part,))
        if len(flat) < 2:
            return next(iter(flat.values()), None)
        identity = (alternative, tuple(flat))
        if identity not in self._made:
            held = tuple(flat.values())
            keys = frozenset().union(*(each.keys for each in held))
            self._made[identity] = Part(held[0].first, keys, held, alternative)
        return self._made[identity]


class Limits(NamedTuple):
    """The range of a number, what it is a multiple of, and the longest string, in characters."""

    minimum: int | Fraction | None = None
    maximum: int | Fraction | None = None
    multiple: int | Fraction | None = None
    longest: int | None = None

    def conjoined(self, other: Limits) -> Limits:
        """What holds where both hold; of two multiples the first."""
        return Limits(
            _extreme(max, self.minimum, other.minimum),
            _extreme(min, self.maximum, other.maximum),
            self.multiple if self.multiple is not None else other.multiple,
            _extreme(min, self.longest, other.longest),
        )

    def joined(self, other: Limits) -> Limits:
        """What holds where either holds."""
        return Limits(
            None
            if None in (self.minimum, other.minimum)
            else _extreme(min, self.minimum, other.minimum),
            None
            if None in (self.maximum, other.maximum)
            else _extreme(max, self.maximum, other.maximum),
            self.multiple if self.multiple == other.multiple else None,
            None
            if None in (self.longest, other.longest)
            else _extreme(max, self.longest, other.longest),
        )


_NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SubschemaFacts:
    """What one schema says about its values; what is inside is read when needed."""

    never: bool = False
    types: frozenset[str] | None = None
    values: tuple[JsonValue, ...] | None = None
    format: str = ""
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    required: frozenset[str] = frozenset()
    inner: tuple[tuple[Step, Part], ...] = ()
    """What is inside, by step; `items` has every item of an array."""
    items: Part | None = None
    only: tuple[tuple[Step, tuple[str, ...]], ...] = ()
    """For the steps of some alternatives only, those alternatives."""
    limits: Limits = _NO_LIMITS
    additional: Part | None = None
    """The values of names that are not declared, where the schema describes them, `true` included."""
    default: tuple[JsonValue, ...] = ()
    """The default value; empty where there is none."""
    conditions: frozenset[str] = frozenset()
    """The keywords that restrict values further, beyond everything above."""

    @property
    def kinds(self) -> frozenset[str] | None:
        """The types of the values, as far as they are known; None where they are not."""
        if self.values is not None:
            listed = frozenset(_type_of(value) for value in self.values)
            return listed if self.types is None else frozenset(listed & _widened(self.types))
        if self.types is not None:
            return self.types
        steps = [step for step, _ in self.inner]
        if self.required or any(_of_an_object(step) for step in steps):
            return frozenset(("object",))
        if self.items or any(isinstance(step, int) or step is Inside.CONTAINS for step in steps):
            return frozenset(("array",))
        return frozenset(("string",)) if Inside.CONTENT in steps else None


def _of_an_object(step: Step) -> bool:
    return isinstance(step, str | Matching) or step is Inside.VALUES


_NOTHING = SubschemaFacts()
_NEVER = SubschemaFacts(never=True)


class Reader:
    """Reads schemas to facts; each place, and each combination of places, once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._parts = _Parts()
        self._places: dict[tuple[str, Pointer], SubschemaFacts] = {}
        self._combinations: dict[Part, SubschemaFacts] = {}
        self._depth = 0

    def read(self, at: Location) -> SubschemaFacts:
        """The facts of the schema at a place; one that is itself only by reference has none."""
        known = self._places.get(at.key)
        if known is None:
            if self._depth >= _DEEPEST:
                return _NOTHING
            self._places[at.key] = _NOTHING
            self._depth += 1
            known = self._places[at.key] = self._read(at)
            self._depth -= 1
        return known

    def below(
        self,
        facts: SubschemaFacts,
        steps: Steps,
        above_text: str,
        above: tuple[frozenset[object], ...],
    ) -> Iterator[Field]:
        """The fields inside the values of `facts`; `above` has the places that were read
        already.
        """
        only = dict(facts.only)
        for step, part in _inside(facts):
            here = self.facts(part)
            if here.never:
                continue
            path = (*steps, step)
            text = above_text + step_text(step, "." if above_text else "")
            if not (step is None or isinstance(step, int)) or not (here.inner or here.items):
                yield _field(
                    path,
                    text,
                    here,
                    part.first,
                    required=step in facts.required,
                    branches=only.get(step, ()),
                )
            if part.keys not in above and len(path) < _DEEPEST:
                yield from self.below(here, path, text, (*above, part.keys))

    def on_the_way(self, facts: SubschemaFacts, steps: Steps) -> Iterator[Field]:
        """The fields at each prefix of these steps below, as far as they exist."""
        for count, step in enumerate(steps, 1):
            part = dict(_inside(facts)).get(step)
            here = _NEVER if part is None else self.facts(part)
            if part is None or here.never:
                return
            only = dict(facts.only).get(step, ())
            required = step in facts.required
            yield _field(
                steps[:count],
                field_text(steps[:count]),
                here,
                part.first,
                required=required,
                branches=only,
            )
            facts = here

    def described(self, facts: SubschemaFacts, steps: Steps) -> Steps | None:
        """The steps by which these facts describe the value at some steps of a record, or None."""
        found: list[Step] = []
        for step in steps:
            inside = dict(_inside(facts))
            known: Step = step
            if step not in inside and isinstance(step, str):
                matching = (
                    each
                    for each in inside
                    if isinstance(each, Matching) and _matches(each.pattern, step)
                )
                known = next(matching, Inside.VALUES)
            if known not in inside:
                return None
            found.append(known)
            facts = self.facts(inside[known])
        return tuple(found)

    def facts(self, part: Part) -> SubschemaFacts:
        """What the schemas of a part say together."""
        if not part.parts:
            return self.read(part.first)
        known = self._combinations.get(part)
        if known is None:
            if len(self._combinations) >= _MOST_COMBINATIONS:
                return _NOTHING
            facts = [self.facts(each) for each in part.parts]
            if part.alternative:
                known = self._either(facts, [branch_label(each.first) for each in part.parts])
            else:
                known = self._both(facts)
            self._combinations[part] = known
        return known

    def _read(self, at: Location) -> SubschemaFacts:
        schema = at.value
        if schema is False:
            return _NEVER
        if not isinstance(schema, dict):
            return _NOTHING
        own = self._own(at)
        if at.dialect <= Dialect.DRAFT7 and isinstance(schema.get("$ref"), str):
            # Up to draft 7 only annotations beside a `$ref` are read, and by people alone.
            words = SubschemaFacts(description=own.description, annotations=own.annotations)
            return self._both([words, *self._referred(at)])
        facts = [own, *self._referred(at)]
        facts += [self.read(branch) for branch in _branches(at, "allOf")]
        for keyword in ("anyOf", "oneOf"):
            branches = _branches(at, keyword)
            if branches:
                labels = [branch_label(branch) for branch in branches]
                facts.append(self._either([self.read(each) for each in branches], labels))
        facts += self._conditional(at)
        return self._both(facts)

    def _own(self, at: Location) -> SubschemaFacts:
        schema = at.value
        declared = schema.get("type")
        names = [declared] if isinstance(declared, str) else declared
        required = schema.get("required")
        words = schema.get("description") or schema.get("title") or ""
        form = schema.get("format")
        return SubschemaFacts(
            types=frozenset(map(str, names)) if isinstance(names, list) else None,
            values=_listed(schema, at.dialect),
            format=form if isinstance(form, str) else "",
            description=words if isinstance(words, str) else "",
            annotations=tuple(sorted(_annotations(schema))),
            required=frozenset(map(str, required)) if isinstance(required, list) else frozenset(),
            inner=tuple((step, self._parts.place(place)) for step, place in declared_steps(at)),
            items=self._parts.combined(map(self._parts.place, _items(at)), alternative=True),
            limits=_limits(schema, at.dialect),
            additional=self._parts.combined(
                map(self._parts.place, _additional(at)), alternative=True
            ),
            default=(schema["default"],) if "default" in schema else (),
            conditions=frozenset(_CONDITIONS & schema.keys()),
        )

    def _referred(self, at: Location) -> Iterator[SubschemaFacts]:
        for _, reference in at.references():
            try:
                target = self._library.resolve(at, reference)
            except UnresolvableReference:
                continue
            yield self.read(target)

    def _conditional(self, at: Location) -> Iterator[SubschemaFacts]:
        schema = at.value
        if "if" in schema and at.dialect >= Dialect.DRAFT7:
            arms = [name for name in ("then", "else") if isinstance(schema.get(name), dict | bool)]
            facts = [self.read(at.child(name)) for name in arms]
            condition = at.child("if") if isinstance(schema["if"], dict | bool) else at
            labels = [branch_label(condition, name) for name in arms]
            rest = 2 - len(arms)
            yield self._either([*facts, *([_NOTHING] * rest)], [*labels, *([""] * rest)])
        for keyword in ("dependentSchemas", "dependencies"):
            for name in _names_of(schema, keyword):
                yield self._either([self.read(at.child(keyword, name)), _NOTHING], [name, ""])

    def _both(self, all_facts: Iterable[SubschemaFacts]) -> SubschemaFacts:
        """What holds where all of these hold."""
        result = _NOTHING
        for facts in all_facts:
            if facts.never:
                return _NEVER
            if facts is not _NOTHING:
                result = facts if result is _NOTHING else self._conjoined(result, facts)
        return result

    def _conjoined(self, one: SubschemaFacts, other: SubschemaFacts) -> SubschemaFacts:
        return SubschemaFacts(
            types=_intersected(one.types, other.types),
            values=_shared(one.values, other.values),
            format=one.format or other.format,
            description=one.description or other.description,
            annotations=tuple(sorted({**dict(other.annotations), **dict(one.annotations)}.items())),
            required=one.required | other.required,
            inner=self._merged((one, other), alternative=False),
            only=_only_both(one, other),
            items=self._parts.combined((one.items, other.items), alternative=False),
            limits=one.limits.conjoined(other.limits),
            additional=self._parts.combined((one.additional, other.additional), alternative=False),
            default=one.default or other.default,
            conditions=one.conditions | other.conditions,
        )

    def _either(self, branches: list[SubschemaFacts], labels: list[str]) -> SubschemaFacts:
        """What holds where any of these holds; null has neither values nor a format nor members."""
        possible = [each for each in branches if not each.never]
        if len(possible) < 2:
            return possible[0] if possible else _NEVER
        kinds = [each.kinds for each in possible]
        told = [each for each in possible if each.kinds != frozenset(("null",))]
        objects = [each for each in told if each.kinds is None or "object" in each.kinds]
        forms = {each.format for each in told}
        return SubschemaFacts(
            types=None if None in kinds else frozenset().union(*(kind or () for kind in kinds)),
            values=_distinct(
                [*(each.values for each in told), *[(None,)] * (len(told) < len(possible))]
            ),
            format=forms.pop() if len(forms) == 1 else "",
            description=next((each.description for each in possible if each.description), ""),
            annotations=tuple(sorted({pair for each in possible for pair in each.annotations})),
            required=frozenset.intersection(*(each.required for each in objects))
            if objects
            else frozenset(),
            inner=self._merged(tuple(possible), alternative=True),
            only=_only_some(
                [
                    (each, label)
                    for each, label in zip(branches, labels, strict=True)
                    if any(each is one for one in told)
                ]
            ),
            items=self._parts.combined((each.items for each in possible), alternative=True),
            limits=reduce(Limits.joined, [each.limits for each in told or possible]),
            additional=self._parts.combined(
                (each.additional for each in possible), alternative=True
            ),
            default=next((each.default for each in possible if each.default), ()),
            conditions=frozenset().union(*(each.conditions for each in possible))
            | frozenset({"alternatives"} if len(told) > 1 else ()),
        )

    def _merged(
        self, all_facts: tuple[SubschemaFacts, ...], *, alternative: bool
    ) -> tuple[tuple[Step, Part], ...]:
        found: dict[Step, list[Part]] = {}
        for facts in all_facts:
            for name, part in facts.inner:
                found.setdefault(name, []).append(part)
        combined = {
            name: self._parts.combined(parts, alternative=alternative)
            for name, parts in found.items()
        }
        return tuple((name, part) for name, part in combined.items() if part is not None)


def _matches(pattern: str, name: str) -> bool:
    from schemareg.regex import OverBudget, PatternError
    from schemareg.regex import compile as compile_pattern

    try:
        return compile_pattern(pattern).search(name)
    except (OverBudget, PatternError):
        return False


def _inside(facts: SubschemaFacts) -> list[tuple[Step, Part]]:
    """Every step from a value to what is inside it."""
    every: list[tuple[Step, Part]] = [] if facts.items is None else [(None, facts.items)]
    return [*facts.inner, *every]


def declared_steps(at: Location) -> Iterator[tuple[Step, Location]]:
    """What one schema object itself says about the inside of a value, without further items of an
    array.
    """
    schema = at.value
    for name in _names_of(schema, "properties"):
        yield name, at.child("properties", name)
    for pattern in _names_of(schema, "patternProperties"):
        if schema["patternProperties"][pattern] not in _SAYS_NOTHING:
            yield Matching(pattern), at.child("patternProperties", pattern)
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if isinstance(schema.get(keyword), dict) and schema[keyword]:
            if keyword == "additionalProperties" or at.dialect >= Dialect.DRAFT2019:
                yield Inside.VALUES, at.child(keyword)
    yield from enumerate(first_items(at))
    if at.dialect >= Dialect.DRAFT6 and isinstance(schema.get("contains"), dict):
        yield Inside.CONTAINS, at.child("contains")
    if at.dialect >= Dialect.DRAFT2019 and isinstance(schema.get("contentSchema"), dict):
        yield Inside.CONTENT, at.child("contentSchema")


def first_items(at: Location) -> list[Location]:
    """The schemas of the items at the first positions."""
    if at.dialect >= Dialect.DRAFT2020:
        return _branches(at, "prefixItems")
    return _branches(at, "items")


def branch_label(at: Location, arm: str = "then") -> str:
    """The name of an alternative: its distinguishing value, its title, or its position."""
    schema = at.value if isinstance(at.value, dict) else {}
    negated = "not " if arm == "else" else ""
    inner = schema.get("properties")
    for name, held in inner.items() if isinstance(inner, dict) else ():
        values = _listed(held, at.dialect) if isinstance(held, dict) else None
        if values is not None and len(values) == 1:
            return f"{negated}{field_text((name,))}={_text(values[0])}"
    for word in (schema.get("title"), str(schema.get("$ref", "")).rpartition("/")[2]):
        if isinstance(word, str) and word:
            return negated + word
    if arm == "then" and at.pointer[-1:] != ("if",):
        steps = list(map(str, at.pointer))
        chosen = [each for each, step in enumerate(steps) if step in ("oneOf", "anyOf")]
        return "/".join(steps[chosen[-1] :][:2] if chosen else steps[-2:])
    return arm


def _only_both(
    one: SubschemaFacts, other: SubschemaFacts
) -> tuple[tuple[Step, tuple[str, ...]], ...]:
    """The steps that both sides together have in some alternatives only."""
    sides = [(dict(each.only), {step for step, _ in each.inner}) for each in (one, other)]
    free = {step for only, inner in sides for step in inner - only.keys()}
    found: dict[Step, tuple[str, ...]] = {}
    for only, _ in sides:
        for step, labels in only.items():
            if step not in free:
                found[step] = tuple(dict.fromkeys((*found.get(step, ()), *labels)))
    return tuple(found.items())


def _only_some(
    branches: list[tuple[SubschemaFacts, str]],
) -> tuple[tuple[Step, tuple[str, ...]], ...]:
    """The steps that some of these alternatives have and others do not."""
    found: dict[Step, list[str]] = {}
    counts: dict[Step, int] = {}
    for facts, label in branches:
        only = dict(facts.only)
        for step, _ in facts.inner:
            counts[step] = counts.get(step, 0) + (step not in only)
            inner = [f"{label}, {each}" for each in only.get(step, ())]
            found.setdefault(step, []).extend(inner or [label])
    return tuple(
        (step, tuple(dict.fromkeys(labels)))
        for step, labels in found.items()
        if counts[step] < len(branches)
    )


_CONDITIONS = frozenset(
    {
        *("pattern", "minLength", "minItems", "maxItems", "uniqueItems", "contains", "not", "if"),
        *("minProperties", "maxProperties", "propertyNames", "patternProperties", "prefixItems"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "dependencies"),
        *("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"),
    }
)


def _extreme(choose: Any, one: Any, other: Any) -> Any:
    """The smallest or greatest of two numbers; one that is None does not count."""
    return choose((each for each in (one, other) if each is not None), default=None)


def _limits(schema: dict[str, JsonValue], dialect: Dialect) -> Limits:
    """Exclusive bounds count as inclusive ones: a column may hold one value more."""

    def number(keyword: str) -> int | Fraction | None:
        value = schema.get(keyword)
        valid = isinstance(value, int | Fraction) and not isinstance(value, bool)
        return value if valid else None

    low, high, longest = number("minimum"), number("maximum"), number("maxLength")
    if dialect >= Dialect.DRAFT6:
        low = _extreme(max, low, number("exclusiveMinimum"))
        high = _extreme(min, high, number("exclusiveMaximum"))
    return Limits(low, high, number("multipleOf"), longest if isinstance(longest, int) else None)


def _additional(at: Location) -> list[Location]:
    """The schemas of properties that are not declared by name, `true` and `{}` included."""
    found = []
    held = at.value.get("additionalProperties")
    if held is True or isinstance(held, dict):
        found.append(at.child("additionalProperties"))
    patterns = _names_of(at.value, "patternProperties")
    return [*found, *(at.child("patternProperties", pattern) for pattern in patterns)]


def _listed(schema: dict[str, JsonValue], dialect: Dialect) -> tuple[JsonValue, ...] | None:
    if "const" in schema and dialect >= Dialect.DRAFT6:
        return (schema["const"],)
    enum = schema.get("enum")
    return tuple(enum) if isinstance(enum, list) else None


_ANNOTATIONS = (
    "unit",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
)


def _annotations(schema: dict[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for name, value in schema.items():
        if name in _ANNOTATIONS or name.startswith("x-"):
            yield name, value if isinstance(value, str) else json_values.render(value)


def _names_of(schema: dict[str, JsonValue], keyword: str) -> list[str]:
    held = schema.get(keyword)
    if not isinstance(held, dict):
        return []
    return [name for name, value in held.items() if isinstance(value, dict | bool)]


def _items(at: Location) -> list[Location]:
    """The schemas that items have, whatever their position."""
    found: list[Location] = []
    for keyword in ("prefixItems", "items", "additionalItems"):
        if keyword == "prefixItems" and at.dialect < Dialect.DRAFT2020:
            continue
        if keyword == "additionalItems" and not isinstance(at.value.get("items"), list):
            continue
        held = at.value.get(keyword)
        found += _branches(at, keyword)
        if isinstance(held, dict):
            found.append(at.child(keyword))
    return found


def _branches(at: Location, keyword: str) -> list[Location]:
    held = at.value.get(keyword)
    if not isinstance(held, list):
        return []
    return [
        at.child(keyword, position)
        for position, branch in enumerate(held)
        if isinstance(branch, dict | bool)
    ]


def _intersected(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return frozenset((_widened(one) & other) | (one & _widened(other)))


def _widened(types: frozenset[str]) -> frozenset[str]:
    """The same types, with `integer` where `number` is: an integer is a number too."""
    return types | {"integer"} if "number" in types else types


def _shared(
    one: tuple[JsonValue, ...] | None, other: tuple[JsonValue, ...] | None
) -> tuple[JsonValue, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    keys = {json_values.key(value) for value in other}
    return tuple(value for value in one if json_values.key(value) in keys)


def _distinct(listed: list[tuple[JsonValue, ...] | None]) -> tuple[JsonValue, ...] | None:
    """The values of all lists, each once; None where one of them lists none."""
    by_key: dict[object, JsonValue] = {}
    for values in listed:
        if values is None:
            return None
        by_key.update((json_values.key(value), value) for value in values)
    return tuple(by_key.values())


def _field(
    steps: Steps,
    path: str,
    facts: SubschemaFacts,
    declared: Location,
    *,
    required: bool,
    branches: tuple[str, ...] = (),
) -> Field:
    kinds = facts.kinds
    shown = sorted(kinds - {"null"}) if kinds else []
    if "number" in shown and "integer" in shown:
        shown.remove("integer")
    nothing_else = kinds == frozenset(("null",))
    return Field(
        path=path,
        steps=steps,
        type="null" if nothing_else else " | ".join(shown) or "any",
        required=required,
        nullable=kinds is None or "null" in kinds,
        values=tuple(_text(value) for value in facts.values or () if value is not None),
        format=facts.format,
        description=facts.description,
        annotations=facts.annotations,
        branches=branches,
        uri=declared.uri,
        pointer=declared.pointer,
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json_values.render(value)


def _type_of(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Fraction):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
