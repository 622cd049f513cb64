"""Changes of descriptions and metadata as sentences: the only module that uses deepdiff.

deepdiff is made for small documents. Schemas are first taken apart into the annotations of their
fields, so that it only ever sees a value or two; a whole schema never goes through it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemareg.documents.json_values import JsonValue

    Annotations = Mapping[str, Mapping[str, JsonValue]]
    """Field to what is said of it; see `SchemaFormat.annotations`."""

MOST = 40
"""Maximum sentences of one comparison; the others are counted."""

_LONGEST = 120
_LARGEST = 2_000
"""Values in a document above which only the fact of a change is reported."""


def words_changed(old: Annotations, new: Annotations) -> tuple[str, ...]:
    """Changes of descriptions and other annotations between two schemas, sorted by field.

    Added and removed fields are not included. `description of customer.email: "The address" → "…"`.
    """
    sentences = [
        sentence
        for label in sorted(old.keys() & new.keys())
        if old[label] != new[label]
        for sentence in _told(old[label], new[label], label)
    ]
    return _bounded(sentences)


def metadata_changed(before: JsonValue, after: JsonValue) -> tuple[str, ...]:
    """Changes between two small documents such as product.yaml, sorted.

    `owner.team: "checkout" → "payments"`. For large ones, only that they changed.
    """
    return _bounded(sorted(_differences(before, after)))


def _told(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], label: str
) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        subject = f"{name} of {label}" if label else name
        old, new = before.get(name), after.get(name)
        if name not in before:
            yield f"{subject} added: {_shown(new)}"
        elif name not in after:
            yield f"{subject} removed: {_shown(old)}"
        elif isinstance(old, list | dict) and isinstance(new, list | dict):
            yield from (f"{subject}, {each}" for each in sorted(_differences(old, new)))
        elif not json_values.equal(old, new):
            yield f"{subject}: {_shown(old)} → {_shown(new)}"


def _differences(before: JsonValue, after: JsonValue) -> Iterator[str]:
    if json_values.equal(before, after):
        return
    if _size(before) + _size(after) > _LARGEST:
        yield "changed in more places than are shown here"
        return
    from deepdiff import DeepDiff

    # Without ignore_order: with it, deepdiff compares every item of a list with every other.
    tree = DeepDiff(_plain(before), _plain(after), view="tree")
    for kind, changes in tree.items():
        for change in changes:
            steps = change.path(output_format="list")
            where = _path(steps)
            if kind.endswith("_added"):
                yield f"{where} added: {_shown(change.t2)}"
            elif kind.endswith("_removed"):
                yield f"{where} removed: {_shown(change.t1)}"
            else:
                yield f"{where}: {_shown(change.t1)} → {_shown(change.t2)}"


def _path(steps: Iterable[str | int | None]) -> str:
    """`owner.channels`, `examples[0]`: what people call a place in a YAML file."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step is not None:  # a member of a set has no place in it
            text += f".{step}" if text else step
    return text or "the whole"


def _plain(value: JsonValue) -> Any:
    """A value as deepdiff reads it: floats for fractions, a set for a list of different names."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(each, str) for each in value) and len({*value}) == len(value):
            return {*value}
        return [_plain(each) for each in value]
    return json.loads(json_values.render(value))


def _size(value: JsonValue) -> int:
    count, pending = 0, [value]
    while pending and count <= _LARGEST:
        here = pending.pop()
        count += 1
        if isinstance(here, dict | list):
            pending += here.values() if isinstance(here, dict) else here
    return count


def _shown(value: JsonValue) -> str:
    if isinstance(value, set | frozenset):
        value = sorted(value)
    text = json_values.render(json_values.exact(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _bounded(sentences: list[str]) -> tuple[str, ...]:
    if len(sentences) <= MOST:
        return tuple(sentences)
    return (*sentences[: MOST - 1], f"and {len(sentences) - MOST + 1} more")
