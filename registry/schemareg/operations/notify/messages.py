"""The events of landings and of days, and their messages.

Nothing is sent or stored here: the caller says what was sent already.
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
    from schemareg.adapters.history.history import GitHistory
    from schemareg.deprecation.landed import Promises
    from schemareg.model import History, Landing, PathChange, Policy
    from schemareg.model.targets import Target
    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.audience import Actor, AddressedEvent
    from schemareg.notifications.events.event import Event
    from schemareg.notifications.events.landing import LandingContext
    from schemareg.notifications.events.reminders import ActiveWaiver
    from schemareg.notifications.events.source import EventSource
    from schemareg.snapshot.snapshot import Snapshot

_KEPT = 4
"""Snapshots kept: the head of one landing is the base of the next."""
_CHUNK = 200
"""Landings whose people are looked up at a time."""
_FORGES = ("", "GitHub", "GitLab", "Bitbucket")
"""Committers that are not people: a squash on a forge is committed by these names."""


def messages_between(
    root: Path,
    history: "History",
    after: "Landing | None",
    until: "Landing | None" = None,
    *,
    today: date,
) -> Iterator[tuple["Landing", tuple["Message", ...]]]:
    """The landings after one up to another, oldest first, each with its messages.

    Up to the newest, where none is named. Landings that did not change the registry are left out;
    those without recipients have no messages. Before the first notification `after` is None: then
    only the newest landing has messages, and one says that notifications begin.

    The channels are those of the policy at the end.

    Raises Undecidable where the history is missing.
    """
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    end = until or history.head
    if end is None:
        return
    with _states(root) as at:
        policy = policy_of(at(end.commit), history)
        event_source = _home(root, history)
        if after is None:
            found = _first_news(root, history, at, end, event_source, today)
        else:
            found = _landing_news(root, history, at, after, end, event_source, today)
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
        event_source = _home(root, history)
        before = history.line()[landing.ordinal - 1] if landing.ordinal else None
        found = _landing_news(root, history, at, before, landing, event_source, today)
        return tuple(
            message
            for scene, news in found
            for message in messages(routes(news, (scene.before, scene.after), policy))
        )


def messages_of_rewrite(
    root: Path, history: "History", before: str, until: "Landing | None" = None, *, today: date
) -> tuple["Message", ...]:
    """The messages of a line that no longer contains `before`, which had been notified.

    They compare the two states. Raises RegistryError where nothing has landed.
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
    """The reminders of a day, as messages; `told` are the ids of events that were sent before."""
    from schemareg.notifications.delivery.grouping import messages
    from schemareg.notifications.delivery.routing import routes

    with operations_registry.landed(root) as (promises, _):
        snapshot, history = promises.base, promises.history
        policy = policy_of(snapshot, history)
        news = _reminder_news(root, promises, policy, today, told)
        return messages(routes(news, (snapshot,), policy))


def news_between(
    root: Path, history: "History", after: "Landing | None", today: date
) -> Iterator[tuple["Landing", tuple["AddressedEvent", ...]]]:
    """The landings after one, or all, oldest first, each with its news."""
    end = history.head
    if end is None:
        return
    with _states(root) as at:
        event_source = _home(root, history)
        for scene, news in _landing_news(root, history, at, after, end, event_source, today):
            yield scene.landing, news


def events(
    root: Path, span: str | None = None, *, today: date | None = None
) -> tuple["Event", ...]:
    """The events of the landings in a range `A..B`, or of one, oldest first; by default the newest.

    The ends may be revisions or days. Raises RegistryError where one is not on the line.
    """
    from schemareg.adapters import clock

    with audit.line(root, end_of(span)) as history:
        first = after(root, history, span)
        found = news_between(root, history, first, today or clock.today())
        return tuple(each.event for _, news in found for each in news)


def reminder_events(root: Path, *, today: date | None = None) -> tuple["Event", ...]:
    """The reminders of a day, whether or not they were sent before."""
    from schemareg.adapters import clock

    today = today or clock.today()
    with operations_registry.landed(root) as (promises, _):
        policy = policy_of(promises.base, promises.history)
        return tuple(each.event for each in _reminder_news(root, promises, policy, today, ()))


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
    with histories.history(root, audit.resolve(root, start)) as named:
        found = history.landing(named.commit)
    if found is None:
        raise RegistryError(
            f"{start} is not among these landings",
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


def _landing_news(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    after: "Landing | None",
    end: "Landing",
    event_source: "EventSource",
    today: date,
) -> Iterator[tuple["LandingContext", tuple["AddressedEvent", ...]]]:
    from schemareg.notifications.events.landings import EventReader

    changes = [
        each for each in history.changes("", after=after) if each.landing.ordinal <= end.ordinal
    ]
    history.fetch(each.after.id for each in changes if each.after is not None)
    teller = EventReader(history, at, event_source, today, after)
    for landing, those, by in _landings(root, changes):
        scene = teller.scene(landing, by)
        yield scene, teller.of(scene, those)


def _landings(
    root: Path, changes: Iterable["PathChange"]
) -> Iterator[tuple["Landing", tuple["PathChange", ...], "Actor"]]:
    """Landings with their changes, and the person who landed them."""
    from schemareg.notifications.events.audience import Actor

    groups = groupby(changes, key=lambda each: each.landing)
    found = ((landing, tuple(those)) for landing, those in groups)
    while chunk := list(islice(found, _CHUNK)):
        people = audit.people_of(root, (landing for landing, _ in chunk))
        for landing, those in chunk:
            known = people.get(landing.commit, {})
            yield landing, those, Actor(_actor(known, landing), known.get("pull_request", ""))


def _actor(known: Mapping[str, Any], landing: "Landing") -> str:
    """The person who merged it; the author where a forge merged it."""
    merger: str = known.get("merger", "")
    return merger if merger not in _FORGES else known.get("author") or landing.author


def _first_news(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    end: "Landing",
    event_source: "EventSource",
    today: date,
) -> Iterator[tuple["LandingContext", tuple["AddressedEvent", ...]]]:
    """The newest landing, and the event that notifications begin."""
    from schemareg.notifications.events.landings import EventReader, watched

    before = history.line()[end.ordinal - 1] if end.ordinal else None
    found = list(_landing_news(root, history, at, before, end, event_source, today))
    if not found:
        found = [(EventReader(history, at, event_source, today, before).scene(end), ())]
    for scene, news in found:
        yield scene, (watched(scene), *news)


def _rewritten(
    root: Path,
    history: "History",
    at: Callable[[str], "Snapshot"],
    before: str,
    end: "Landing",
    today: date,
) -> tuple["LandingContext", tuple["AddressedEvent", ...]]:
    from schemareg.notifications.events.landing import LandingContext
    from schemareg.notifications.events.rewrites import forgotten, rewritten

    event_source = _home(root, history)
    after = at(end.commit)
    try:
        scene = LandingContext(end, at(before), after, history, event_source, today)
        return scene, rewritten(scene, before)
    except (RegistryError, KeyError):  # objects of the old history that no longer exist
        scene = LandingContext(end, after, after, history, event_source, today)
        return scene, forgotten(scene, before)


def landed_policy(history: "GitHistory") -> "Policy":
    """The policy on the protected branch; where it landed with mistakes, the last valid one."""
    from schemareg.snapshot.snapshot import Snapshot

    return policy_of(Snapshot(history.files("the protected branch")), history)


def policy_of(snapshot: "Snapshot", history: "History") -> "Policy":
    """The policy of a state; where it has mistakes, or was removed, the last valid one."""
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


def _home(root: Path, history: "History") -> "EventSource":
    from schemareg.adapters.github import pull_requests
    from schemareg.notifications.events.source import event_source

    return event_source(pull_requests.page(root), history.line()[0].commit)


# -- days -----------------------------------------------------------------------------------------


def _reminder_news(
    root: Path, promises: "Promises", policy: "Policy", today: date, told: Collection[str]
) -> tuple["AddressedEvent", ...]:
    from schemareg.consumers import uses
    from schemareg.notifications.events.reminders import Registry, due
    from schemareg.snapshot.elements import explain_missing

    snapshot = promises.base

    def there(target: "Target") -> bool:
        try:
            return explain_missing(snapshot, target) is None
        except RegistryError:
            return True  # an unreadable schema: unknown, so it counts as present

    def readers(target: "Target") -> str:
        return ", ".join(each.name for each in uses.affected_consumers(snapshot, target))

    event_source = _home(root, promises.history)
    registry = Registry(event_source, policy.reminders, there, readers)
    terms = operations_registry.terms(promises)
    return due(registry, terms, leaves(promises.history), today, told)


def leaves(history: "History") -> Iterator["ActiveWaiver"]:
    """The landed waivers; unreadable files are ignored."""
    from schemareg import documents, manifests
    from schemareg.history.paths import PathPart, path_subject
    from schemareg.manifests.layout import WAIVERS
    from schemareg.model import Kind
    from schemareg.model.errors import InvalidFiles
    from schemareg.notifications.events.reminders import ActiveWaiver

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
        yield ActiveWaiver(about.product, waiver, change.landing.time.date())
