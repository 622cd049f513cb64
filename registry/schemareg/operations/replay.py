"""Check landings again: the range and its states."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations import registry

if TYPE_CHECKING:
    from datetime import date

    from schemareg.adapters.git.repository import Repository
    from schemareg.adapters.history.history import GitHistory
    from schemareg.model import Landing
    from schemareg.review.replay import Replayed
    from schemareg.scan.layout import Mapped
    from schemareg.snapshot.snapshot import Snapshot

_KEPT = 4
"""Snapshots kept: the head of one landing is the base of the next."""


class ReplayRange(NamedTuple):
    """The landings to check again, and the rules to check them by."""

    span: str
    """`A..B`: the landings after A up to B."""
    today: "date"
    checkpoint: str | None = None
    policy: Path | None = None
    """A registry.yaml with the layout of another repository's schema files."""


def replay(root: Path, asked: ReplayRange) -> "tuple[Replayed, ...]":
    """The landings of a range, oldest first, each checked again as of its own day.

    Raises RegistryError where the range names none, Undecidable where its history is missing.
    """
    return tuple(_of_other_repository(root, asked) if asked.policy else _of_registry(root, asked))


def _of_registry(root: Path, asked: ReplayRange) -> Iterator["Replayed"]:
    from schemareg.adapters.git.repository import open_repository
    from schemareg.adapters.history.history import history
    from schemareg.review.replay import replay as check_again
    from schemareg.snapshot.snapshot import Snapshot

    start, end = _ends_of(asked.span)
    with open_repository(root) as repository, history(root, end) as line:
        if asked.checkpoint:
            registry.still_there(root, (line.commit,), asked.checkpoint)

        @lru_cache(_KEPT)
        def at(commit: str) -> "Snapshot":
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        yield from check_again(line, at, _after(repository, line, start, end), asked.today)


def _of_other_repository(root: Path, asked: ReplayRange) -> Iterator["Replayed"]:
    from schemareg.adapters.git.repository import open_repository
    from schemareg.adapters.history.history import history
    from schemareg.review.replay import replay_foreign
    from schemareg.scan.layout import Layout, Mapped

    text, pattern = _policy(asked.policy or Path())
    layout = Layout(pattern)
    start, end = _ends_of(asked.span)
    watched = (layout.root,) if layout.root else ()
    with open_repository(root) as repository, history(root, end, watched=watched) as line:

        @lru_cache(_KEPT)
        def at(commit: str, hidden: frozenset[str]) -> "Mapped":
            files = repository.files_at(commit) if commit else repository.no_files()
            return Mapped(files, layout, text, hidden)

        after = _after(repository, line, start, end)
        yield from replay_foreign(line, at, after, asked.today)


def _policy(path: Path) -> tuple[str, str]:
    """The text of a policy, and the layout that it names."""
    from schemareg import documents, manifests

    data = path.read_bytes()
    layout = manifests.parse_registry(documents.parse(data, path.as_posix())).layout
    if not layout:
        raise RegistryError(
            "the layout of the schema files is missing",
            where=path.as_posix(),
            remedy="Add `layout: schemas/{product}/{schema}/{version}.json`, for example",
        )
    return data.decode("utf-8"), layout


def _after(repository: "Repository", line: "GitHistory", start: str, end: str) -> "Landing | None":
    after = line.landing(repository.resolve(start)) if start else None
    if start and after is None:
        raise RegistryError(
            f"{start} is not among the landings up to {end}",
            remedy="Name two commits of the protected branch's own line:"
            " git log --first-parent --oneline",
        )
    return after


def _ends_of(span: str) -> tuple[str, str]:
    start, dots, end = span.partition("..")
    if not dots or end.startswith("."):
        raise RegistryError(
            f"{span!r} is not a range",
            remedy="Write two commits: --replay v1.0..main, or ..main for all",
        )
    return start, end or "HEAD"
