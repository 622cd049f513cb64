"""What people are to be told: the events of landings and of days, and the messages they make.

Nothing is sent here, and nothing is remembered: who calls says what was told already.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemareg.model.errors import RegistryError
from schemareg.operations import audit
from schemareg.operations import registry as operations_registry

if TYPE_CHECKING:
    from schemareg.deprecation.landed import Promises
    from schemareg.model import History, Landing, PathChange, Policy
    from schemareg.model.targets import Target
    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.audience import By, News
    from schemareg.notifications.events.event import Event
    from schemareg.notifications.events.landing import Scene
    from schemareg.notifications.events.reminders import Leave
    from schemareg.notifications.events.source import Home
    from schemareg.snapshot.snapshot import Snapshot

_KEPT = 4
"""States at hand: a landing's own is the base of the next."""
_CHUNK = 200
"""Landings whose people are looked up at a time."""
_FORGES = ("", "GitHub", "GitLab", "Bitbucket")
"""Committers that are nobody: what a squash on a forge's page is committed by."""


def messages_between(
    root: Path,
    history: "History",
    after: "Landing | None",
    until: "Landing | None" = None,
    *,
    today: date,
) -> Iterator[tuple["Landing", tuple["Message", ...]]]:
    """The landings after one up to another, oldest first, each with its messages.

    Up to the newest, where none is named. Landings that did nothing to the registry are left out;
    those that nobody is to be told of have no messages. Where nothing was told before, `after` is
    None: then the newest landing alone is told, and that from now on all will be.

    Channels are those of the policy at the end: it says where people are reached today.

    Raises Undecidable where the history is not here.
    """
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    end = until or history.head
    if end is None:
        return
    with _states(root) as at:
        policy = policy_of(at(end.commit), history)
        home = _home(root, history)
        if after is None:
            found = _begun(root, history, at, end, home, today)
        else:
            found = _told(root, history, at, after, end, home, today)
        for scene, news in found:
            states = (scene.before, scene.after)
            yield scene.landing, messages(routes(news, states, policy))


def messages_of_landing(
    root: Path, history: "History", landing: "Landing", *, today: date
) -> tuple["Message", ...]:
    """The messages of one landing alone, for the channels of the newest policy."""
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    with _states(root) as at:
        policy = policy_of(at((history.head or landing).commit), history)
        home = _home(root, history)
        before = history.line()[landing.ordinal - 1] if landing.ordinal else None
        found = _told(root, history, at, before, landing, home, today)
        return tuple(
            message
            for scene, news in found
            for message in messages(routes(news, (scene.before, scene.after), policy))
        )


def messages_of_rewrite(
    root: Path, history: "History", before: str, until: "Landing | None" = None, *, today: date
) -> tuple["Message", ...]:
    """The messages of a line that `before`, which had been told of, is no part of any more.

    The two states are compared, tree with tree. Raises RegistryError where nothing has landed.
    """
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    end = until or history.head
    if end is None:
        raise RegistryError("nothing has landed yet", remedy="Commit the registry first")
    with _states(root) as at:
        scene, news = _rewritten(root, history, at, before, end, today)
        policy = policy_of(scene.after, history)
        return messages(routes(news, (scene.before, scene.after), policy))


def reminders_today(root: Path, today: date, told: Collection[str] = ()) -> tuple["Message", ...]:
    """The messages of a day: what comes near, is here, is over. `told` are ids of events told before."""
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    with operations_registry.landed(root) as (promises, _):
        snapshot, history = promises.base, promises.history
        policy = policy_of(snapshot, history)
        news = _reminded(root, promises, policy, today, told)
        return messages(routes(news, (snapshot,), policy))


def news_between(
    root: Path, history: "History", after: "Landing | None", today: date
) -> Iterator[tuple["Landing", tuple["News", ...]]]:
    """The landings after one, all where it is None, oldest first, each with its news."""
    end = history.head
    if end is None:
        return
    with _states(root) as at:
        home = _home(root, history)
        for scene, news in _told(root, history, at, after, end, home, today):
            yield scene.landing, news


def reminded(root: Path, today: date) -> tuple["Event", ...]:
    """The events of a day, as if none had been told before."""
    with operations_registry.landed(root) as (promises, _):
        policy = policy_of(promises.base, promises.history)
        return tuple(each.event for each in _reminded(root, promises, policy, today, ()))


def end_of(span: str | None) -> str | None:
    """The revision that `A..B`, or a commit alone, ends with; None for the newest landing."""
    _, dots, end = (span or "").partition("..")
    return (end if dots else span) or None


def after(root: Path, history: "History", span: str | None) -> "Landing | None":
    """The landing after which `A..B` begins, or that before a single one; None for the very first.

    Raises RegistryError where it is not on the line.
    """
    from schemareg.adapters.history import history as histories

    start, dots, _ = (span or "").partition("..")
    head = history.head
    if not dots:
        return history.line()[head.ordinal - 1] if head and head.ordinal else None
    if not start:
        return None
    with histories.history(root, audit.dated(root, start)) as named:
        found = history.landing(named.commit)
    if found is None:
        raise RegistryError(
            f"{start} is not among the landings that end there",
            remedy="Name two commits of the protected branch's own line:"
            " git log --first-parent --oneline",
        )
    return found


# -- landings -------------------------------------------------------------------------------------


@contextmanager
def _states(root: Path) -> Iterator[Callable[[str], "Snapshot"]]:
    from schemareg.adapters.git.repository import open_repository
    from schemareg.snapshot.snapshot import Snapshot

    with open_repository(root) as repository:

        @lru_cache(_KEPT)
        def at(commit: str) -> "Snapshot":
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        yield at


def _told(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    after: "Landing | None",
    end: "Landing",
    home: "Home",
    today: date,
) -> Iterator[tuple["Scene", tuple["News", ...]]]:
    from schemareg.notifications.events.landings import Teller

    changes = [
        each for each in history.changes("", after=after) if each.landing.ordinal <= end.ordinal
    ]
    history.fetch(each.after.id for each in changes if each.after is not None)
    teller = Teller(history, at, home, today, after)
    for landing, those, by in _landings(root, changes):
        scene = teller.scene(landing, by)
        yield scene, teller.of(scene, those)


def _landings(
    root: Path, changes: Iterable["PathChange"]
) -> Iterator[tuple["Landing", tuple["PathChange", ...], "By"]]:
    """Landings with their changes, and who landed them."""
    from schemareg.notifications.events.audience import By

    groups = groupby(changes, key=lambda each: each.landing)
    found = ((landing, tuple(those)) for landing, those in groups)
    while chunk := list(islice(found, _CHUNK)):
        people = audit.people_of(root, (landing for landing, _ in chunk))
        for landing, those in chunk:
            known = people.get(landing.commit, {})
            yield landing, those, By(_actor(known, landing), known.get("pull_request", ""))


def _actor(known: Mapping[str, Any], landing: "Landing") -> str:
    """Who merged it, or wrote it where nobody or a forge did."""
    merger: str = known.get("merger", "")
    return merger if merger not in _FORGES else known.get("author") or landing.author


def _begun(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    end: "Landing",
    home: "Home",
    today: date,
) -> Iterator[tuple["Scene", tuple["News", ...]]]:
    """The newest landing, and the word that from now on all are told."""
    from schemareg.notifications.events.landings import Teller, watched

    before = history.line()[end.ordinal - 1] if end.ordinal else None
    found = list(_told(root, history, at, before, end, home, today))
    if not found:
        found = [(Teller(history, at, home, today, before).scene(end), ())]
    for scene, news in found:
        yield scene, (watched(scene), *news)


def _rewritten(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    before: str,
    end: "Landing",
    today: date,
) -> tuple["Scene", tuple["News", ...]]:
    from schemareg.notifications.events.landing import Scene
    from schemareg.notifications.events.rewrites import forgotten, rewritten

    home = _home(root, history)
    after = at(end.commit)
    try:
        scene = Scene(end, at(before), after, history, home, today)
        return scene, rewritten(scene, before)
    except (RegistryError, KeyError):  # objects of the old history that are nowhere any more
        scene = Scene(end, after, after, history, home, today)
        return scene, forgotten(scene, before)


def policy_of(snapshot: "Snapshot", history: "History") -> "Policy":
    """The policy of a state; where it landed wrong, or was taken away, the last one that counted."""
    from schemareg import documents, manifests
    from schemareg.manifests.layout import REGISTRY
    from schemareg.model import Kind, Policy
    from schemareg.model.errors import InvalidFiles

    if snapshot.has(REGISTRY):
        with suppress(InvalidFiles):
            return snapshot.policy
    for change in reversed(history.changes(REGISTRY)):
        if change.after is not None and change.after.kind is Kind.FILE:
            with suppress(InvalidFiles):
                data = history.read(change.after.id)
                return manifests.parse_registry(documents.parse(data, REGISTRY))
    return Policy()


def _home(root: Path, history: "History") -> "Home":
    from schemareg.adapters.github import pull_requests
    from schemareg.notifications.events.source import home

    return home(pull_requests.page(root), history.line()[0].commit)


# -- days -----------------------------------------------------------------------------------------


def _reminded(
    root: Path, promises: "Promises", policy: "Policy", today: date, told: Collection[str]
) -> tuple["News", ...]:
    from schemareg.consumers import uses
    from schemareg.notifications.events.reminders import Registry, due
    from schemareg.snapshot.elements import explain_missing

    snapshot = promises.base

    def there(target: "Target") -> bool:
        try:
            return explain_missing(snapshot, target) is None
        except RegistryError:
            return True  # a schema that nobody can read: nobody can say that it has gone

    def readers(target: "Target") -> str:
        return ", ".join(each.name for each in uses.affected_consumers(snapshot, target))

    home = _home(root, promises.history)
    registry = Registry(home, policy.reminders, there, readers)
    terms = operations_registry.announced(promises)
    return due(registry, terms, leaves(promises.history), today, told)


def leaves(history: "History") -> Iterator["Leave"]:
    """The waivers that stand; one that nobody can read counts for nothing."""
    from schemareg import documents, manifests
    from schemareg.history.paths import PathPart, path_subject
    from schemareg.manifests.layout import WAIVERS
    from schemareg.model import Kind
    from schemareg.model.errors import InvalidFiles
    from schemareg.notifications.events.reminders import Leave

    standing = {each.path: each for each in history.changes_within(WAIVERS)}
    history.fetch(each.after.id for each in standing.values() if each.after is not None)
    for path, change in sorted(standing.items()):
        about = path_subject(path)
        entry = change.after
        if about.part is not PathPart.WAIVER or entry is None or entry.kind is not Kind.FILE:
            continue
        try:
            waiver = manifests.parse_waiver(documents.parse(history.read(entry.id), path))
        except InvalidFiles:
            continue
        yield Leave(about.product, waiver, change.landing.time.date())
