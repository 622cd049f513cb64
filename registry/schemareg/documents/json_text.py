"""JSON text to a document. The C parser reads; a scanner finds places and details when needed.

Source: RFC 8259; duplicate names, which it leaves open, are refused (RFC 7493, section 2.3).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from schemareg.documents.document import Document, Member, MistakeCollector, Node
from schemareg.documents.json_values import NumberTooLarge, number
from schemareg.documents.text import DEEPEST, decode, too_deep
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from schemareg.documents.json_values import JsonValue

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_TOKEN = re.compile(r'[{}\[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}\[\]:,"]+', re.DOTALL)
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|([\[{])|([\]}])', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_JSON = ("NaN", "Infinity", "-Infinity")


def parse_json(data: bytes, path: str) -> Document:
    """The document in `data`. Raises InvalidFiles with every mistake; a syntax error ends the
    search.
    """
    text = decode(data, path, yaml=False)
    mistakes_found = MistakeCollector(path, text)
    _check_depth(text, mistakes_found)
    mistakes_found.settle()
    reader = _Reader()
    try:
        value = reader.read(text)
    except json.JSONDecodeError as error:
        _report_syntax(error, mistakes_found)
        mistakes_found.settle()
    if reader.doubtful or _SURROGATE_ESCAPE.search(text):
        _measure(text, mistakes_found)
        mistakes_found.settle()
    return Document(path, text, value, lambda: _measure(text))


class _Reader:
    """Reads with the C parser and notes that something is wrong; the scanner finds the place."""

    def __init__(self) -> None:
        self.doubtful = False

    def read(self, text: str) -> JsonValue:
        return json.loads(
            text,
            object_pairs_hook=self._object,
            parse_int=self._number,
            parse_float=self._number,
            parse_constant=self._constant,
        )

    def _object(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        members = dict(pairs)
        if len(members) != len(pairs):
            self.doubtful = True
        return members

    def _number(self, text: str) -> int | Fraction:
        try:
            return number(text)
        except NumberTooLarge:
            self.doubtful = True
            return 0

    def _constant(self, _: str) -> None:
        self.doubtful = True


def _check_depth(text: str, mistakes_found: MistakeCollector) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for match in _BRACKET.finditer(text):
        if match.group(1):
            depth += 1
            if depth > DEEPEST:
                too_deep(mistakes_found, match.start())
                return
        elif match.group(2):
            depth -= 1


class _Open:
    """An object or array that the scanner is in."""

    __slots__ = ("inside", "key", "start")

    def __init__(self, start: int, inside: dict[str, Member] | list[Node]) -> None:
        self.start = start
        self.inside = inside
        self.key: tuple[str, int, int] | None = None


def _measure(text: str, mistakes_found: MistakeCollector | None = None) -> Node:
    """The places in a text that is valid JSON syntax; reports mistakes inside it."""
    stack: list[_Open] = []
    done: Node | None = None
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        head = token[0]
        if head in ":,":
            continue
        if head in "{[":
            stack.append(_Open(start, {} if head == "{" else []))
            continue
        if head in "}]":
            closed = stack.pop()
            done = Node(closed.start, match.end(), closed.inside)
        else:
            if mistakes_found is not None:
                _report_scalar(token, start, mistakes_found)
            here = stack[-1] if stack else None
            if here is not None and isinstance(here.inside, dict) and here.key is None:
                here.key = (json.loads(token), start, match.end())
                continue
            done = Node(start, match.end())
        if stack:
            _put(stack[-1], done, mistakes_found)
    assert done is not None  # noqa: S101 - the C parser has found a value
    return done


def _put(here: _Open, node: Node, mistakes_found: MistakeCollector | None) -> None:
    if isinstance(here.inside, list):
        here.inside.append(node)
        return
    assert here.key is not None  # noqa: S101 - the C parser has found the syntax right
    name, start, end = here.key
    here.key = None
    earlier = here.inside.get(name)
    if earlier is None:
        here.inside[name] = Member(start, end, node)
    elif mistakes_found is not None:
        report_duplicate(name, start, earlier.start, mistakes_found)


def report_duplicate(
    name: str, offset: int, earlier: int, mistakes_found: MistakeCollector
) -> None:
    """Report a key that its object already has."""
    mistakes_found.add(
        offset,
        "duplicate-key",
        f"the key {quoted(name)} is repeated here, after line {mistakes_found.place(earlier).line}",
        "Keep one of the two",
    )


def report_size(text: str, offset: int, mistakes_found: MistakeCollector) -> None:
    """Report a number that has too many digits to be exact."""
    mistakes_found.add(
        offset,
        "number-too-large",
        f"the number {quoted(text, 24)} is beyond what can be kept exactly (10^±4000)",
        "Write a smaller number, or leave it out if it means 'no bound'",
    )


def report_surrogate(offset: int, mistakes_found: MistakeCollector) -> None:
    """Report a string that contains half a character."""
    mistakes_found.add(
        offset,
        "lone-surrogate",
        "the string has half of a surrogate pair, which is not a character",
        "Write both halves, or the character itself",
    )


def _report_scalar(token: str, offset: int, mistakes_found: MistakeCollector) -> None:
    if token[0] == '"':
        if "\\" in token and _SURROGATE.search(json.loads(token)):
            report_surrogate(offset, mistakes_found)
    elif token in _NOT_JSON:
        mistakes_found.add(
            offset,
            "number-not-json",
            f"{token} is not a JSON number",
            "Write a number, null, or leave the member out",
        )
    elif token not in ("true", "false", "null"):
        try:
            number(token)
        except NumberTooLarge:
            report_size(token, offset, mistakes_found)


def _report_syntax(error: json.JSONDecodeError, mistakes_found: MistakeCollector) -> None:
    offset, message = error.pos, error.msg
    before = error.doc[:offset].rstrip()
    if before.endswith(",") and error.doc[offset : offset + 1] in ("}", "]"):
        # Python 3.13 points to the comma, which must go; older versions to what follows it.
        offset, message = len(before) - 1, "Illegal trailing comma"
    what, remedy = _syntax(message, error.doc[offset : offset + 2])
    mistakes_found.add(offset, "json-syntax", what, remedy)


def _syntax(message: str, rest: str) -> tuple[str, str]:
    seen = quoted(rest[:1]) if rest else "the end of the file"
    if rest in ("//", "/*") or rest[:1] == "#":
        return "JSON has no comments", "Remove the comment; schemas have $comment for it"
    if rest[:1] == "'":
        return "JSON has double quotes only", "Write double quotes"
    if "trailing comma" in message:
        return "there is a comma before the end of the object or array", "Remove the comma"
    if message.startswith("Unterminated string"):
        return "the string that begins here does not end", 'Close it with "'
    if message.startswith("Invalid control character"):
        return (
            "a string cannot contain a line break or a tab",
            r"Write \n or \t, or end the string on its line",
        )
    if "escape" in message:
        return "no such escape in a JSON string", r"Write \\ for a backslash"
    if message.startswith("Extra data"):
        return f"the document has ended before {seen}", "Keep one value per file"
    if "delimiter" in message:
        sign = "':'" if "':'" in message else "','"
        return f"{sign} is missing before {seen}", f"Write {sign} here, or close what is open"
    if "property name" in message:
        return f"a name in double quotes is expected here, not {seen}", 'Write "name": value'
    return f"a value is expected here, not {seen}", "Write a value, or close what is open"
