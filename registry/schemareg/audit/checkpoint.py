"""A checkpoint: one short line that is stored outside the repository and compared later."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemareg.model.errors import RegistryError
from schemareg.text.wording import quoted

_ID = r"(?:[0-9a-f]{40}|[0-9a-f]{64})"
_LINE = re.compile(rf"reg1 ({_ID}) ({_ID}) (0|[1-9][0-9]{{0,17}}) ([0-9a-f]{{64}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The history up to a commit, as one digest."""

    head: str
    """The newest commit that it covers."""
    tree: str
    """That commit's tree."""
    count: int
    """The number of records up to that commit."""
    root: str
    """The Merkle root of the records, in hexadecimal."""

    def __str__(self) -> str:
        return f"reg1 {self.head} {self.tree} {self.count} {self.root}"


def parse(text: str) -> Checkpoint:
    """Parse the line of a checkpoint; `parse(str(x)) == x`. Raises RegistryError.

    A signature below the line is ignored: ssh-keygen checks it.
    """
    line, _, rest = text.strip().partition("\n")
    signed = not rest or rest.startswith("-----BEGIN SSH SIGNATURE-----")
    match = _LINE.fullmatch(line.strip()) if signed else None
    if match is None:
        raise RegistryError(
            f"{quoted(text)} is not a checkpoint",
            remedy="Give the whole line, in quotes, as `reg audit checkpoint` printed it:"
            ' "reg1 HEAD TREE COUNT ROOT"',
        )
    head, tree, count, root = match.groups()
    return Checkpoint(head, tree, int(count), root)
