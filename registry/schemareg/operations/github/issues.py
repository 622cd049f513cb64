"""The issues of a registry on GitHub, brought to what has landed: an issue a deprecation, and one
that shows how the whole stands."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations import registry
from schemareg.operations.github import job

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.adapters.github.api import GitHub
    from schemareg.consumers.impact import TargetReader
    from schemareg.deprecation.schedule import Term
    from schemareg.model.targets import Target
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.events.reminders import ActiveWaiver
    from schemareg.notifications.github.dashboard import DeliveryRow
    from schemareg.notifications.github.issues import About
    from schemareg.notifications.github.tracker import IssueAction, KnownIssue
    from schemareg.snapshot.snapshot import Snapshot

MOST_OPENED = 40
"""Issues that one run opens, since each notifies people. The next run continues."""
PATIENCE = 300.0
"""Seconds for all of it."""
_AT_EASE = 8
"""Requests without a pause; GitHub asks clients that write much to wait a second between them."""
_LABELLED = "What ends in the schema registry, and until when it is there"


class IssuesResult(NamedTuple):
    """The results, one line each."""

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """What GitHub refused or did not answer; the next run tries again."""
    left: int = 0
    """Issues left for the next run."""


def update_here(
    root: Path,
    environment: Mapping[str, str],
    *,
    today: date | None = None,
    repository: str | None = None,
    dry: bool = False,
    progress: "Callable[[str], None]" = lambda _: None,
) -> IssuesResult:
    """`update`, with the last deliveries of the ledger for the dashboard."""
    from schemareg.adapters import clock
    from schemareg.operations.notify.ledger import read_ledger

    return update(
        root,
        environment,
        today=today or clock.today(),
        told=last_deliveries(read_ledger(root, progress=progress)),
        repository=repository,
        dry=dry,
    )


def update(
    root: Path,
    environment: Mapping[str, str],
    *,
    today: date,
    told: Iterable["DeliveryRow"] = (),
    repository: str | None = None,
    dry: bool = False,
) -> IssuesResult:
    """Bring the issues to what has landed on the protected branch; with `dry`, only say how.

    `told` are the last deliveries, for the dashboard. Run twice, it changes nothing the second
    time. Raises RegistryError where the call, the token or the files are wrong, Undecidable where
    GitHub or the history cannot be asked.
    """
    from schemareg.adapters.github import pull_requests

    name = job.repository(repository, environment, pull_requests.page(root))
    api = job.connected(environment, patience=PATIENCE)
    with _standing(root, job.web(name, environment), today) as found:
        return update_repository(api, name, found, told, dry=dry)


class RegistryState(NamedTuple):
    """The state of a registry that issues show."""

    terms: tuple["Term", ...]
    leaves: tuple["ActiveWaiver", ...]
    about: "About"


def update_repository(
    api: "GitHub",
    repository: str,
    found: RegistryState,
    told: Iterable["DeliveryRow"] = (),
    *,
    dry: bool = False,
) -> IssuesResult:
    """`update` with a known state of the registry."""
    from schemareg.notifications.github import dashboard, issues, tracker

    author = api.login()
    there = _known(api, repository)
    _refuse_a_second_set(repository, author, tracker.keepers(there))
    work = _Work(api, repository, author, dry=dry)
    wanted = issues.wanted(found.terms, found.about)
    work.carry_out(tracker.moves(there, author, wanted))
    if work.opened:  # then another run may have opened the same meanwhile; and lists may lag behind
        now = (*work.opened, *_known(api, repository))
        there = tuple({each.number: each for each in now}.values())
        work.carry_out(tracker.doubled(there, work.author))
    known = tracker.known(there, work.author)
    numbers = {
        each.key: known[digest].number
        for each in wanted
        if (digest := tracker.digest(each.key)) in known
    }
    board = dashboard.dashboard(found.terms, found.leaves, told, found.about, numbers)
    mine = known.get(tracker.digest(board.key))
    work.carry_out(tracker.moves([mine] if mine else [], work.author, [board]))
    return IssuesResult(tuple(work.done), tuple(work.failed), work.left)


def _refuse_a_second_set(repository: str, author: str, keepers: tuple[str, ...]) -> None:
    """Only who may set labels gives one to an issue, so whoever kept some before was meant to."""
    if keepers and author.casefold() not in map(str.casefold, keepers):
        raise RegistryError(
            f"the issues are kept by {keepers[0]}, and {author} would open them a second time",
            where=repository,
            remedy=f"Leave it to what runs as {keepers[0]}; or take the label off its issues",
        )


def last_deliveries(ledger: "Ledger") -> tuple["DeliveryRow", ...]:
    """The last deliveries of a ledger, the newest first, as the dashboard shows them."""
    from schemareg.notifications.github.dashboard import MOST_DELIVERIES, DeliveryRow
    from schemareg.reports.views import deliveries

    return tuple(
        DeliveryRow(each.moment, each.channel, each.state.value, each.reason)
        for each in deliveries.latest(ledger)[:MOST_DELIVERIES]
    )


@contextmanager
def _standing(root: Path, web: str, today: date) -> Iterator[RegistryState]:
    from schemareg.notifications.events.source import event_source
    from schemareg.notifications.github.issues import About
    from schemareg.operations.notify import messages

    with registry.landed(root) as (promises, _):
        there, readers = _there(promises.base), _readers(promises.base)
        leaves = tuple(messages.leaves(promises.history))
        about = About(today, event_source(web, ""), there, readers)
        yield RegistryState(registry.terms(promises), leaves, about)


def _there(snapshot: "Snapshot") -> "Callable[[Target], bool]":
    from schemareg.snapshot.elements import explain_missing

    @cache
    def there(target: "Target") -> bool:
        try:
            return explain_missing(snapshot, target) is None
        except RegistryError:
            return True  # a schema that nobody can read: nobody can say that it has gone

    return there


def _readers(snapshot: "Snapshot") -> "Callable[[Target], tuple[TargetReader, ...]]":
    from schemareg.consumers import impact

    @cache
    def readers(target: "Target") -> tuple["TargetReader", ...]:
        return impact.readers(snapshot, target)

    return readers


def _known(api: "GitHub", repository: str) -> tuple["KnownIssue", ...]:
    from schemareg.adapters.github import issues as github_issues
    from schemareg.notifications.github import issues
    from schemareg.notifications.github.tracker import KnownIssue

    found = github_issues.labelled(api, repository, issues.LABEL)
    return tuple(KnownIssue(*each) for each in found)


class _Work:
    """Changes issues one after the other; a failure does not stop the others."""

    def __init__(self, api: "GitHub", repository: str, author: str, *, dry: bool) -> None:
        self.author = author
        """The login that we write with, as far as it is known."""
        self.done: list[str] = []
        self.failed: list[str] = []
        self.opened: list[KnownIssue] = []
        self.left = 0
        self._api = api
        self._repository = repository
        self._dry = dry
        self._labelled = False
        self._written = 0

    def carry_out(self, moves: Iterable["IssueAction"]) -> None:
        """Carry out the moves, and open at most the issues that a run may open."""
        for move in moves:
            if not move.number and not move.pinned and len(self.opened) >= MOST_OPENED:
                self.left += 1
            elif self._dry:
                self.done.append(_line(move, move.number, "would be "))
            else:
                self._tried(move)

    def _tried(self, move: "IssueAction") -> None:
        from schemareg.adapters import clock
        from schemareg.adapters.github import issues as github_issues

        self._written += 1
        if self._written > _AT_EASE:
            clock.pause(1)
        try:
            if move.number:
                github_issues.edited(self._api, self._repository, move.number, _fields(move))
                self.done.append(_line(move, move.number))
            else:
                self._open(move)
        except RegistryError as error:
            self.failed.append(f"{_line(move, move.number, 'not ')}: {error.what}")

    def _open(self, move: "IssueAction") -> None:
        from schemareg.adapters.github import issues as github_issues
        from schemareg.notifications.github import issues
        from schemareg.notifications.github.tracker import KnownIssue

        if not self._labelled:
            github_issues.have_label(self._api, self._repository, issues.LABEL, _LABELLED)
            self._labelled = True
        made = github_issues.opened(self._api, self._repository, move.title, move.body, move.labels)
        if made is None:
            return
        self.opened.append(KnownIssue(*made))
        self.author = made.author or self.author
        self.done.append(_line(move, made.number))
        if move.pinned:
            try:
                github_issues.pinned(self._api, made.node)
            except RegistryError as error:
                # Whoever may open issues may not always pin them; all else is as it should be.
                self.done.append(f"#{made.number} is not pinned, pin it by hand: {error.what}")


def _fields(move: "IssueAction") -> dict[str, str]:
    fields = {"title": move.title, "body": move.body}
    state = {"state": move.state, "state_reason": move.reason} if move.state else {}
    return fields | state


def _line(move: "IssueAction", number: int, prefix: str = "") -> str:
    """`opened #12: orders/order#email ends on 2027-03-01`."""
    return f"{prefix}{move.why}{f' #{number}' if number else ''}: {move.title}"
