"""Random Avro schemas, changes of them, and data: for the differential tests of the Avro room."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from schemareg.formats.avro import data
from schemareg.formats.avro.data import Datum, UnionBranch

if TYPE_CHECKING:
    import random

    from schemareg.formats.avro.schema import Type

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL = (
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "int", "logicalType": "date"},
    {"type": "string", "logicalType": "uuid"},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
)
SYMBOLS = ("A", "B", "C", "D")


class Schemas:
    """Makes schemas; `names` are those of the named types it has defined so far."""

    def __init__(self, chance: random.Random, *, logical: bool = True) -> None:
        self.chance = chance
        self.logical = logical
        self.defined: list[str] = []
        self.count = 0

    def root(self) -> Any:
        self.defined, self.count = [], 0
        return self.type(4)

    def type(self, depth: int, *, union: bool = True) -> Any:
        draw = self.chance.random()
        if depth <= 0 or draw < 0.35:
            if self.logical and self.chance.random() < 0.1:
                return dict(self.chance.choice(LOGICAL))
            return self.chance.choice(PRIMITIVES)
        if draw < 0.42 and self.defined:
            return self.chance.choice(self.defined)
        if draw < 0.62:
            return self.record(depth)
        if draw < 0.7:
            return {
                "type": "enum",
                "name": self.name(),
                "symbols": list(SYMBOLS[: self.chance.randint(1, 4)]),
            }
        if draw < 0.75:
            return {"type": "fixed", "name": self.name(), "size": self.chance.randint(0, 3)}
        if draw < 0.82:
            return {"type": "array", "items": self.type(depth - 1)}
        if draw < 0.88:
            return {"type": "map", "values": self.type(depth - 1)}
        return self.union(depth) if union else self.chance.choice(PRIMITIVES)

    def name(self) -> str:
        self.count += 1
        short = f"N{self.chance.randint(1, self.count)}"  # in two namespaces, now and then
        free = [each for each in (f"a.{short}", f"b.{short}") if each not in self.defined]
        name = self.chance.choice(free) if free else f"a.N{self.count}x"
        self.defined.append(name)
        return name

    def record(self, depth: int) -> Any:
        name = self.name()
        fields = []
        for position in range(self.chance.randint(0, 4)):
            if self.chance.random() < 0.15:
                type_: Any = ["null", name]
            else:
                type_ = self.type(depth - 1)
            fields.append({"name": f"f{position}", "type": type_})
        return {"type": "record", "name": name, "fields": fields}

    def union(self, depth: int) -> Any:
        branches, seen = [], set()
        for _ in range(self.chance.randint(1, 4)):
            branch = self.type(depth - 1, union=False)
            label = branch if isinstance(branch, str) else branch.get("name") or branch["type"]
            if label not in seen:
                seen.add(label)
                branches.append(branch)
        return branches

    def changed(self, schema: Any) -> Any:
        """The schema after one to three random edits."""
        value = copy.deepcopy(schema)
        for _ in range(self.chance.randint(1, 3)):
            value = self._edited(value)
        return value

    def _edited(self, root: Any) -> Any:
        places = list(_places(root))
        holder, key = self.chance.choice(places)
        here = root if holder is None else holder[key]
        new = self._edit(here)
        if holder is None:
            return new
        holder[key] = new
        return root

    def _edit(self, here: Any) -> Any:
        chance = self.chance
        draw = chance.random()
        if isinstance(here, list):
            if draw < 0.3 and len(here) > 1:
                return here[:-1] if chance.random() < 0.5 else here[1:]
            if draw < 0.5:
                return list(reversed(here))
            if draw < 0.8:
                extra = chance.choice(PRIMITIVES)
                labels = [each if isinstance(each, str) else each["type"] for each in here]
                return here if extra in labels else [*here, extra]
            return here[0] if here else here
        if isinstance(here, dict) and here["type"] == "record":
            fields = here["fields"]
            if draw < 0.25:
                fields.append({"name": f"g{chance.randint(0, 9)}{len(fields)}", "type": "int"})
            elif draw < 0.5:
                new = {"name": f"h{chance.randint(0, 9)}{len(fields)}", "type": ["null", "string"]}
                fields.append({**new, "default": None})
            elif draw < 0.65 and fields:
                fields.pop(chance.randrange(len(fields)))
            elif draw < 0.75 and fields:
                field = chance.choice(fields)
                field["aliases"] = [field["name"]]
                field["name"] = f"{field['name']}x"
            elif draw < 0.85:
                chance.shuffle(fields)
                return (
                    here
                    if not _forward(here)
                    else {**here, "fields": sorted(fields, key=lambda each: each["name"])}
                )
            elif draw < 0.93:
                return {**here, "name": f"{here['name']}z", "aliases": [here["name"]]}
            return here
        if isinstance(here, dict) and here["type"] == "enum":
            if draw < 0.4:
                return {**here, "symbols": here["symbols"][:-1] or ["Z"]}
            if draw < 0.7:
                return {**here, "symbols": ["Z"], "default": "Z"}
            return (
                {**here, "symbols": [*here["symbols"], "Y"]} if "Y" not in here["symbols"] else here
            )
        if isinstance(here, dict) and here["type"] == "fixed":
            return {**here, "size": here["size"] + 1} if draw < 0.5 else here
        if isinstance(here, str) and here in PRIMITIVES:
            if draw < 0.5:
                promoted = {
                    "int": "long",
                    "long": "double",
                    "float": "double",
                    "string": "bytes",
                    "bytes": "string",
                }
                return promoted.get(here, here)
            if draw < 0.7:
                return ["null", here] if here != "null" else ["null", "int"]
            return chance.choice(PRIMITIVES)
        return here


def _forward(record: Any) -> bool:
    """Whether a record defines a type inside, which another order would put after its use."""
    return any(not isinstance(each["type"], str) for each in record["fields"])


def _places(value: Any, holder: Any = None, key: Any = None) -> Any:
    """Every type in a schema, with what holds it; branches of unions only as a whole."""
    yield holder, key
    if isinstance(value, list):
        for position, each in enumerate(value):
            if isinstance(each, dict):
                for place in _places(each, value, position):
                    if place[0] is not value:
                        yield place
    elif isinstance(value, dict):
        for name in ("items", "values"):
            if name in value:
                yield from _places(value[name], value, name)
        for field in value.get("fields", ()):
            yield from _places(field["type"], field, "type")


def datum(chance: random.Random, type_: Type, smallest: data.Smallest, depth: int = 6) -> Datum:
    """A random datum of a type that has one."""
    kind = type_.kind
    if depth <= 0:
        return smallest.datum(type_)
    if kind == "union":
        able = [p for p, each in enumerate(type_.branches) if smallest.size(each) is not None]
        position = chance.choice(able)
        return UnionBranch(position, datum(chance, type_.branches[position], smallest, depth - 1))
    if kind == "record":
        return {each.name: datum(chance, each.type, smallest, depth - 1) for each in type_.fields}
    if kind in ("array", "map"):
        if smallest.size(type_.inner) is None:
            return [] if kind == "array" else {}
        items = [
            datum(chance, type_.inner, smallest, depth - 1) for _ in range(chance.randint(0, 2))
        ]
        return items if kind == "array" else {f"k{p}": each for p, each in enumerate(items)}
    return data.leaf(type_, 0 if type_.logical else chance.randint(0, 100))
