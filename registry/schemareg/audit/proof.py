"""A proof that records landed: a file that anybody can check against a checkpoint, without Git."""

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
"""What the file says it is."""

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """One record, and the way from it to the root."""

    record: str
    """Its canonical text."""
    index: int
    beside: tuple[bytes, ...]
    """The digests beside the way, the lowest first."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That some records are among those of a checkpoint."""

    checkpoint: Checkpoint
    records: tuple[ProvenRecord, ...]


def prove(
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]],
    checkpoint: Checkpoint,
    wanted: Collection[tuple[str, str]],
) -> Proof | None:
    """The proof of the wanted changes, each by its commit and path, in the order of their landing.

    `landings` are all of a line, the oldest first; None where they do not lead to the checkpoint.
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
    """The records that are not among those of the checkpoint, by this proof."""
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
    """The proof that a file holds. Raises RegistryError."""
    try:
        if len(data) > _LARGEST:
            raise ValueError("it is too large")
        value = json.loads(data)
        if value["format"] != FORMAT:
            raise ValueError("it is of another format")
        records = tuple(map(_proven, value["records"]))
        line = value["checkpoint"]
        if not isinstance(line, str) or not records:
            raise ValueError("it proves nothing")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = error if isinstance(error, ValueError) else "it has not the form of one"
        raise RegistryError(
            f"this is no proof: {why}",
            where=name,
            remedy="Make one: reg audit prove TARGET --checkpoint LINE --output FILE",
        ) from None
    return Proof(checkpoints.parse(line), records)


def _proven(value: dict[str, Any]) -> ProvenRecord:
    text, index = value["record"], value["index"]
    if not isinstance(text, str) or type(index) is not int or not 0 <= index < 2**62:
        raise ValueError("a record is malformed")
    if len(value["beside"]) > 64:
        raise ValueError("a way is longer than any tree is high")
    return ProvenRecord(text, index, tuple(bytes.fromhex(each) for each in value["beside"]))
