"""Which branch commands take for the protected one: what is judged does not choose it alone."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.adapters.git.anchor import Anchor
    from schemareg.adapters.git.repository import Repository
    from schemareg.snapshot.snapshot import Snapshot


def trusted(repository: "Repository", head: "Snapshot") -> "tuple[Anchor, ...]":
    """The branches that a state is judged by, the trusted one first: it does not choose them alone.

    A registry.yaml that is wrong names the default; that it is wrong is for a check to say.
    """
    from schemareg.manifests.layout import REGISTRY

    return repository.anchors(
        named_by(head.files.read(REGISTRY) if head.has(REGISTRY) else b""), named_by
    )


def trusted_at(root: Path, claimed: str) -> str:
    """The protected branch of a repository, of which something claims the name; without libgit2.

    Raises RegistryError, Undecidable where there is no repository, or it cannot be opened.
    """
    from schemareg.adapters.git.anchor import anchors
    from schemareg.adapters.git.cat_file import CommandStore
    from schemareg.adapters.history.revision import locate

    place, _ = locate(root, "")
    store = CommandStore(root, place.common)
    try:
        return anchors(store, claimed, named_by)[0].branch
    finally:
        store.close()


def named_by(text: bytes) -> str:
    """The protected branch that the text of a registry.yaml names; the default where that is wrong."""
    from schemareg.model import Policy

    # Without escapes a key is spelled as it is: to see that it is not there, nothing need be parsed.
    if b"protected-branch" not in text and b"\\" not in text:
        return Policy().protected_branch
    from schemareg import documents, manifests

    try:
        return manifests.parse_registry(documents.parse(text, "registry.yaml")).protected_branch
    except RegistryError:
        return Policy().protected_branch
