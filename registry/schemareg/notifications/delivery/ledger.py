"""The ledger: deliveries made, deliveries due, and receipts of landings.

The ledger is a folder of small JSON files in its own Git ref, one fact in each file, so that it can be read
without reg and written by several runs:

    ledger.json                        the version of the ledger's form
    notified.json                      the last landing whose messages are in the ledger
    receipts/<aa>/<commit>.json        when a landing was observed on the branch, and by which run
    clock/<commit>.json                the receipts that contradict the claimed time of a landing
    outbox/<id>.json                   due deliveries: the message, and each attempt
    deliveries/<aa>/<id>.json          settled deliveries: sent, or failed with the reason
    archive/<year>-<month>.json        deliveries settled long ago

A reader can load only the parts that it needs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from schemareg.model.errors import RegistryError
from schemareg.notifications.delivery import codec
from schemareg.notifications.delivery import delivery as deliveries
from schemareg.notifications.delivery.codec import moment, stamp
from schemareg.notifications.delivery.delivery import Attempt, Delivery, Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

VERSION = 1
NAME = "ledger.json"
NOTIFIED = "notified.json"
RECEIPTS = "receipts"
CLOCK = (NAME, NOTIFIED, "clock")
"""The files and folders with receipts."""
WORKING = (*CLOCK, "outbox")
"""The files that every run needs."""
SETTLED = ("deliveries", "archive")
"""The files that record earlier deliveries."""
KEPT = timedelta(days=90)
"""Settled deliveries keep their full record for this long; after that, only the fact of delivery."""

_COMMIT = r"([0-9a-f]{40}|[0-9a-f]{64})"
_ID = r"([0-9a-f]{32})"
_RECEIPT = re.compile(rf"(?:receipts/[0-9a-f]{{2}}|clock)/{_COMMIT}\.json", re.ASCII)
_DELIVERY = re.compile(rf"(?:outbox|deliveries/[0-9a-f]{{2}})/{_ID}\.json", re.ASCII)
_ARCHIVE = re.compile(r"archive/[0-9]{4}-[0-9]{2}\.json", re.ASCII)


class Notified(NamedTuple):
    """The last landing whose messages are in the ledger."""

    branch: str
    commit: str
    """A landing's full id."""
    step: int
    """Increases with each move, also after a rewritten history: the highest one counts."""
    at: datetime | None = None
    """When the branch was last observed with this head, aware, in UTC; None if unknown."""


class Observation(NamedTuple):
    """A receipt: when a landing was observed. Instants are aware, in UTC."""

    commit: str
    not_after: datetime
    """The landing was on the protected branch at this instant."""
    not_before: datetime | None = None
    """The branch did not contain the landing at this instant; None if it was not observed."""
    run: str = ""
    pull_request: str = ""
    """Its number, without a sign."""


class ArchivedDelivery(NamedTuple):
    """The short record of a delivery that was settled long ago."""

    id: str
    channel: str
    events: tuple[str, ...]
    state: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger, or the loaded parts of it."""

    notified: Notified | None = None
    receipts: Mapping[str, Observation] = field(default_factory=dict)
    """By commit."""
    clock: Mapping[str, Observation] = field(default_factory=dict)
    """By commit: the receipts that contradict the claimed time of a commit."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """By id: due and settled deliveries."""
    archived: Mapping[str, ArchivedDelivery] = field(default_factory=dict)
    """By id."""
    damaged: tuple[str, ...] = ()
    """The sorted paths of files that could not be read and were skipped."""

    @property
    def told(self) -> frozenset[str]:
        """The ids of all events in the ledger, in any state."""
        own = (each.events for each in self.deliveries.values())
        old = (each.events for each in self.archived.values())
        return frozenset(id_ for events in (*own, *old) for id_ in events)

    def knows(self, id_: str) -> bool:
        """Whether the ledger has a message with this id."""
        return id_ in self.deliveries or id_ in self.archived


K = TypeVar("K")
V = TypeVar("V")


def merged(one: Ledger, other: Ledger) -> Ledger:
    """Two ledgers merged; the order does not matter, and nothing is lost."""
    archived = _united(one.archived, other.archived, min)
    open_ = _united(one.deliveries, other.deliveries, deliveries.merged)
    return Ledger(
        notified=max(
            (each for each in (one.notified, other.notified) if each),
            key=lambda each: (each.step, each.commit, each.branch, str(each.at)),
            default=None,
        ),
        receipts=_united(one.receipts, other.receipts, _narrower),
        clock=_united(one.clock, other.clock, _narrower),
        deliveries={id_: each for id_, each in open_.items() if id_ not in archived},
        archived=archived,
        damaged=tuple(sorted({*one.damaged, *other.damaged})),
    )


def _united(one: Mapping[K, V], other: Mapping[K, V], together: Callable[[V, V], V]) -> dict[K, V]:
    found = dict(one)
    for key, value in other.items():
        found[key] = together(found[key], value) if key in found else value
    return found


def _narrower(one: Observation, other: Observation) -> Observation:
    first = min(one, other, key=lambda each: (each.not_after, each.run, each.pull_request))
    looks = [each.not_before for each in (one, other) if each.not_before is not None]
    return first._replace(not_before=max(looks, default=None))


def archived(ledger: Ledger, now: datetime) -> Ledger:
    """The same ledger; of deliveries settled long ago only the fact of delivery is kept.

    A month whose file could not be read stays unchanged.
    """
    old = [
        each
        for each in ledger.deliveries.values()
        if each.settled and now - each.moment > KEPT and _month(each.moment) not in ledger.damaged
    ]
    gone = {each.id for each in old}
    told = {
        each.id: ArchivedDelivery(each.id, each.channel, each.events, each.state.value, each.moment)
        for each in old
    }
    rest = {id_: each for id_, each in ledger.deliveries.items() if id_ not in gone}
    return replace(ledger, deliveries=rest, archived={**ledger.archived, **told})


# Files and back


def commits(paths: Iterable[str]) -> frozenset[str]:
    """The landings of these receipt paths."""
    found = (_RECEIPT.fullmatch(path) for path in paths)
    return frozenset(match[1] for match in found if match)


def places(commits: Iterable[str] = (), ids: Iterable[str] = ()) -> tuple[str, ...]:
    """The paths of receipts of these commits, and of settled deliveries of these ids."""
    receipts = (_receipt(each) for each in commits)
    settled = (f"deliveries/{each[:2]}/{each}.json" for each in ids)
    return (*receipts, *settled)


def parse(files: Mapping[str, bytes]) -> Ledger:
    """The ledger of its files, path to content; foreign files are skipped.

    A file that cannot be read is named in `damaged`. Raises RegistryError for a ledger of an unknown
    form that is not known here.
    """
    damaged = []
    notified: Notified | None = None
    receipts: dict[str, Observation] = {}
    clock: dict[str, Observation] = {}
    sent: dict[str, Delivery] = {}
    old: dict[str, ArchivedDelivery] = {}
    for path, content in sorted(files.items()):
        try:
            if path == NAME:
                _refuse_unknown(_value(content))
            elif path == NOTIFIED:
                notified = _notified(_value(content))
            elif match := _RECEIPT.fullmatch(path):
                kind = clock if path.startswith("clock/") else receipts
                kind[match[1]] = _seen(match[1], _value(content))
            elif match := _DELIVERY.fullmatch(path):
                found = _delivery(match[1], _value(content))
                # A kill cannot separate the two: one commit writes both paths.
                twin = sent.get(found.id)
                sent[found.id] = deliveries.merged(twin, found) if twin else found
            elif _ARCHIVE.fullmatch(path):
                old |= {id_: _told(id_, each) for id_, each in _value(content).items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            damaged.append(path)
    return Ledger(notified, receipts, clock, sent, old, tuple(damaged))


def difference(before: Ledger, after: Ledger) -> dict[str, bytes | None]:
    """The edits from one ledger to the other: path to content, None for a deleted file."""
    old, new = _files(before), _files(after)
    changed: dict[str, bytes | None] = dict.fromkeys(old.keys() - new.keys())
    changed |= {path: _text(value) for path, value in new.items() if old.get(path) != value}
    if changed:
        changed[NAME] = _text({"version": VERSION})
    return dict(sorted(changed.items()))


def render(ledger: Ledger) -> dict[str, bytes]:
    """All files of a ledger, path to content: `parse(render(x)) == x`."""
    return {path: text for path, text in difference(Ledger(), ledger).items() if text is not None}


def _files(ledger: Ledger) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if ledger.notified is not None:
        found[NOTIFIED] = _marked(ledger.notified)
    found |= {_receipt(each.commit): _receipted(each) for each in ledger.receipts.values()}
    found |= {f"clock/{c}.json": _receipted(each) for c, each in ledger.clock.items()}
    found |= {_place(each): _delivered(each) for each in ledger.deliveries.values()}
    for each in ledger.archived.values():
        month = found.setdefault(_month(each.moment), {})
        month[each.id] = {
            "channel": each.channel,
            "events": list(each.events),
            "moment": stamp(each.moment),
            "state": each.state,
        }
    return found


def _receipt(commit: str) -> str:
    return f"receipts/{commit[:2]}/{commit}.json"


def _place(delivery: Delivery) -> str:
    folder = f"deliveries/{delivery.id[:2]}" if delivery.settled else "outbox"
    return f"{folder}/{delivery.id}.json"


def _month(moment: datetime) -> str:
    return f"archive/{moment:%Y-%m}.json"


def _marked(notified: Notified) -> dict[str, Any]:
    found: dict[str, Any] = notified._asdict()
    found["at"] = None if notified.at is None else stamp(notified.at)
    return found


def _receipted(seen: Observation) -> dict[str, Any]:
    found: dict[str, Any] = seen._asdict()
    del found["commit"]
    found["not_after"] = stamp(seen.not_after)
    found["not_before"] = None if seen.not_before is None else stamp(seen.not_before)
    return found


def _delivered(delivery: Delivery) -> dict[str, Any]:
    found: dict[str, Any] = {
        "channel": delivery.channel,
        "headline": delivery.headline,
        "events": list(delivery.events),
        "created": stamp(delivery.created),
        "number": delivery.number,
        "state": delivery.state.value,
        "attempts": [_attempted(each) for each in delivery.attempts],
    }
    if delivery.message is not None:
        found["message"] = codec.written(delivery.message)
    if delivery.reopened is not None:
        found["reopened"] = stamp(delivery.reopened)
    if not delivery.settled and delivery.not_before is not None:
        found["not_before"] = stamp(delivery.not_before)
    return found


def _attempted(attempt: Attempt) -> dict[str, Any]:
    found: dict[str, Any] = {
        "at": stamp(attempt.at),
        "run": attempt.run,
        "until": stamp(attempt.until),
    }
    for name in ("ended", "not_before"):
        if (value := getattr(attempt, name)) is not None:
            found[name] = stamp(value)
    if attempt.ending is not None:
        found["outcome"] = attempt.ending.value
    if attempt.reason:
        found["reason"] = attempt.reason
    return found


def _text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1).encode("ascii") + b"\n"


def _value(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except RecursionError:
        raise ValueError("nested without end") from None
    if not isinstance(value, dict):
        raise ValueError("an object is expected")
    return value


def _refuse_unknown(value: dict[str, Any]) -> None:
    if value.get("version") != VERSION:
        raise RegistryError(
            f"the ledger has the form {value.get('version')!r}; this program knows {VERSION}",
            where=NAME,
            remedy="Use the version of schemareg that wrote it, or a newer one",
        )


def _notified(value: dict[str, Any]) -> Notified:
    branch, commit, step = value["branch"], value["commit"], value["step"]
    if not re.fullmatch(_COMMIT, commit) or not isinstance(step, int):
        raise ValueError("no landing")
    return Notified(str(branch), commit, step, _perhaps(value.get("at")))


def _seen(commit: str, value: dict[str, Any]) -> Observation:
    return Observation(
        commit,
        moment(value["not_after"]),
        _perhaps(value.get("not_before")),
        str(value["run"]),
        str(value["pull_request"]),
    )


def _perhaps(value: Any) -> datetime | None:
    return None if value is None else moment(value)


def _told(id_: str, value: dict[str, Any]) -> ArchivedDelivery:
    if not re.fullmatch(_ID, id_):
        raise ValueError("no id")
    events = tuple(map(str, value["events"]))
    return ArchivedDelivery(
        id_, str(value["channel"]), events, str(value["state"]), moment(value["moment"])
    )


def _delivery(id_: str, value: dict[str, Any]) -> Delivery:
    attempts = tuple(map(_attempt, value["attempts"]))
    return Delivery(
        id_,
        str(value["channel"]),
        str(value["headline"]),
        tuple(map(str, value["events"])),
        moment(value["created"]),
        int(value["number"]),
        codec.read(value["message"]) if "message" in value else None,
        tuple(sorted(attempts, key=lambda each: (each.at, each.run))),
        moment(value["reopened"]) if "reopened" in value else None,
    )


def _attempt(value: dict[str, Any]) -> Attempt:
    return Attempt(
        moment(value["at"]),
        str(value["run"]),
        moment(value["until"]),
        moment(value["ended"]) if "ended" in value else None,
        Ending(value["outcome"]) if "outcome" in value else None,
        str(value.get("reason", "")),
        moment(value["not_before"]) if "not_before" in value else None,
    )
