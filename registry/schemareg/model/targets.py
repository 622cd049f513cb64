"""Targets, the names of elements: `orders/order_placed@1.2.0#customer.email`. One parser, one printer.

Grammar::

    target  = product [ "/" schema [ "@" ( version / major ) ] [ "#" field [ "=" value ] ] ]
    field   = step *( "." step )        ; a step is a property name, "[]" for the items of an array

Inside a step, `.`, `[`, `]`, `=`, `#` and `\\` of a property's name are written with a backslash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemareg.model import semver
from schemareg.model.errors import RegistryError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
"""The form of a name of a product, schema or consumer."""

_SPECIAL = re.compile(r"[.\[\]=#\\]")
_STEP = re.compile(r"(?:[^.\[\]=#\\]|\\.)+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means. `version` is a whole version, `major` a major line; never both."""

    product: str
    schema: str = ""
    version: semver.SemVer | None = None
    major: int | None = None
    field: tuple[str | None, ...] = ()
    """Steps from the root of the document; None stands for "every item of the array here"."""
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


def field_text(steps: tuple[str | None, ...]) -> str:
    """Steps in target notation: `("lines", None, "sku")` is `lines[].sku`."""
    text = ""
    for step in steps:
        if step is None:
            text += "[]"
        else:
            text += ("." if text else "") + _SPECIAL.sub(r"\\\g<0>", step)
    return text


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


def _field(text: str, tail: str) -> tuple[tuple[str | None, ...], str | None]:
    steps: list[str | None] = []
    position = 0
    while position < len(tail) and tail[position] != "=":
        if tail.startswith("[]", position):
            steps.append(None)
            position += 2
            continue
        if steps:
            if tail[position] != ".":
                raise _refused(text, f"{tail[position:]!r} does not follow a field")
            position += 1
        step = _STEP.match(tail, position)
        if step is None:
            raise _refused(text, "a step of the field is empty")
        steps.append(re.sub(r"\\(.)", r"\1", step.group(), flags=re.DOTALL))
        position = step.end()
    if not steps:
        raise _refused(text, "nothing follows '#'")
    return tuple(steps), tail[position + 1 :] if position < len(tail) else None


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
    if target.field != element.field[: len(target.field)]:
        return False
    return target.value is None or (
        target.value == element.value and len(target.field) == len(element.field)
    )
