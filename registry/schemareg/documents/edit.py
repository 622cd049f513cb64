"""One change to the text of a file that people wrote: everything else stays as it is.

The text is cut and joined at the places that the parser gives, never rendered again, so that
comments, order, quotes and line ends survive. The result is parsed again and must have exactly the
intended value; otherwise nothing is changed, and a person must edit the file.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values, parse
from schemareg.documents.yaml_flow import flow
from schemareg.documents.yaml_scalar import scalar
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents import Document, Node
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

_REST_OF_LINE = re.compile(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")


def with_scalar(
    document: Document, key: str, text: str, *, after: str = "", inside: Pointer = ()
) -> str:
    """The text of a YAML file whose root, or the object `inside` it, has `key: text`.

    A new key is added after the key `after`, by default at the end. Raises RegistryError where that
    would change other parts of the file.
    """
    if key not in _at(document.value, inside):
        return with_member(document, key, text, after=after, inside=inside)
    wanted = deepcopy(document.value)
    _at(wanted, inside)[key] = text
    changed = _replaced(document, (*inside, key), text)
    return _agreed(document, changed, wanted, (*inside, key), f"say `{key}: {scalar(text)}`")


def with_member(
    document: Document, key: str, value: JsonValue, *, after: str = "", inside: Pointer = ()
) -> str:
    """The text of a YAML file with one more key in its root, or in the object `inside` it.

    It is added after the key `after`, by default at the end. Raises RegistryError as `with_scalar`.
    """
    wanted = deepcopy(document.value)
    held = _at(wanted, inside)
    former = dict(held)
    held.clear()
    for name, each in former.items():
        held[name] = each
        if name == after:
            held[key] = value
    held.setdefault(key, value)
    changed = _added(document, _node(document, inside), key, value, after)
    what = f"say `{key}: {flow(value)}`"
    return _agreed(document, changed, wanted, (*inside, key), what)


def with_item(document: Document, pointer: Pointer, value: JsonValue) -> str:
    """The text of a YAML file with one more item at the end of the list at a pointer.

    Raises RegistryError where that would change other parts of the file.
    """
    wanted = deepcopy(document.value)
    _at(wanted, pointer).append(value)
    changed = _appended(document, _node(document, pointer), value)
    return _agreed(document, changed, wanted, pointer, f"add {flow(value)}")


def without(document: Document, *pointers: Pointer) -> str:
    """The text of a JSON or YAML file without these members and items.

    One inside another is removed with it. Raises RegistryError where that would change other parts
    of the file.
    """
    # The last first: a cut does not move what is before it.
    starts = {each: _node(document, each).start for each in _outermost(pointers)}
    for pointer in sorted(starts, key=starts.__getitem__, reverse=True):
        wanted = deepcopy(document.value)
        _delete(wanted, pointer)
        changed = _cut(document, pointer)
        text = _agreed(document, changed, wanted, pointer, f"take {quoted(pointer[-1])} out")
        document = parse(text.encode(), document.path)
    return document.text


def _replaced(document: Document, pointer: Pointer, text: str) -> str:
    """Keep the text around the value and the style of its quotes."""
    whole, node = document.text, _node(document, pointer)
    old = whole[node.start : node.end].rstrip()
    inside = any(_flow(document, _node(document, pointer[:end])) for end in range(len(pointer)))
    new = scalar(text, flow=inside, style=old[:1] if old[:1] in "'\"" else "")
    gap = " " if not old and whole[node.start - 1 : node.start] == ":" else ""
    return whole[: node.start] + gap + new + whole[node.start + len(old) :]


def _added(document: Document, node: Node, key: str, value: JsonValue, after: str) -> str:
    whole = document.text
    inside = node.inside if isinstance(node.inside, dict) else {}
    if not inside:  # `{}`
        return (
            f"{whole[: node.start + 1]}{key}: {flow(value, inside=True)}{whole[node.end - 1 :]}"
            if _flow(document, node)
            else whole
        )
    member = inside.get(after) or list(inside.values())[-1]
    end = _last(document, member.value)
    if _flow(document, node):
        return f"{whole[:end]}, {key}: {flow(value, inside=True)}{whole[end:]}"
    begin = whole.rfind("\n", 0, member.start) + 1
    # The first key of an item is after its dash, the others are below it.
    indent = re.sub(r"[^ ]", " ", whole[begin : member.start])
    return _with_line(whole, end, f"{indent}{key}: {flow(value)}")


def _appended(document: Document, node: Node, value: JsonValue) -> str:
    whole = document.text
    items = node.inside if isinstance(node.inside, list) else []
    if not items:
        return f"{whole[: node.start + 1]}{flow(value, inside=True)}{whole[node.end - 1 :]}"
    end = _last(document, items[-1])
    if _flow(document, node):
        return f"{whole[:end]}, {flow(value, inside=True)}{whole[end:]}"
    begin = whole.rfind("\n", 0, items[-1].start) + 1
    return _with_line(whole, end, f"{whole[begin : items[-1].start]}{flow(value)}")


def _with_line(whole: str, end: int, line: str) -> str:
    """A text with one more line after the line of an offset."""
    line_end = "\r\n" if "\r\n" in whole else "\n"
    stop = whole.find("\n", end)
    head, tail = (whole, "") if stop < 0 else (whole[: stop + 1], whole[stop + 1 :])
    gap = "" if head.endswith("\n") else line_end
    return f"{head}{gap}{line}{line_end}{tail}"


class _Span(NamedTuple):
    """Start and end of one of the members or items of a collection."""

    start: int
    end: int


def _cut(document: Document, pointer: Pointer) -> str:
    """The text without the part at the pointer; the same text where that is not simple."""
    parent = _node(document, pointer[:-1])
    spans, position = _siblings(document, parent, pointer[-1])
    text = document.text
    if _flow(document, parent):
        return _cut_from_flow(text, parent, spans, position)
    if len(spans) == 1:
        return _emptied(text, parent)
    begin = text.rfind("\n", 0, spans[position].start) + 1
    before = text[begin : spans[position].start].strip(" ")
    rest = _REST_OF_LINE.match(text, spans[position].end)
    if rest is None or before != ("-" if isinstance(parent.inside, list) else ""):
        return text
    return text[:begin] + text[rest.end() :]


def _cut_from_flow(text: str, parent: Node, spans: list[_Span], position: int) -> str:
    if len(spans) == 1:
        return text[: parent.start + 1] + text[parent.end - 1 :]
    if position + 1 < len(spans):
        return text[: spans[position].start] + text[spans[position + 1].start :]
    return text[: spans[position - 1].end] + text[spans[position].end :]


def _emptied(text: str, parent: Node) -> str:
    """A block collection cannot be empty: it becomes `{}` or `[]` behind its key."""
    empty = "[]" if isinstance(parent.inside, list) else "{}"
    key = len(text[: parent.start].rstrip())
    end = len(text[: parent.end].rstrip())
    if text[key - 1 : key] == ":":
        return f"{text[:key]} {empty}{text[end:]}"
    return text[: parent.start] + empty + text[end:]


def _siblings(document: Document, parent: Node, step: str | int) -> tuple[list[_Span], int]:
    """The places of the members or items, in document order, and which of them is meant."""
    text = document.text
    if isinstance(parent.inside, dict):
        members = parent.inside
        spans = [_Span(each.start, _end(text, each.value)) for each in members.values()]
        return spans, list(members).index(str(step))
    items = parent.inside or []
    return [_Span(each.start, _end(text, each)) for each in items], int(step)


def _end(text: str, node: Node) -> int:
    """The offset after the last character of a node; the own end of a block scalar is on the next
    line.
    """
    return max(node.start, len(text[: node.end].rstrip()))


def _last(document: Document, node: Node) -> int:
    """The offset after everything in a node; the own end of a block is after its comments."""
    inside = node.inside or ()
    held = [each.value for each in inside.values()] if isinstance(inside, dict) else list(inside)
    if not held or _flow(document, node):
        return _end(document.text, node)
    return max(_last(document, each) for each in held)


def _at(value: JsonValue, pointer: Pointer) -> JsonValue:
    for step in pointer:
        value = value[step]
    return value


def _node(document: Document, pointer: Pointer) -> Node:
    node = document.root
    for step in pointer:
        if isinstance(node.inside, dict):
            node = node.inside[str(step)].value
        else:
            assert isinstance(node.inside, list)  # noqa: S101 - a pointer leads through collections
            node = node.inside[int(step)]
    return node


def _flow(document: Document, node: Node) -> bool:
    return document.text[node.start : node.start + 1] in ("{", "[")


def _outermost(pointers: Iterable[Pointer]) -> list[Pointer]:
    every = set(pointers)
    return [
        each for each in every if not any(each[:depth] in every for depth in range(1, len(each)))
    ]


def _delete(value: JsonValue, pointer: Pointer) -> None:
    del _at(value, pointer[:-1])[pointer[-1]]


def _agreed(
    document: Document, changed: str, wanted: JsonValue, pointer: Pointer, what: str
) -> str:
    """The changed text, if it has the intended value in the intended order."""
    try:
        value = parse(changed.encode("utf-8"), document.path).value
    except InvalidFiles:
        value = None
    if json_values.render(value) != json_values.render(wanted):
        raise RegistryError(
            f"cannot {what} without changing what is beside it",
            where=str(document.place(pointer)),
            remedy="Do it by hand",
        )
    return changed
