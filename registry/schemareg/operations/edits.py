"""Edits that a command makes for a user: written, and if they like committed, pushed and proposed.

All of it or none: where a later step fails before the commit, the files are as they were.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.operations import output, writing

if TYPE_CHECKING:
    from schemareg.model import Deprecation


class Delivery(NamedTuple):
    """How far an edit is to be taken; each step includes those before it."""

    commit: bool = False
    branch: str | None = None
    push: bool = False
    request: bool = False

    @property
    def committed(self) -> bool:
        """Whether there is to be a commit."""
        return self.commit or self.branch is not None or self.pushed

    @property
    def pushed(self) -> bool:
        """Whether the commit is to be pushed."""
        return self.push or self.request


class Message(NamedTuple):
    """What the commit and the pull request say."""

    subject: str
    body: str

    @property
    def text(self) -> str:
        """As Git keeps it."""
        return f"{self.subject}\n\n{self.body}\n" if self.body else f"{self.subject}\n"


def deprecation(said: "Deprecation") -> Message:
    """The message of a commit that announces the end of a promise."""
    when = f"sunset {said.sunset}" if said.sunset else "no date yet"
    what = f"Deprecate {said.target}"
    if said.loosens:
        what = f"Deprecate {said.loosens} of {said.target}"
    more = (
        f"Use {said.replacement} instead." if said.replacement else "",
        f"How to move: {said.migration}" if said.migration else "",
    )
    return message(f"{what} ({when})", said.reason, *more)


def message(subject: str, *paragraphs: str) -> Message:
    """A message of these paragraphs, those that say nothing left out."""
    from schemareg.text import escape

    body = "\n\n".join(each.strip() for each in paragraphs if each.strip())
    return Message(escape.visible(subject), "\n".join(map(escape.visible, body.split("\n"))))


def branch_for(verb: str, path: str) -> str:
    """A name for the branch that edits a file: `deprecate/order_placed-note`."""
    return f"{verb}/{Path(path).stem}"


class Edits(NamedTuple):
    """What is to be written, by path; None takes a file away."""

    home: Path
    files: Mapping[str, str | None]
    message: Message
    protected: str
    """The branch that nothing is committed to."""
    proposal: str
    """A name for a branch, where one is needed."""


def refuse(edits: Edits, delivery: Delivery) -> None:
    """Raises RegistryError where the delivery would fail; nothing is touched."""
    if not delivery.committed:
        return
    from schemareg.adapters.git import branches
    from schemareg.adapters.github import pull_requests

    branches.refuse_to_commit(
        edits.home,
        list(edits.files),
        protected=edits.protected,
        branch=delivery.branch or "",
        proposal=edits.proposal,
    )
    if delivery.pushed:
        pull_requests.remote(edits.home, delivery.branch or _branch(edits.home))


def deliver(edits: Edits, delivery: Delivery, *, dry_run: bool = False) -> None:
    """Write, and commit, push and propose as far as the delivery says; tells each step.

    A dry run refuses what a real one would, and shows what would be written.
    """
    refuse(edits, delivery)
    if dry_run:
        _show(edits)
        return
    with _undone_on_failure(edits):
        _write(edits)
        commit = _commit(edits, delivery) if delivery.committed else ""
    for path, text in edits.files.items():
        output.wrote(edits.home, [path], "removed" if text is None else "wrote")
    if commit:
        output.give(f"committed {commit[:7]} on {_branch(edits.home)}\n")
    if delivery.pushed:
        _push(edits, delivery)


def _show(edits: Edits) -> None:
    from schemareg.text import escape

    for path, text in edits.files.items():
        if text is None:
            output.give(f"would remove {path}\n")
        else:
            lines = "".join(f"  {escape.visible(line)}\n" for line in text.splitlines())
            output.give(f"would write {path}:\n{lines}")


def _write(edits: Edits) -> None:
    for path, text in edits.files.items():
        if text is None:
            (edits.home / path).unlink()
        else:
            writing.put(edits.home, path, text)


def _commit(edits: Edits, delivery: Delivery) -> str:
    from schemareg.adapters.git import branches

    former = branches.whereabouts(edits.home)
    if delivery.branch:
        branches.begin(edits.home, delivery.branch)
    try:
        return branches.commit(edits.home, list(edits.files), edits.message.text)
    except BaseException:
        if delivery.branch:
            branches.leave(edits.home, delivery.branch, former)
        raise


def _push(edits: Edits, delivery: Delivery) -> None:
    from schemareg.adapters.github import pull_requests

    branch = _branch(edits.home)
    remote = pull_requests.remote(edits.home, branch)
    pull_requests.push(edits.home, remote, branch)
    output.give(f"pushed {branch} to {remote}\n")
    if not delivery.request:
        return
    message = edits.message
    request = pull_requests.Request(edits.protected, branch, message.subject, message.body)
    opened = pull_requests.opened(edits.home, request)
    if opened is not None:
        output.give(f"opened {opened}\n")
        return
    link = pull_requests.link(edits.home, remote, request)
    if link is None:
        output.hint(f"Open the pull request of {branch} where {remote} is kept.")
    else:
        output.give(f"open the pull request: {link}\n")


def _branch(home: Path) -> str:
    from schemareg.adapters.git import branches

    return branches.whereabouts(home).removeprefix("refs/heads/")


@contextmanager
def _undone_on_failure(edits: Edits) -> Iterator[None]:
    """Puts the files back as they were where what is done inside fails, whatever the reason."""
    former = {path: _content(edits.home / path) for path in edits.files}
    folders = {parent for path in former for parent in _missing(edits.home, path)}
    try:
        yield
    except BaseException:
        for path, data in former.items():
            if data is None:
                (edits.home / path).unlink(missing_ok=True)
            elif _content(edits.home / path) != data:
                from schemareg.adapters.files import write_atomically

                write_atomically(edits.home, path, data)
        for folder in sorted(folders, reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _missing(home: Path, path: str) -> Iterator[Path]:
    """The folders that writing the path will make."""
    folder = (home / path).parent
    while folder != home and not folder.exists():
        yield folder
        folder = folder.parent
