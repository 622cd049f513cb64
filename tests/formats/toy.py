"""A small schema language, to show that the registry needs no change for another one.

    # Order: One row per order.
    text id
    int  total? unit=EUR -- What the customer pays.

Each line is a field: its type, its name, `?` where it may be missing, a unit, a description. A
record is a JSON object; a reader ignores names that it does not know.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from schemareg.documents import Document, Member, Node
from schemareg.documents.document import Lines
from schemareg.documents.text import decode
from schemareg.formats.catalogue import FormatEntry
from schemareg.formats.field import Field
from schemareg.formats.format import Resolver, SchemaFormat
from schemareg.formats.verdict import Break, Budget, SchemaSource, Verdict
from schemareg.model import Content, Mistake, Outcome
from schemareg.model.errors import InvalidFiles
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from schemareg.documents.json_values import JsonValue
    from schemareg.model.targets import Steps

_LINE = re.compile(r"(\w+) +(\w+)(\?)?(?: +unit=(\w+))?(?: +-- (.*))?")
_EXAMPLES: dict[str, JsonValue] = {"text": "a", "int": 1, "flag": True}

RULES = (
    Rule("toy-missing", "A field is required", "Old records lack it.", "Add a `?`.", "The toy."),
    Rule("toy-type", "A type changed", "Old values are refused.", "Keep the type.", "The toy."),
)


class ToyFormat(SchemaFormat):
    """Fields of three types, one a line."""

    name = "toy"
    title = "Toy"
    endings = (".toy",)
    fields_pointer = ("fields",)

    def parse(self, data: bytes, path: str) -> Document:
        text = decode(data, path, yaml=False)
        head, *lines = text.splitlines(keepends=True)
        title, _, description = head.removeprefix("#").strip().partition(": ")
        fields: dict[str, JsonValue] = {}
        members: dict[str, Member] = {}
        mistakes: list[Mistake] = []
        offset = len(head)
        for line in lines:
            match = _LINE.fullmatch(line.strip())
            if match is None:
                place = Lines(path, text).place(offset)
                mistakes.append(Mistake(place, "schema-malformed", "no field", "Write TYPE NAME"))
            else:
                kind, name, optional, unit, words = match.groups()
                found = {"type": kind, "optional": bool(optional), "unit": unit, "words": words}
                fields[name] = {key: value for key, value in found.items() if value}
                node = Node(offset, offset + len(line))
                members[name] = Member(offset, offset + len(line), node)
            offset += len(line)
        if mistakes:
            raise InvalidFiles(tuple(mistakes))
        value = {"title": title, "description": description, "fields": fields}
        inside = Member(len(head), len(text), Node(len(head), len(text), members))
        return Document(path, text, value, lambda: Node(0, len(text), {"fields": inside}))

    def mistakes(
        self, document: Document, resolver: Resolver | None, dialect: str = ""
    ) -> tuple[Mistake, ...]:
        return tuple(
            Mistake(document.place(("fields", name)), "schema-malformed", "no type", "Write int")
            for name, each in document.value["fields"].items()
            if each["type"] not in _EXAMPLES
        )

    def fields(self, document: Document, resolver: Resolver) -> tuple[Field, ...]:
        return tuple(
            Field(
                path=name,
                steps=(name,),
                type=each["type"],
                required="optional" not in each,
                nullable=False,
                description=each.get("words", ""),
                annotations=(("unit", each["unit"]),) if "unit" in each else (),
                uri=f"file:///{document.path}",
                pointer=("fields", name),
            )
            for name, each in document.value["fields"].items()
        )

    def annotations(self, document: Document) -> Mapping[str, Mapping[str, JsonValue]]:
        root = {key: document.value[key] for key in ("title", "description")}
        fields = document.value["fields"].items()
        return {"": root, **{name: {"description": each.get("words", "")} for name, each in fields}}

    def meaning(self, document: Document) -> Hashable:
        fields = document.value["fields"].items()
        return frozenset(
            (name, each["type"], "optional" in each, each.get("unit", "")) for name, each in fields
        )

    def compare(
        self,
        reader: SchemaSource,
        writer: SchemaSource,
        resolver: Resolver,
        *,
        content: Content,
        formats: bool,
        budget: Budget,
    ) -> Verdict:
        breaks = tuple(_breaks(reader, writer))
        return Verdict(Outcome.BREAKING if breaks else Outcome.COMPATIBLE, findings=breaks)

    def without(
        self,
        document: Document,
        steps: Steps,
        value: str | None,
        resolver: Resolver,
    ) -> str | None:
        lines = document.text.splitlines(keepends=True)
        kept = [line for line in lines if not re.match(rf"\w+ +{steps[0]}\b", line)]
        return "".join(kept) if len(kept) < len(lines) else None

    def first_version(self, title: str, records: Iterable[JsonValue] | None = None) -> str:
        return f"# {title}\ntext id\n"


def _breaks(reader: SchemaSource, writer: SchemaSource) -> Iterator[Break]:
    asked, given = reader.value["fields"], writer.value["fields"]
    record = {name: _EXAMPLES[each["type"]] for name, each in given.items()}
    for name, each in asked.items():
        theirs = given.get(name)
        if theirs is not None and theirs["type"] == each["type"]:
            if "optional" in each or "optional" not in theirs:
                continue
        elif theirs is None and "optional" in each:
            continue
        missing = theirs is None or theirs["type"] == each["type"]
        shown = {key: value for key, value in record.items() if key != name or not missing}
        yield Break(
            rule="toy-missing" if missing else "toy-type",
            message=f"{name!r} is required now" if missing else f"{name!r} is {each['type']} now",
            keyword="optional" if missing else "type",
            pointer=("fields", name),
            uri=reader.uri,
            field=name,
            instance=() if missing else (name,),
            record=json.dumps(shown),
            remedy="Keep it as it was, or open a new major line.",
            forward=f"{name!r} is missing, and readers require it" if missing else "",
        )


ENTRY = FormatEntry("toy", "Toy", (".toy",), ToyFormat, "tests.formats.toy")
