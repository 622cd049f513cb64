"""The fields a record of a schema can carry, by path: the words in which people speak of it.

References and alternatives are followed; what only some alternatives have is optional. A field
that comes back inside itself is listed there and not entered again. Names that a schema leaves open (`additionalProperties`,
`patternProperties`) have no path, so they are no fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.field import Field
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.references import Library, Location, UnresolvableReference
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

MOST = 10_000
"""Fields that are listed: references can multiply them beyond any end."""

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
    reader = _Reader(library)
    root = reader.read(library.open(value, uri, dialect))
    found: list[Field] = []
    for field in reader.below(root, (), ()):
        found.append(field)
        if len(found) == MOST:
            break
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The schemas that a value must fit: all of these parts, or any of them, or one place."""

    first: Location
    """The place that declares it first."""
    keys: frozenset[tuple[str, Pointer]]
    """Every place in it; two parts inside each other with the same places are a recursion."""
    parts: tuple[_Part, ...] = ()
    alternative: bool = False


class _Parts:
    """Makes parts; what consists of the same is the same object, so that nothing multiplies."""

    def __init__(self) -> None:
        self._made: dict[object, _Part] = {}

    def place(self, at: Location) -> _Part:
        """The part that is one place."""
        return self._made.setdefault(at.key, _Part(at, frozenset((at.key,))))

    def combined(self, parts: Iterable[_Part | None], *, alternative: bool) -> _Part | None:
        """All or any of these parts; None of none."""
        flat: dict[int, _Part] = {}
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
            self._made[identity] = _Part(held[0].first, keys, held, alternative)
        return self._made[identity]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one schema says of the values that fit it; what is inside is looked at when needed."""

    never: bool = False
    types: frozenset[str] | None = None
    values: tuple[JsonValue, ...] | None = None
    format: str = ""
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    required: frozenset[str] = frozenset()
    properties: tuple[tuple[str, _Part], ...] = ()
    items: _Part | None = None

    @property
    def kinds(self) -> frozenset[str] | None:
        """The types that values have here, as far as anything says so; None where nothing does."""
        if self.values is not None:
            listed = frozenset(_type_of(value) for value in self.values)
            return listed if self.types is None else frozenset(listed & _widened(self.types))
        if self.types is None and (self.properties or self.required):
            return frozenset(("object",))
        return frozenset(("array",)) if self.types is None and self.items else self.types


_NOTHING = _Facts()
_NEVER = _Facts(never=True)


class _Reader:
    """Reads schemas to facts; each place, and each combination of places, once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._parts = _Parts()
        self._places: dict[tuple[str, Pointer], _Facts] = {}
        self._combinations: dict[_Part, _Facts] = {}
        self._depth = 0

    def read(self, at: Location) -> _Facts:
        """What the schema at a place says; one that is itself only by reference says nothing."""
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
        self, facts: _Facts, steps: tuple[str | None, ...], above: tuple[frozenset[object], ...]
    ) -> Iterator[Field]:
        """The fields inside what `facts` are about; `above` is where they have been read already."""
        inner: list[tuple[str | None, _Part]] = list(facts.properties)
        if facts.items is not None:
            inner.append((None, facts.items))
        for step, part in inner:
            here = self._facts(part)
            if here.never:
                continue
            path = (*steps, step)
            if step is not None or not (here.properties or here.items):
                yield _field(path, here, part.first, required=step in facts.required)
            if part.keys not in above and len(path) < _DEEPEST:
                yield from self.below(here, path, (*above, part.keys))

    def _facts(self, part: _Part) -> _Facts:
        if not part.parts:
            return self.read(part.first)
        known = self._combinations.get(part)
        if known is None:
            if len(self._combinations) >= _MOST_COMBINATIONS:
                return _NOTHING
            facts = [self._facts(each) for each in part.parts]
            known = self._either(facts) if part.alternative else self._both(facts)
            self._combinations[part] = known
        return known

    def _read(self, at: Location) -> _Facts:
        schema = at.value
        if schema is False:
            return _NEVER
        if not isinstance(schema, dict):
            return _NOTHING
        own = self._own(at)
        if at.dialect <= Dialect.DRAFT7 and isinstance(schema.get("$ref"), str):
            # Up to draft 7 only words beside a `$ref` are read, and by people alone.
            words = _Facts(description=own.description, annotations=own.annotations)
            return self._both([words, *self._referred(at)])
        facts = [own, *self._referred(at)]
        facts += [self.read(branch) for branch in _branches(at, "allOf")]
        for keyword in ("anyOf", "oneOf"):
            branches = [self.read(branch) for branch in _branches(at, keyword)]
            if branches:
                facts.append(self._either(branches))
        facts += self._conditional(at)
        return self._both(facts)

    def _own(self, at: Location) -> _Facts:
        schema = at.value
        declared = schema.get("type")
        names = [declared] if isinstance(declared, str) else declared
        required = schema.get("required")
        words = schema.get("description") or schema.get("title") or ""
        form = schema.get("format")
        return _Facts(
            types=frozenset(map(str, names)) if isinstance(names, list) else None,
            values=_listed(schema, at.dialect),
            format=form if isinstance(form, str) else "",
            description=words if isinstance(words, str) else "",
            annotations=tuple(sorted(_annotations(schema))),
            required=frozenset(map(str, required)) if isinstance(required, list) else frozenset(),
            properties=tuple(
                (name, self._parts.place(at.child("properties", name)))
                for name in _names_of(schema, "properties")
            ),
            items=self._parts.combined(map(self._parts.place, _items(at)), alternative=True),
        )

    def _referred(self, at: Location) -> Iterator[_Facts]:
        for _, reference in at.references():
            try:
                target = self._library.resolve(at, reference)
            except UnresolvableReference:
                continue
            yield self.read(target)

    def _conditional(self, at: Location) -> Iterator[_Facts]:
        schema = at.value
        if "if" in schema and at.dialect >= Dialect.DRAFT7:
            arms = [name for name in ("then", "else") if isinstance(schema.get(name), dict | bool)]
            facts = [self.read(at.child(name)) for name in arms]
            yield self._either([*facts, *([_NOTHING] * (2 - len(arms)))])
        for keyword in ("dependentSchemas", "dependencies"):
            for name in _names_of(schema, keyword):
                yield self._either([self.read(at.child(keyword, name)), _NOTHING])

    def _both(self, all_facts: Iterable[_Facts]) -> _Facts:
        """What holds where all of these hold."""
        result = _NOTHING
        for facts in all_facts:
            if facts.never:
                return _NEVER
            if facts is not _NOTHING:
                result = facts if result is _NOTHING else self._conjoined(result, facts)
        return result

    def _conjoined(self, one: _Facts, other: _Facts) -> _Facts:
        return _Facts(
            types=_intersected(one.types, other.types),
            values=_shared(one.values, other.values),
            format=one.format or other.format,
            description=one.description or other.description,
            annotations=tuple(sorted({**dict(other.annotations), **dict(one.annotations)}.items())),
            required=one.required | other.required,
            properties=self._merged((one, other), alternative=False),
            items=self._parts.combined((one.items, other.items), alternative=False),
        )

    def _either(self, branches: list[_Facts]) -> _Facts:
        """What holds where any of these holds; null has neither values nor a format nor members."""
        possible = [each for each in branches if not each.never]
        if len(possible) < 2:
            return possible[0] if possible else _NEVER
        kinds = [each.kinds for each in possible]
        told = [each for each in possible if each.kinds != frozenset(("null",))]
        objects = [each for each in told if each.kinds is None or "object" in each.kinds]
        forms = {each.format for each in told}
        return _Facts(
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
            properties=self._merged(tuple(possible), alternative=True),
            items=self._parts.combined((each.items for each in possible), alternative=True),
        )

    def _merged(
        self, all_facts: tuple[_Facts, ...], *, alternative: bool
    ) -> tuple[tuple[str, _Part], ...]:
        found: dict[str, list[_Part]] = {}
        for facts in all_facts:
            for name, part in facts.properties:
                found.setdefault(name, []).append(part)
        combined = {
            name: self._parts.combined(parts, alternative=alternative)
            for name, parts in found.items()
        }
        return tuple((name, part) for name, part in combined.items() if part is not None)


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
    steps: tuple[str | None, ...], facts: _Facts, declared: Location, *, required: bool
) -> Field:
    kinds = facts.kinds
    shown = sorted(kinds - {"null"}) if kinds else []
    if "number" in shown and "integer" in shown:
        shown.remove("integer")
    nothing_else = kinds == frozenset(("null",))
    return Field(
        path=field_text(steps),
        steps=steps,
        type="null" if nothing_else else " | ".join(shown) or "any",
        required=required,
        nullable=kinds is None or "null" in kinds,
        values=tuple(_text(value) for value in facts.values or () if value is not None),
        format=facts.format,
        description=facts.description,
        annotations=facts.annotations,
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
