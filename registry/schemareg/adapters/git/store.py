"""The protocol of a Git repository: objects, references, and their errors.

libgit2 opens most repositories. It opens neither SHA-256 nor reftable repositories and cannot fetch
the missing objects of a partial clone; `git cat-file --batch` can. Both implement this
protocol: `libgit2` and `cat_file`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Missing(Exception):
    """An object that is not in this repository."""


class Ambiguous(Exception):
    """A revision that names more than one object."""


class Head(NamedTuple):
    """The content of HEAD: the commit (None before the first one), and the branch unless
    detached."""

    commit: str | None
    branch: str | None


class Store(Protocol):
    """One repository. Object ids are hexadecimal; no method reads a working tree."""

    @property
    def work_tree(self) -> Path | None:
        """The folder of the working tree; None in a bare repository."""

    @property
    def digest(self) -> str:
        """The name of the hash: `sha1` or `sha256`."""

    @property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents were cut off."""

    def read(self, id_: str) -> tuple[str, bytes]:
        """Kind (`commit`, `tree`, `blob`, `tag`) and content, verified against the id.

        Raises Missing; Undecidable if the object is damaged or does not match its id.
        """

    def size(self, id_: str) -> int:
        """The length of an object's content. Raises Missing."""

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch, in one batch, those objects that are missing in a partial clone."""

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read these objects in advance, for one read each, if a batch is cheaper."""

    def resolve(self, revision: str) -> str | None:
        """The commit a revision names, or None. Raises Ambiguous."""

    def head(self) -> Head:
        """The content of HEAD."""

    def references(self) -> dict[str, str]:
        """Full name (`refs/heads/main`) to object id, of all references."""

    def symbolic(self, name: str) -> str | None:
        """The full name that a symbolic reference names, or None."""

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""

    def setting(self, name: str) -> str | None:
        """One value of the configuration, or None."""

    def close(self) -> None:
        """Close the open files."""


def not_owned(path: Path, complaint: str) -> Undecidable:
    """The error for a repository of another user, with the command that trusts it."""
    quoted = re.search(r"'([^']+)'", complaint)
    folder = quoted.group(1) if quoted else str(path.resolve())
    return Undecidable(
        "this repository belongs to another user, so its settings are not trusted",
        where=str(path),
        remedy=f"If you trust it: git config --global --add safe.directory {folder}",
    )


def shallow_commits(common_dir: Path) -> frozenset[str]:
    """The commits whose parents were cut off, from Git's file of them."""
    try:
        return frozenset((common_dir / "shallow").read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()


def corrupt(id_: str, complaint: str) -> Undecidable:
    """The error for an existing object that cannot be read."""
    return Undecidable(
        f"Git cannot read object {id_[:12]}: {complaint}",
        remedy="`git fsck` names what is damaged; a fresh clone usually fixes it",
    )


def refuse_other(id_: str, kind: str, content: bytes) -> None:
    """Raises Undecidable if content and id differ: a verdict hashes its input.

    `git cat-file` does not compare them. Source: gitformat-loose(5), the object's id.
    """
    from hashlib import new  # most repositories are read through libgit2, which hashes itself

    header = f"{kind} {len(content)}\0".encode("ascii")
    digest = new("sha1" if len(id_) == 40 else "sha256", header, usedforsecurity=False)
    digest.update(content)
    if digest.hexdigest() != id_:
        raise corrupt(id_, f"its content has the id {digest.hexdigest()[:12]}")
