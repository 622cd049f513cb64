"""Send again: an event, a landing, or what failed for good."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations import audit
from schemareg.operations.notify import messages as notify_messages
from schemareg.operations.notify.plan import RunContext, refuse_another_branch

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import History
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import Message

_EVENT = re.compile(r"[0-9a-f]{32}")

Wanted = Callable[[str], bool]
"""Whether a channel is meant."""


class Resending(NamedTuple):
    """What to send again."""

    messages: "tuple[Message, ...]" = ()
    ids: tuple[str, ...] = ()
    """Ids of deliveries in the ledger to try again."""


def select(
    scene: RunContext, history: "History", known: "Ledger", what: str, wanted: Wanted
) -> Resending:
    """The messages of an event id, or of a commit; `known` is the complete ledger.

    Raises RegistryError where there is no such event or landing, or nobody is notified of it.
    """
    if _EVENT.fullmatch(what):
        messages = tuple(_of_event(known, what))
        if not messages:
            raise RegistryError(
                f"the ledger no longer has a message with the event {what}",
                remedy="Name its commit: reg notify --replay COMMIT",
            )
    else:
        messages = _of_landing(scene, history, what)
    meant = tuple(each for each in messages if wanted(each.channel))
    if not meant:
        raise RegistryError(
            f"nobody is notified of {what}" + (", on that channel" if messages else ""),
            remedy=f"To see the recipients: reg notify --dry-run --replay {what}"
            if messages
            else f"To see what landed: reg events {what}",
        )
    return Resending(meant)


def select_failed(known: "Ledger", wanted: Wanted) -> Resending:
    """The deliveries that failed for good."""
    from schemareg.notifications.delivery.message import DeliveryState

    found = (each for each in known.deliveries.values() if each.state is DeliveryState.FAILED)
    return Resending(ids=tuple(sorted(each.id for each in found if wanted(each.channel))))


def add(known: "Ledger", again: Resending, now: "datetime", call: str) -> "tuple[Ledger, set[str]]":
    """The ledger with these deliveries due, and their ids.

    A message that was sent already becomes another delivery, whose id is the same for the same
    `call`: so a call that a machine repeats sends it once.
    """
    from schemareg.notifications.delivery import outbox
    from schemareg.notifications.delivery.delivery import delivery
    from schemareg.notifications.delivery.message import DeliveryState

    reopened, new = set(again.ids), []
    for number, message in enumerate(again.messages):
        before = known.deliveries.get(message.id)
        if before is not None and before.state is not DeliveryState.SENT:
            reopened.add(message.id)
        elif before is None and not known.knows(message.id):
            new.append(delivery(message, now, number))
        else:
            new.append(_another(message, now, number, call))
    fresh = {each.id for each in new if not known.knows(each.id)}
    return outbox.reopened(outbox.added(known, new), reopened, now), reopened | fresh


def _another(message: "Message", now: "datetime", number: int, call: str) -> "Delivery":
    from schemareg.notifications.delivery.delivery import delivery
    from schemareg.notifications.events.audience import identity

    # Not from the message's id: an earlier call may have made it from the same events.
    events = (each.id for each in message.events)
    again = replace(message, id=identity("again", call, message.channel, *events))
    return delivery(again, now, number)


def _of_event(known: "Ledger", id_: str) -> Iterable["Message"]:
    """The messages of an event, reduced to it; one per channel."""
    from schemareg.notifications.events.audience import identity

    channels = set()
    for each in sorted(known.deliveries.values(), key=lambda one: (one.created, one.number)):
        message = each.message
        if message is None or message.channel in channels:
            continue
        # A damaged file may name events that its message does not have.
        events = [one for one in message.events if one.id == id_]
        if not events:
            continue
        channels.add(message.channel)
        if len(message.events) == 1:
            yield message
            continue
        yield replace(
            message,
            id=identity(message.channel, id_),
            headline=events[0].title,
            alarms=tuple(one for one in message.alarms if one.id == id_),
            digest=tuple(one for one in message.digest if one.id == id_),
        )


def _of_landing(scene: RunContext, history: "History", revision: str) -> tuple["Message", ...]:
    from schemareg.adapters.history import history as histories

    refuse_another_branch(scene)
    with histories.history(scene.root, audit.resolve(scene.root, revision)) as named:
        landing = history.landing(named.commit)
    if landing is None:
        raise RegistryError(
            f"{revision} did not land on the protected branch by itself",
            remedy="Name the commit that landed it: git log --first-parent --oneline",
        )
    return notify_messages.messages_of_landing(scene.root, history, landing, today=scene.now.date())
