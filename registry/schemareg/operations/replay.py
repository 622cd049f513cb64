"""Judging again what landed: the range, the states, the answer of `reg check --replay`."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations import output as operations_output
from schemareg.operations import registry

if TYPE_CHECKING:
    from datetime import date

    from schemareg.adapters.git.repository import Repository
    from schemareg.adapters.history.history import GitHistory
    from schemareg.model import Landing, Severity
    from schemareg.review.replay import Replayed
    from schemareg.scan.layout import Mapped
    from schemareg.snapshot.snapshot import Snapshot

_KEPT = 4
"""States at hand: a landing's own is the base of the next."""


class Asked(NamedTuple):
    """What is to be judged again, and by what."""

    span: str
    """`A..B`: the landings after A up to B."""
    today: "date"
    checkpoint: str | None = None
    policy: Path | None = None
    """A registry.yaml that says where another repository's files stand."""


def again(root: Path, asked: Asked, form: str, output: Path | None, fail_on: "Severity") -> int:
    """Judge the landings, write the answer, and return the exit code.

    Raises RegistryError where the range names none; Undecidable where it cannot be walked.
    """
    from schemareg.reports.views import replay as reports

    if form not in reports.FORMS:
        raise RegistryError(
            f"a replay is not written as {form}", remedy=f"--format {' or '.join(reports.FORMS)}"
        )
    found = tuple(_theirs(root, asked) if asked.policy else _ours(root, asked))
    page = operations_output.page(output)
    text = reports.render(found, form, fail_on=fail_on, colour=page.colour, width=page.width)
    operations_output.give(text, output)
    if any(reports.refused(each, fail_on) for each in found):
        return 1
    return 3 if any(each.verdict == "undecided" for each in found) else 0


def _ours(root: Path, asked: Asked) -> Iterator["Replayed"]:
    from schemareg.adapters.git.repository import open_repository
    from schemareg.adapters.history.history import history
    from schemareg.review.replay import replay
    from schemareg.snapshot.snapshot import Snapshot

    start, end = _parted(asked.span)
    with open_repository(root) as repository, history(root, end) as line:
        if asked.checkpoint:
            registry.still_there(root, (line.commit,), asked.checkpoint)

        @lru_cache(_KEPT)
        def at(commit: str) -> "Snapshot":
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        yield from replay(line, at, _after(repository, line, start, end), asked.today)


def _theirs(root: Path, asked: Asked) -> Iterator["Replayed"]:
    from schemareg.adapters.git.repository import open_repository
    from schemareg.adapters.history.history import history
    from schemareg.review.replay import replay_foreign
    from schemareg.scan.layout import Layout, Mapped

    text, pattern = _policy(asked.policy or Path())
    layout = Layout(pattern)
    start, end = _parted(asked.span)
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
            "does not say where schema files stand",
            where=path.as_posix(),
            remedy="Add `layout: schemas/{product}/{schema}/{version}.json`, as it is there",
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


def _parted(span: str) -> tuple[str, str]:
    start, dots, end = span.partition("..")
    if not dots or end.startswith("."):
        raise RegistryError(
            f"{span!r} is no range",
            remedy="Write two commits: --replay v1.0..main, or ..main for all",
        )
    return start, end or "HEAD"
