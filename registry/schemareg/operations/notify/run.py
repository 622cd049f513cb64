"""One run of `reg notify`: what is to be told goes into the ledger, and from there to people."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError, Undecidable
from schemareg.operations import audit, output
from schemareg.operations.notify import drain, resend
from schemareg.operations.notify import ledger as notify_ledger
from schemareg.operations.notify import plan as notify_plan
from schemareg.operations.notify import send as notify_send

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.model import Channel, Policy
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import Message, Outcome

PATIENCE = 30.0
"""Seconds in which one message is tried again before its channel is left alone."""
_TURNS = 5
"""So often a plan is made anew because another run put something into the ledger."""


class Call(NamedTuple):
    """What `reg notify` was asked to do."""

    root: Path
    at: datetime | None = None
    """The moment to act as of; None for now."""
    reminders: bool = False
    replay: str | None = None
    failed: bool = False
    to: str | None = None
    patience: float = PATIENCE

    def means(self, channel: str) -> bool:
        """Whether a channel is meant."""
        return self.to in (None, channel)

    @property
    def alone(self) -> bool:
        """Whether only what was asked for is sent."""
        return self.replay is not None or self.failed


class _Run(NamedTuple):
    """Where a run stands, and whom it knows."""

    scene: notify_plan.Scene
    history: "GitHistory"
    policy: "Policy"
    call: Call
    now: Callable[[], datetime]


def told(call: Call) -> bool:
    """Tell all that is to be told; whether nothing failed for good."""
    from schemareg.reports.views import deliveries

    with _run(call) as run:
        output.give(notify_send.masks(run.policy, os.environ))
        trouble, asked = None, None
        try:
            asked = _put(run)
        except RegistryError as error:
            if call.alone:
                raise
            # What earlier runs left does not wait until that is mended.
            trouble, asked = error, _meant(run)
        done = drain.drain(
            run.scene.book,
            _sender(run.policy, call.patience),
            run.scene.run,
            run.now,
            asked,
            lambda each: output.give(_line(deliveries.sentence(each))),
        )
        run.scene.book.keep()
        if trouble is None or any(done):
            total = deliveries.total(len(done.sent), done.failed, done.waiting)
            output.hint(f"reg: {total}".rstrip())
        if done.failed:
            output.hint("  Once it is mended: reg notify --failed")
        if trouble is not None:
            raise trouble
        return _followed(run) and not done.failed


def proposed(call: Call) -> str:
    """What would be sent, as text; nothing is written, and nobody is told."""
    from schemareg.reports.views import deliveries

    with _run(call) as run:
        known = run.scene.book.read(all_told=call.reminders or call.alone)
        waiting = [each for each in _pending(run, known) if call.means(each.channel)]
        found = [(each.message, run.policy) for each in waiting if each.message is not None]
    if not found:
        return "no events\n"
    return "".join(
        _line(deliveries.proposed(message)) + _indented(message, policy)
        for message, policy in found
    )


def standing(root: Path) -> "Ledger":
    """The ledger, all of it; as it was seen last here, where the remote does not answer."""
    with audit.line(root) as history:
        book = notify_ledger.book(root, _policy(root, history).protected_branch)
    try:
        return book.read(all_told=True)
    except Undecidable as error:
        if not book.ref.known():
            raise
        output.hint(f"reg: {error.what}; this is what was seen last")
        return notify_ledger.Book(book.ref.here).read(all_told=True)


def tried(root: Path, channel: str, at: datetime | None) -> bool:
    """Whether a channel took a message that says nothing but that it arrived."""
    from schemareg.adapters import clock

    with audit.line(root) as history:
        policy = _policy(root, history)
    _refuse_unknown(policy, channel)
    output.give(notify_send.masks(policy, os.environ))
    outcome = _sender(policy, PATIENCE)(notify_send.trial(channel, at or clock.now()))
    if outcome.sent:
        output.give(_line(f"{channel} took it\n"))
    else:
        output.hint(_line(f"reg: {channel} did not take it: {outcome.reason}"))
    return outcome.sent


# --- one run -------------------------------------------------------------------------------------


@contextmanager
def _run(call: Call) -> Iterator[_Run]:
    """Where a run stands. Raises RegistryError where it was asked for what does not go together."""
    if call.replay is not None and (call.failed or call.reminders):
        raise RegistryError(
            "--replay tells what it names, and nothing else",
            remedy="Leave out --failed and --reminders",
        )
    with audit.line(call.root) as history:
        policy = _policy(call.root, history)
        if call.to is not None:
            _refuse_unknown(policy, call.to)
        now = _clock(call.at)
        book = notify_ledger.book(call.root, policy.protected_branch)
        scene = notify_plan.Scene(call.root, book, policy.protected_branch, now(), _name())
        yield _Run(scene, history, policy, call, now)


def _put(run: _Run) -> frozenset[str] | None:
    """Put into the ledger what is to be told; the ids of what is to be sent, None for all that is due."""
    if run.call.alone:
        return _put_again(run)
    for _ in range(_TURNS):
        try:
            _put_new(run)
            break
        except notify_plan.Outdated:
            continue
    else:
        raise Undecidable(
            f"other runs have put something into the ledger each of {_TURNS} times",
            remedy="Run it again; one run at a time is enough, they tell what others left",
        )
    return _meant(run)


def _meant(run: _Run) -> frozenset[str] | None:
    """What the channel is to be sent that was asked for; None where none was."""
    if run.call.to is None:
        return None
    known = run.scene.book.read().deliveries
    return frozenset(id_ for id_, each in known.items() if run.call.means(each.channel))


def _put_new(run: _Run) -> None:
    from schemareg.notifications.delivery import ledger

    book, scene = run.scene.book, run.scene
    plan = notify_plan.landed(scene, run.history, book.read())
    if plan.word:
        output.hint(f"reg: {plan.word}")
    ids = [each.id for each in plan.deliveries]
    known = book.change(lambda known: notify_plan.put(known, plan), "reg: what landed", ids=ids)
    _say_damaged(known)
    if run.call.reminders:
        days = notify_plan.reminders(scene, book.read(all_told=True))

        def change(known: "Ledger") -> "Ledger":
            return ledger.archived(notify_plan.put(known, days), scene.now)

        book.change(change, "reg: what the day brings", all_told=True)


def _put_again(run: _Run) -> frozenset[str]:
    again = _again(run, run.scene.book.read(all_told=True))
    ids: set[str] = set()

    def change(known: "Ledger") -> "Ledger":
        nonlocal ids
        known, ids = resend.put(known, again, run.scene.now, _caller())
        return known

    run.scene.book.change(change, "reg: told again", all_told=True)
    return frozenset(ids)


def _again(run: _Run, known: "Ledger") -> resend.Again:
    if run.call.replay is None:
        return resend.failed(known, run.call.means)
    return resend.asked(run.scene, run.history, known, run.call.replay, run.call.means)


def _pending(run: _Run, known: "Ledger") -> "list[Delivery]":
    """What would be sent, the longest waiting first."""
    from schemareg.notifications.delivery import outbox

    if run.call.alone:
        known, ids = resend.put(known, _again(run, known), run.scene.now, _caller())
        return [known.deliveries[each] for each in sorted(ids)]
    known = notify_plan.put(known, notify_plan.landed(run.scene, run.history, known))
    if run.call.reminders:
        known = notify_plan.put(known, notify_plan.reminders(run.scene, known))
    due = outbox.due(known, run.scene.now).values()
    return sorted((one for each in due for one in each), key=lambda one: (one.created, one.number))


def _followed(run: _Run) -> bool:
    """Bring the issues up to date, where they are wanted; whether all could be written."""
    from schemareg.text import escape

    if not run.policy.issues or run.call.alone or run.call.to is not None:
        return True
    if not os.environ.get("GITHUB_REPOSITORY"):
        output.hint("reg: issues are kept where GITHUB_REPOSITORY says which; here nothing does")
        return True
    from schemareg.operations.github import issues

    told = issues.last_told(run.scene.book.read(all_told=True))
    today = run.scene.now.date()
    found = issues.follow(run.call.root, os.environ, today=today, told=told)
    output.give("".join(_line(f"{escape.visible(line)}\n") for line in found.done))
    output.hint(*(_line(f"reg: {escape.visible(line)}") for line in found.failed))
    return not found.failed


def _sender(policy: "Policy", patience: float) -> drain.Sender:
    def send(message: "Message") -> "Outcome":
        from schemareg.notifications.delivery.message import Outcome

        channel = notify_send.named(policy, message.channel)
        if channel is None:
            reason = "registry.yaml does not have this channel any more"
            return Outcome(sent=False, reason=reason, permanent=True)
        return notify_send.send(channel, policy.mail, message, os.environ, patience=patience)

    return send


def _policy(root: Path, history: "GitHistory") -> "Policy":
    """The policy that has landed; where it landed wrong, the last one that did not."""
    from schemareg.operations.notify import messages
    from schemareg.snapshot.snapshot import Snapshot

    return messages.policy_of(Snapshot(history.files("the protected branch")), history)


def _refuse_unknown(policy: "Policy", name: str) -> None:
    known: Channel | None = notify_send.named(policy, name)
    if known is None:
        names = ", ".join(each.name for each in policy.channels)
        raise RegistryError(
            f"registry.yaml on the protected branch has no channel {name!r}",
            remedy=f"Name one that it has: {names}" if names else "Add it under `channels`",
        )


def _clock(at: datetime | None) -> Callable[[], datetime]:
    """What tells the moment; where one was given, time goes on from there."""
    from schemareg.adapters import clock

    if at is None:
        return clock.now
    begun = clock.seconds()
    return lambda: at + timedelta(seconds=clock.seconds() - begun)


def _name() -> str:
    """What this run is called: no two are called the same."""
    return f"{_caller()}.{secrets.token_hex(4)}"


def _caller() -> str:
    """The workflow's run, the same when it is repeated; by hand, each call is another."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    return run if run.isdecimal() else f"by-hand.{secrets.token_hex(4)}"


def _say_damaged(known: "Ledger") -> None:
    from schemareg.text import escape

    for path in known.damaged:
        output.hint(f"reg: the ledger's {escape.visible(path)} cannot be read, and is passed over")


def _line(text: str) -> str:
    """Text for a log of GitHub Actions, in which it commands nothing."""
    from schemareg.text import escape

    return escape.inert(text)


def _indented(message: "Message", policy: "Policy") -> str:
    from schemareg.text import escape

    channel = notify_send.named(policy, message.channel)
    if channel is None:
        return ""
    text = notify_send.rendered(channel, message, os.environ)
    return "".join(
        _line(f"    {escape.visible(line)}".rstrip() + "\n") for line in text.splitlines()
    )
