"""YAML text to a document: what JSON can express, in YAML's notation, without surprises.

Built from the parser's events, not from its nodes: composing is recursive (the C composer crashes
the process on deep nesting), events are not, and the depth is known as it grows.

Scalars follow the core schema of YAML 1.2, so `no`, `on`, `12:30:45` and `2027-03-01` are strings;
`0123`, which some readers read as 83 and others as 123, is a string too. Anchors, aliases, tags,
merge keys and directives are refused: each value must be where the file shows it.

Source: YAML 1.2.2, section 10.3.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from schemareg.documents.document import Document, Member, MistakeCollector, Node
from schemareg.documents.json_text import (
    report_duplicate,
    report_size,
    report_surrogate,
)
from schemareg.documents.json_values import LARGEST_EXPONENT, NumberTooLarge, number
from schemareg.documents.text import DEEPEST, decode, too_deep
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

_WORDS: dict[str, JsonValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FIRST_OF_NUMBER = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII
)
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#", re.MULTILINE)
_TAB = "there is a tab where YAML requires spaces", "Write spaces, or put the text in quotes"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"(?:\\u|u)?[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse_yaml(data: bytes, path: str, *, pure: bool = False) -> Document:
    """The document in `data`. Raises InvalidFiles with every mistake; a syntax error ends the
    search.

    `pure` uses the parser written in Python even where the C parser is installed; they agree.
    """
    text = decode(data, path, yaml=True)
    mistakes_found = MistakeCollector(path, text)
    builder = _Builder(text, mistakes_found)
    _feed(builder, text, mistakes_found, pure)
    mistakes_found.settle()
    if not builder.documents:
        what = "the file holds comments only"
        mistakes_found.add(0, "file-empty", what, "Write the document, or remove the file")
    _report_tabs(text, builder.quoted, mistakes_found)
    mistakes_found.settle()
    return Document(path, text, builder.value, lambda: builder.node)


def _feed(builder: _Builder, text: str, mistakes_found: MistakeCollector, pure: bool) -> None:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader if pure else loader):
            if not builder.take(event):
                return
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _report_syntax(error.problem or "", mark.index if mark else 0, text, mistakes_found)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # In the Python parser `chr` fails on an escape beyond Unicode.
        _report_syntax(str(error), len(text.rstrip()), text, mistakes_found)


def _report_tabs(text: str, spans: list[Node], mistakes_found: MistakeCollector) -> None:
    """Tabs are allowed in quoted and block text and in comments; elsewhere readers disagree about
    them.
    """
    starts = [span.start for span in spans] if "\t" in text else []
    at = text.find("\t")
    while at >= 0:
        before = bisect_right(starts, at)
        after = spans[before - 1].end if before else 0
        line = max(after, text.rfind("\n", 0, at) + 1)
        if at >= after and not _COMMENT.search(text, line, at):
            mistakes_found.add(at, "yaml-syntax", *_TAB)
        at = text.find("\t", at + 1)


class _Open:
    """A mapping or sequence that the events are in."""

    __slots__ = ("flow", "inside", "key", "start", "value")

    def __init__(self, start: int, *, mapping: bool, flow: bool) -> None:
        self.start = start
        self.flow = flow
        self.value: Any = {} if mapping else []
        self.inside: dict[str, Member] | list[Node] = {} if mapping else []
        self.key: tuple[str | None, int, int] | None = None
        """The key whose value comes next; its name is None where it is not a valid key."""

    def end(self, after: int) -> int:
        """A flow collection ends with its bracket, a block collection with its last part."""
        if self.flow or not self.inside:
            return after
        if isinstance(self.inside, dict):
            last: Member = next(reversed(self.inside.values()))
            return last.value.end
        return self.inside[-1].end


class _Builder:
    """Builds the value and the places from events."""

    def __init__(self, text: str, mistakes_found: MistakeCollector) -> None:
        self.documents = 0
        self.value: JsonValue = None
        self.node = Node(0, 0)
        self.quoted: list[Node] = []
        """The places of quoted and block scalars."""
        self._text = text
        self._mistakes = mistakes_found
        self._stack: list[_Open] = []

    def take(self, event: Any) -> bool:
        """Takes one event; False when further reading is useless."""
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            return self._opened(event, mapping=kind == "MappingStartEvent")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            closed = self._stack.pop()
            node = Node(closed.start, closed.end(int(event.end_mark.index)), closed.inside)
            self._settle(closed.value, node)
        elif kind == "AliasEvent":
            start, end = event.start_mark.index, event.end_mark.index
            self._report_anchor(start, f"*{event.anchor}")
            self._settle("", Node(start, end))
        elif kind == "DocumentStartEvent":
            return self._document(event)
        return True

    def _document(self, event: Any) -> bool:
        self.documents += 1
        start = event.start_mark.index
        if self.documents > 1:
            what = "a second document begins here"
            self._mistakes.add(start, "yaml-several-documents", what, "Keep one document per file")
            return False
        if event.version or event.tags:
            what = "there is a directive before the document"
            self._mistakes.add(
                start, "yaml-directive", what, "Remove the lines that begin with '%'"
            )
        return True

    def _opened(self, event: Any, *, mapping: bool) -> bool:
        start = event.start_mark.index
        self._check_properties(event)
        if len(self._stack) >= DEEPEST:
            too_deep(self._mistakes, start)
            return False
        self._stack.append(_Open(start, mapping=mapping, flow=event.flow_style))
        return True

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self._check_properties(event)
        value: JsonValue = event.value
        plain = event.style not in ("'", '"', "|", ">")
        if plain:
            if "?" in value and self._stack and self._stack[-1].flow:
                # The C parser reads `[a?b]` as one text, the Python parser does not read it at all.
                what = "there is a '?' in brackets without quotes"
                self._mistakes.add(start, "yaml-syntax", what, "Put the value in quotes")
            value = self._resolved(value, start)
        if start == end:
            # The value is missing here; the parsers disagree about its place.
            start = end = self._before_blanks(start)
        node = Node(start, end)
        if not plain:
            self.quoted.append(node)
            if event.style == '"' and _SURROGATE.search(value):
                report_surrogate(start, self._mistakes)
            if event.style in ("|", ">") and value.lstrip("\n").startswith("\t"):
                self._mistakes.add(start, "yaml-syntax", *_TAB)
        self._settle(value, node, plain=plain)

    def _before_blanks(self, offset: int) -> int:
        while offset and self._text[offset - 1] in " \t\r\n":
            offset -= 1
        return offset

    def _settle(self, value: JsonValue, node: Node, *, plain: bool = False) -> None:
        """Puts a finished value into its parent: the root, an array, a key or its value."""
        if not self._stack:
            self.value, self.node = value, node
            return
        here = self._stack[-1]
        if isinstance(here.inside, list):
            here.inside.append(node)
            here.value.append(value)
        elif here.key is None:
            here.key = (self._name(value, node, plain), node.start, node.end)
        else:
            name, start, end = here.key
            here.key = None
            if name is None:
                return
            if name in here.inside:
                report_duplicate(name, start, here.inside[name].start, self._mistakes)
                return
            here.inside[name] = Member(start, end, node)
            here.value[name] = value

    def _name(self, value: JsonValue, node: Node, plain: bool) -> str | None:
        if plain and value == "<<":
            self._mistakes.add(
                node.start,
                "yaml-merge-key",
                "'<<' would merge another object into this one",
                "Write the keys of that object here",
            )
            return None
        if isinstance(value, str):
            return value
        written = self._text[node.start : node.end]
        sort = "an object or array" if isinstance(value, dict | list) else "not a string in YAML"
        self._mistakes.add(
            node.start,
            "yaml-key-not-string",
            f"the key {quoted(written)} is {sort}",
            f'Write it in quotes: "{written}"'
            if len(written) < 40
            else "Write a string as the key",
        )
        return None

    def _resolved(self, text: str, offset: int) -> JsonValue:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _FIRST_OF_NUMBER:
            return text
        try:
            if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
                return number(_as_json(text))
        except NumberTooLarge:
            report_size(text, offset, self._mistakes)
            return 0
        if _OTHER_BASE.fullmatch(text):
            return self._other_base(text, offset)
        if _NOT_JSON.fullmatch(text):
            self._mistakes.add(
                offset,
                "number-not-json",
                f"{text} is not a JSON number",
                "Write a number, null, or leave the key out",
            )
            return 0
        return text

    def _other_base(self, text: str, offset: int) -> int:
        if len(text) > LARGEST_EXPONENT // 2:
            report_size(text, offset, self._mistakes)
            return 0
        return int(text, 0)

    def _check_properties(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None:
            self._report_anchor(start, f"&{event.anchor}")
        # The C parser drops the tag `!`; the text still has it.
        if event.tag is not None or (start < end and self._text[start] == "!"):
            self._mistakes.add(
                start,
                "yaml-tag",
                f"a tag ({quoted(self._text[start:end].split()[0])}) is before the value",
                "Remove the tag; write a string in quotes, everything else as it is",
            )

    def _report_anchor(self, offset: int, written: str) -> None:
        what = "an alias repeats" if written[0] == "*" else "an anchor names"
        self._mistakes.add(
            offset,
            "yaml-anchor",
            f"{what} a value ({quoted(written)})",
            "Write the value out at each place",
        )


def _as_json(text: str) -> str:
    """A number of YAML's core schema as JSON writes it: `+1` is 1, `.5` is 0.5, `5.` is 5."""
    return text.removeprefix("+")


def _report_syntax(problem: str, offset: int, text: str, mistakes_found: MistakeCollector) -> None:
    escape = text[offset : offset + 6]
    if "escape" in problem and _SURROGATE_ESCAPE.match(escape):
        report_surrogate(offset, mistakes_found)
        return
    if offset >= len(text.rstrip()):
        what = "the file ends before what is open is closed"
        mistakes_found.add(
            min(offset, len(text)), "yaml-syntax", what, "Close the bracket or the quotes"
        )
        return
    what, remedy = _syntax(problem, text[offset : offset + 1])
    mistakes_found.add(offset, "yaml-syntax", what, remedy)


def _syntax(problem: str, seen: str) -> tuple[str, str]:
    if seen == "\t":
        return _TAB
    if "mapping values are not allowed" in problem:
        return (
            "there is a ':' where no key is possible",
            "Put a value that has ': ' in it in quotes, or fix the indentation",
        )
    if "could not find expected ':'" in problem:
        return "a key before this place has no ':'", "Write 'key: value'"
    if "did not find expected" in problem or "expected" in problem:
        where = quoted(seen) if seen.strip() else "what follows"
        return (
            f"{where} does not belong here",
            "Fix the indentation, close what is open before it, or put the value in quotes",
        )
    if "cannot start any token" in problem:
        return f"a value cannot begin with {quoted(seen)}", "Put the value in quotes"
    if "escape" in problem:
        return "no such escape in double quotes", "Write \\\\ for a backslash, or use single quotes"
    return f"this is not YAML: {problem[:80]}", "Correct the syntax here"
