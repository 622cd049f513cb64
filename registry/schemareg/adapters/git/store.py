"""The objects and references of one Git repository: what is asked of them, and what goes wrong.

libgit2 answers for most repositories. It opens neither SHA-256 nor reftable ones and cannot fetch
what a partial clone left behind; `git cat-file --batch` can. Both answer the same questions in the
same words: `git_library` and `git_conversation`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Missing(Exception):
    """An object that this repository does not hold."""


class Ambiguous(Exception):
    """A revision that names more than one object."""


class Head(NamedTuple):
    """What HEAD says: the commit (None before the first one), and the branch unless it is detached."""

    commit: str | None
    branch: str | None


class Store(Protocol):
    """One repository. Object ids are hexadecimal; nothing here reads a working tree."""

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
        """Kind (`commit`, `tree`, `blob`, `tag`) and content, which is what the id says.

        Raises Missing; Undecidable where the object is damaged, or is not the one of this id.
        """

    def size(self, id_: str) -> int:
        """The length of an object's content. Raises Missing."""

    def fetch(self, ids: Iterable[str]) -> None:
        """Bring, in one go, those of the objects that a partial clone left behind."""

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Have these objects at hand, for one reading each, where that is cheaper together."""

    def resolve(self, revision: str) -> str | None:
        """The commit a revision names, or None. Raises Ambiguous."""

    def head(self) -> Head:
        """What HEAD says."""

    def references(self) -> dict[str, str]:
        """Full name (`refs/heads/main`) to object id, of all references."""

    def symbolic(self, name: str) -> str | None:
        """The full name that a symbolic reference names, or None."""

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""

    def setting(self, name: str) -> str | None:
        """One value of the configuration, or None."""

    def close(self) -> None:
        """Give back what is held open."""


def not_owned(path: Path, complaint: str) -> Undecidable:
    """The error for a repository of another user, with the command that trusts it."""
    quoted = re.search(r"'([^']+)'", complaint)
    folder = quoted.group(1) if quoted else str(path.resolve())
    return Undecidable(
        "this repository belongs to somebody else, so its settings are not trusted",
        where=str(path),
        remedy=f"If you trust it: git config --global --add safe.directory {folder}",
    )


def shallow_commits(common_dir: Path) -> frozenset[str]:
    """The commits whose parents were cut off, by the file in which Git keeps them."""
    try:
        return frozenset((common_dir / "shallow").read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()


def corrupt(id_: str, complaint: str) -> Undecidable:
    """The error for an object that is there and cannot be read."""
    return Undecidable(
        f"Git cannot read object {id_[:12]}: {complaint}",
        remedy="`git fsck` names what is damaged; a fresh clone is the usual mend",
    )


def refuse_other(id_: str, kind: str, content: bytes) -> None:
    """Raises Undecidable where this is not the object of the id: a verdict hashes what it read.

    `git cat-file` does not compare them. Source: gitformat-loose(5), the object's id.
    """
    from hashlib import new  # most repositories are read through libgit2, which hashes by itself

    header = f"{kind} {len(content)}\0".encode("ascii")
    digest = new("sha1" if len(id_) == 40 else "sha256", header, usedforsecurity=False)
    digest.update(content)
    if digest.hexdigest() != id_:
        raise corrupt(id_, f"its content has the id {digest.hexdigest()[:12]}")
