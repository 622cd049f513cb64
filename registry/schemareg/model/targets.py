"""Targets, the names of elements: `orders/order_placed@1.2.0#customer.email`. One parser, one printer.

Grammar::

    target   = product [ "/" schema [ "@" ( version / major ) ] [ "#" field [ "=" value ] ] ]
    field    = ( name / inside ) *( "." name / inside )
    name     = a property's name / "*"             ; "*": every name that has no schema of its own
    inside   = "[]" / "[" index "]"                ; every item of an array, the item at an index
             / "{" pattern "}"                     ; every name of an object that matches
             / "[contains]"                        ; the item that an array has to contain
             / "[content]"                         ; the document that a string holds
             / '[""]'                              ; the property whose name is empty

In a property's name, `.`, `[`, `]`, `{`, `=`, `#` and `\\` are written with a backslash, and so is a
name that is `*` alone; in a pattern, `}` and `\\` are. `registry/docs/reference-paths.md` shows every form.

Until release 0.1 a `*` or `{…}` was part of a property's name. `literal` gives that reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from schemareg.model import semver
from schemareg.model.errors import RegistryError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
"""The form of a name of a product, schema or consumer."""

_SPECIAL = re.compile(r"[.\[\]{=#\\]")
_NAME = re.compile(r"(?:[^.\[\]{=#\\]|\\.)*", re.DOTALL)
_INSIDE = re.compile(r"\[(content|contains|\"\"|0|[1-9]\d{0,8}|)\]", re.ASCII)
_BRACED = re.compile(r"\{((?:[^}\\]|\\.)*)\}", re.DOTALL)
_AFTER_BRACES = (".", "[", "{", "=", "")


@dataclass(frozen=True, slots=True)
class Matching:
    """The step to the values of an object whose names a pattern matches (`patternProperties`)."""

    pattern: str


class Inside(Enum):
    """Steps to what has no name of its own."""

    VALUES = "*"
    """Of an object, the values that no name and no pattern describes (`additionalProperties`)."""
    CONTAINS = "[contains]"
    """Of an array, an item that it has to contain (`contains`)."""
    CONTENT = "[content]"
    """Of a string, the document in it (`contentSchema`)."""


Step = str | int | Matching | Inside | None
"""A property's name; an array's item at an index; None is every item of the array."""

Steps = tuple[Step, ...]
"""From the root of a record."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means. `version` is a whole version, `major` a major line; never both."""

    product: str
    schema: str = ""
    version: semver.SemVer | None = None
    major: int | None = None
    field: Steps = ()
    """Steps from the root of the document."""
    value: str | None = None
    """One enum value, as JSON text for anything that is not a plain string."""

    def __str__(self) -> str:
        text = self.product
        if self.schema:
            text += f"/{self.schema}"
        if self.version is not None:
            text += f"@{self.version}"
        elif self.major is not None:
            text += f"@{self.major}"
        if self.field:
            text += f"#{field_text(self.field)}"
            if self.value is not None:
                text += f"={self.value}"
        return text


def field_text(steps: Steps) -> str:
    """Steps in target notation: `("lines", None, "sku")` is `lines[].sku`."""
    text = ""
    for step in steps:
        text += step_text(step, "." if text else "")
    return text


def step_text(step: Step, dot: str) -> str:
    """One step in the registry's words; `dot` goes before a name."""
    if step is None:
        return "[]"
    if isinstance(step, int):
        return f"[{step}]"
    if isinstance(step, Matching):
        return "{" + re.sub(r"[}\\]", r"\\\g<0>", step.pattern) + "}"
    if isinstance(step, Inside):
        return f"{dot}*" if step is Inside.VALUES else step.value
    if not step:
        return '[""]'
    return dot + (r"\*" if step == "*" else _SPECIAL.sub(r"\\\g<0>", step))


def field_steps(text: str) -> Steps:
    """The steps of a field's path; `field_steps(field_text(x)) == x`. Raises RegistryError."""
    steps, value = _field(text, text)
    if value is not None:
        raise _refused(text, "'=' follows the field")
    return steps


def above(path: str) -> tuple[str, ...]:
    """The fields around a field, the nearest first: `lines[]` and `lines` of `lines[].sku`.

    Linear in the path.
    """
    texts: list[str] = []
    text = ""
    for step in field_steps(path)[:-1]:
        text += step_text(step, "." if text else "")
        texts.append(text)
    return tuple(reversed(texts))


def literal(steps: Steps) -> Steps:
    """The steps as release 0.1 read their text: `*` and `{…}` are parts of a property's name."""
    if not any(step is Inside.VALUES or isinstance(step, Matching) for step in steps):
        return steps
    try:
        return _field("", field_text(steps), literal=True)[0]
    except RegistryError:
        return steps


def spellings(steps: Steps) -> tuple[str, ...]:
    """The paths that a target may mean, its own reading first, then that of release 0.1."""
    return tuple(dict.fromkeys(map(field_text, (steps, literal(steps)))))


def begins(inner: Steps, outer: Steps) -> bool:
    """Whether the field at `inner` is the one at `outer`, or is inside it.

    `outer` counts in both readings, its own and that of release 0.1; every item of an array
    includes the item at an index.
    """
    return any(
        len(each) <= len(inner) and all(map(_includes, each, inner))
        for each in dict.fromkeys((outer, literal(outer)))
    )


def overlap(one: Steps, other: Steps) -> bool:
    """Whether one of two fields may be the other, or be inside it."""
    if begins(one, other) or begins(other, one):
        return True
    return any(
        all(
            _includes(mine, theirs) or _includes(theirs, mine)
            for mine, theirs in zip(a, b, strict=False)
        )
        for a in (one, literal(one))
        for b in (other, literal(other))
    )


def _includes(outer: Step, inner: Step) -> bool:
    return outer == inner or (outer is None and isinstance(inner, int))


def parse(text: str) -> Target:
    """The target that `text` names; `parse(str(x)) == x`. Raises RegistryError, naming the part."""
    head, hash_sign, tail = text.partition("#")
    subject, at, revision = head.partition("@")
    product, slash, schema = subject.partition("/")
    for what, name, needed in (("product", product, True), ("schema", schema, bool(slash))):
        if needed and not NAME.fullmatch(name):
            raise _refused(text, f"{name!r} is not a {what} name")
    if (at or hash_sign) and not schema:
        raise _refused(text, "a version or a field needs a schema")
    version, major = None, None
    if at:
        version = semver.parse(revision)
        if version is None:
            if not re.fullmatch(r"0|[1-9]\d{0,8}", revision, re.ASCII):
                raise _refused(text, f"{revision!r} is neither a version nor a major line")
            major = int(revision)
    steps, value = _field(text, tail) if hash_sign else ((), None)
    return Target(product, schema, version, major, steps, value)


def _field(text: str, tail: str, *, literal: bool = False) -> tuple[Steps, str | None]:
    steps: list[Step] = []
    position = 0
    braces = _Braces(tail, literal=literal)
    while position < len(tail) and tail[position] != "=":
        inside = _INSIDE.match(tail, position)
        matching = braces.at(position)
        if inside is not None:
            steps.append(_inside(inside.group(1)))
            position = inside.end()
            continue
        if matching is not None:
            steps.append(Matching(_unescaped(matching.group(1))))
            position = matching.end()
            continue
        if steps:
            if tail[position] != ".":
                raise _refused(text, f"{tail[position:]!r} does not follow a field")
            position += 1
        end = _name_end(tail, position, braces)
        if end == position:
            raise _refused(text, "a step of the field is empty")
        name = tail[position:end]
        steps.append(Inside.VALUES if name == "*" and not literal else _unescaped(name))
        position = end
    if not steps:
        raise _refused(text, "nothing follows '#'")
    return tuple(steps), tail[position + 1 :] if position < len(tail) else None


class _Braces:
    """Where braces of a text enclose a pattern; a text is scanned once, whatever it holds."""

    def __init__(self, text: str, *, literal: bool) -> None:
        self._text = text
        self._barren = len(text) if literal else 0
        """Before it no brace opens a pattern."""

    def at(self, position: int) -> re.Match[str] | None:
        """The braces that open at a position and enclose a pattern, or None."""
        if position < self._barren or not self._text.startswith("{", position):
            return None
        found = _BRACED.match(self._text, position)
        if found is not None and self._text[found.end() : found.end() + 1] in _AFTER_BRACES:
            return found
        # Every brace up to the same end encloses a part of the same text.
        self._barren = len(self._text) if found is None else found.end()
        return None


def _name_end(text: str, position: int, braces: _Braces) -> int:
    """Where a property's name ends: a brace that encloses no pattern is a part of it."""
    end = position
    while True:
        end = _NAME.match(text, end).end()  # type: ignore[union-attr]
        if end == len(text) or text[end] != "{" or braces.at(end):
            return end
        end += 1


def _inside(text: str) -> Step:
    if text.isdigit():
        return int(text)
    if text == '""':
        return ""
    return Inside(f"[{text}]") if text else None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _refused(text: str, why: str) -> RegistryError:
    return RegistryError(
        f"{text!r} is not a target: {why}",
        remedy="Write product, product/schema, product/schema@1.2.0, product/schema@1"
        " or product/schema#field.path",
    )


def covers(target: Target, element: Target) -> bool:
    """Whether `target` covers `element`: the same element, or a part of it."""
    if target.product != element.product or (target.schema and target.schema != element.schema):
        return False
    if target.version is not None and target.version != element.version:
        return False
    if target.major is not None:
        line = element.version.major if element.version is not None else element.major
        if line != target.major:
            return False
    if not begins(element.field, target.field):
        return False
    return target.value is None or (
        target.value == element.value and len(target.field) == len(element.field)
    )
