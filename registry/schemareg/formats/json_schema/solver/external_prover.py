"""A second prover for what our search leaves undecided: `jsonschema-rs`, where it is installed.

It proves containment by canonical forms and gives no witness, so only its *yes* counts. It is asked
last: our own search is complete on what people write and takes a fraction of a millisecond, and a
proof that cannot be checked must not come before it (decision 0004).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from schemareg.formats.json_schema.dialects import Dialect, by_label

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.verdict import SchemaSource

_DRAFTS = {
    Dialect.DRAFT4: "Draft4",
    Dialect.DRAFT6: "Draft6",
    Dialect.DRAFT7: "Draft7",
    Dialect.DRAFT2019: "Draft201909",
    Dialect.DRAFT2020: "Draft202012",
}


def proves(reader: SchemaSource, writer: SchemaSource) -> bool:
    """Whether the library proves that the reader accepts all that the writer's schema allows.

    Nothing is fetched, formats are annotations; what the library cannot do is no proof.
    """
    try:
        import jsonschema_rs
    except ImportError:
        return False
    if _beyond(reader.value) or _beyond(writer.value):
        return False
    try:
        wide, narrow = (_canonical(jsonschema_rs, source) for source in (reader, writer))
        return str(wide.covers(narrow)) == "yes"
    except Exception:  # noqa: BLE001
        # An experimental interface with errors of many kinds; none of them is a proof.
        return False


def _canonical(library: Any, source: SchemaSource) -> Any:
    dialect = by_label(source.dialect) or Dialect.DRAFT2020
    return library.canonicalize(
        source.value,
        draft=getattr(library, _DRAFTS[dialect]),
        validate_formats=False,
        offline=True,
    )


_DEEPEST = 20
_MOST = 2_000
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def _beyond(value: JsonValue) -> bool:
    """Whether the library cannot handle the schema safely.

    References can exhaust the stack of its native code, which ends the whole process, and it has no
    time limit; it would round numbers with a fraction.
    """
    stack = [(value, 0)]
    seen = 0
    while stack:
        each, depth = stack.pop()
        seen += 1
        if isinstance(each, Fraction) or depth > _DEEPEST or seen > _MOST:
            return True
        if isinstance(each, dict):
            if any(keyword in each for keyword in _REFERENCES):
                return True
            stack.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            stack.extend((inner, depth + 1) for inner in each)
    return False
