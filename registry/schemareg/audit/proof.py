"""A proof that records landed: a file that can be checked against a checkpoint without Git."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemareg.audit import checkpoint as checkpoints
from schemareg.audit import merkle
from schemareg.audit.records import record
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.model import Landing, PathChange

FORMAT = "reg-proof-1"
"""The format identifier in the file."""

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """One record and its audit path."""

    record: str
    """The canonical text of the record."""
    index: int
    beside: tuple[bytes, ...]
    """The sibling digests, lowest first."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that some records are covered by a checkpoint."""

    checkpoint: Checkpoint
    records: tuple[ProvenRecord, ...]


def prove(
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]],
    checkpoint: Checkpoint,
    wanted: Collection[tuple[str, str]],
) -> Proof | None:
    """Make the proof of the wanted changes, each by commit and path, in the order of landing.

    `landings` are all of a line, oldest first; None if they do not lead to the checkpoint.
    """
    leaves: list[bytes] = []
    found: list[tuple[str, int]] = []
    for landing, changes in landings:
        for change in changes:
            text = record(change)
            if (landing.commit, change.path) in wanted:
                found.append((text, len(leaves)))
            leaves.append(merkle.leaf(text.encode("ascii")))
        if landing.commit == checkpoint.head:
            break
    if len(leaves) != checkpoint.count or merkle.root(leaves).hex() != checkpoint.root:
        return None
    tree = merkle.MerkleTree(leaves)
    return Proof(checkpoint, tuple(ProvenRecord(text, at, tree.beside(at)) for text, at in found))


def refuted_records(proof: Proof) -> tuple[str, ...]:
    """The records that this proof does not show to be covered by the checkpoint."""
    root, count = bytes.fromhex(proof.checkpoint.root), proof.checkpoint.count
    return tuple(
        each.record
        for each in proof.records
        if not merkle.is_included(each.record.encode(), each.index, count, each.beside, root)
    )


def render(proof: Proof) -> str:
    """The text of the file; `parse(render(x)) == x`."""
    value = {
        "format": FORMAT,
        "checkpoint": str(proof.checkpoint),
        "records": [
            {
                "record": each.record,
                "index": each.index,
                "beside": [digest.hex() for digest in each.beside],
            }
            for each in proof.records
        ],
    }
    return json.dumps(value, indent=2) + "\n"


def parse(data: bytes, name: str) -> Proof:
    """Parse a proof file. Raises RegistryError."""
    try:
        if len(data) > _LARGEST:
            raise ValueError("it is too large")
        value = json.loads(data)
        if value["format"] != FORMAT:
            raise ValueError("it is of another format")
        records = tuple(map(_proven, value["records"]))
        line = value["checkpoint"]
        if not isinstance(line, str) or not records:
            raise ValueError("it has no records")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = error if isinstance(error, ValueError) else "its form is wrong"
        raise RegistryError(
            f"this is not a proof: {why}",
            where=name,
            remedy="Make one: reg audit prove TARGET --checkpoint LINE --output FILE",
        ) from None
    return Proof(checkpoints.parse(line), records)


def _proven(value: dict[str, Any]) -> ProvenRecord:
    text, index = value["record"], value["index"]
    if not isinstance(text, str) or type(index) is not int or not 0 <= index < 2**62:
        raise ValueError("a record is malformed")
    if len(value["beside"]) > 64:
        raise ValueError("an audit path is longer than any tree is high")
    return ProvenRecord(text, index, tuple(bytes.fromhex(each) for each in value["beside"]))
