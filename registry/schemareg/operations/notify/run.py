"""One run of `reg notify`: messages go into the ledger, and from there to their channels."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError, Undecidable
from schemareg.operations import audit
from schemareg.operations.notify import drain, messages, resend
from schemareg.operations.notify import ledger as notify_ledger
from schemareg.operations.notify import plan as notify_plan
from schemareg.operations.notify import send as notify_send

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.model import Channel, Policy
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import Message, SendOutcome
    from schemareg.operations.github.issues import IssuesResult

PATIENCE = 30.0
"""Seconds to retry one message before its channel is left to a later run."""
_TURNS = 5
"""How often a plan is made again because another run changed the ledger."""


class Call(NamedTuple):
    """What `reg notify` was asked to do."""

    root: Path
    at: datetime | None = None
    """The time of the run; None for now."""
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
        """Whether only the requested messages are sent."""
        return self.replay is not None or self.failed


class Secrets(NamedTuple):
    """Texts that a log must not show. Reported before anything else."""

    texts: tuple[str, ...]


Progress = Callable[["Secrets | Delivery | str"], None]
"""Receives the secrets of the run, each delivery once its attempt is recorded, and remarks."""


class _NotifyRun(NamedTuple):
    """The state of a run."""

    scene: notify_plan.RunContext
    history: "GitHistory"
    policy: "Policy"
    call: Call
    now: Callable[[], datetime]
    progress: Progress


class NotifyResult(NamedTuple):
    """What a run did."""

    sent: "tuple[Delivery, ...]"
    failed: "tuple[Delivery, ...]"
    """For good."""
    waiting: "tuple[Delivery, ...]"
    """Not sent; a later run tries again."""
    issues: "IssuesResult | None" = None
    """What became of the issues on GitHub; None where none are kept."""
    error: RegistryError | None = None
    """Why nothing new was put into the ledger; what waited there was sent all the same."""

    @property
    def complete(self) -> bool:
        """Whether nothing failed for good."""
        return not self.failed and (self.issues is None or not self.issues.failed)


def notify(call: Call, progress: Progress = lambda _: None) -> NotifyResult:
    """Send notifications of what landed, and reminders where asked; each once.

    Raises RegistryError where the call, the policy or a permission is wrong, Undecidable where the
    ledger or the history cannot be reached.
    """
    with _run(call, progress) as run:
        progress(Secrets(notify_send.secrets_to_mask(run.policy, os.environ)))
        error, asked = None, None
        try:
            asked = _put(run)
        except RegistryError as raised:
            if call.alone:
                raise
            # What earlier runs left does not wait until this is fixed.
            error, asked = raised, _meant(run)
        done = drain.drain(
            run.scene.book,
            _sender(run.policy, call.patience),
            run.scene.run,
            run.now,
            asked,
            progress,
        )
        run.scene.book.keep()
        issues = None if error is not None else _update_issues(run)
        return NotifyResult(done.sent, done.failed, done.waiting, issues, error)


class Preview(NamedTuple):
    """A message that would be sent."""

    message: "Message"
    text: str
    """As its channel would receive it, without secrets; empty where the channel is gone."""


def plan(call: Call, progress: Progress = lambda _: None) -> tuple[Preview, ...]:
    """The messages that `notify` would send, the longest waiting first; nothing is written or sent."""
    with _run(call, progress) as run:
        known = run.scene.book.read(all_told=call.reminders or call.alone)
        waiting = [each for each in _pending(run, known) if call.means(each.channel)]
        return tuple(
            Preview(each.message, _text(each.message, run.policy))
            for each in waiting
            if each.message is not None
        )


def send_test(
    root: Path, channel: str, at: datetime | None = None, progress: Progress = lambda _: None
) -> "SendOutcome":
    """The outcome of sending a test message to a channel; the ledger does not change.

    Raises RegistryError where there is no such channel.
    """
    from schemareg.adapters import clock

    with audit.line(root) as history:
        policy = messages.landed_policy(history)
    _refuse_unknown(policy, channel)
    progress(Secrets(notify_send.secrets_to_mask(policy, os.environ)))
    message = notify_send.test_message(channel, at or clock.now())
    return _sender(policy, PATIENCE)(message)


# --- one run -------------------------------------------------------------------------------------


@contextmanager
def _run(call: Call, progress: Progress) -> Iterator[_NotifyRun]:
    """The state of a run. Raises RegistryError where the options contradict each other."""
    if call.replay is not None and (call.failed or call.reminders):
        raise RegistryError(
            "--replay sends what it names, and nothing else",
            remedy="Leave out --failed and --reminders",
        )
    with audit.line(call.root) as history:
        policy = messages.landed_policy(history)
        if call.to is not None:
            _refuse_unknown(policy, call.to)
        now = _clock(call.at)
        book = notify_ledger.ledger_store(call.root, policy.protected_branch)
        scene = notify_plan.RunContext(call.root, book, policy.protected_branch, now(), _name())
        yield _NotifyRun(scene, history, policy, call, now, progress)


def _put(run: _NotifyRun) -> frozenset[str] | None:
    """Add the messages to the ledger; the ids to send, None for all that are due."""
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
            f"other runs changed the ledger first, in each of {_TURNS} tries",
            remedy="Run it again; one run at a time is enough, since each sends what others left",
        )
    return _meant(run)


def _meant(run: _NotifyRun) -> frozenset[str] | None:
    """The ids for the requested channel; None for all channels."""
    if run.call.to is None:
        return None
    known = run.scene.book.read().deliveries
    return frozenset(id_ for id_, each in known.items() if run.call.means(each.channel))


def _put_new(run: _NotifyRun) -> None:
    from schemareg.notifications.delivery import ledger

    book, scene = run.scene.book, run.scene
    plan = notify_plan.plan_landings(scene, run.history, book.read())
    if plan.word:
        run.progress(plan.word)
    ids = [each.id for each in plan.deliveries]
    known = book.change(
        lambda known: notify_plan.apply_plan(known, plan), "reg: what landed", ids=ids
    )
    for path in known.damaged:
        run.progress(f"the ledger's {path} cannot be read, and is ignored")
    if run.call.reminders:
        days = notify_plan.plan_reminders(scene, book.read(all_told=True))

        def change(known: "Ledger") -> "Ledger":
            return ledger.archived(notify_plan.apply_plan(known, days), scene.now)

        book.change(change, "reg: what the day brings", all_told=True)


def _put_again(run: _NotifyRun) -> frozenset[str]:
    again = _again(run, run.scene.book.read(all_told=True))
    ids: set[str] = set()

    def change(known: "Ledger") -> "Ledger":
        nonlocal ids
        known, ids = resend.add(known, again, run.scene.now, _caller())
        return known

    run.scene.book.change(change, "reg: told again", all_told=True)
    return frozenset(ids)


def _again(run: _NotifyRun, known: "Ledger") -> resend.Resending:
    if run.call.replay is None:
        return resend.select_failed(known, run.call.means)
    return resend.select(run.scene, run.history, known, run.call.replay, run.call.means)


def _pending(run: _NotifyRun, known: "Ledger") -> "list[Delivery]":
    """The deliveries that would be sent, the longest waiting first."""
    from schemareg.notifications.delivery import outbox

    if run.call.alone:
        known, ids = resend.add(known, _again(run, known), run.scene.now, _caller())
        return [known.deliveries[each] for each in sorted(ids)]
    known = notify_plan.apply_plan(known, notify_plan.plan_landings(run.scene, run.history, known))
    if run.call.reminders:
        known = notify_plan.apply_plan(known, notify_plan.plan_reminders(run.scene, known))
    due = outbox.due(known, run.scene.now).values()
    return sorted((one for each in due for one in each), key=lambda one: (one.created, one.number))


def _update_issues(run: _NotifyRun) -> "IssuesResult | None":
    if not run.policy.issues or run.call.alone or run.call.to is not None:
        return None
    if not os.environ.get("GITHUB_REPOSITORY"):
        run.progress("issues are kept where GITHUB_REPOSITORY names the repository; it is not set")
        return None
    from schemareg.operations.github import issues

    told = issues.last_deliveries(run.scene.book.read(all_told=True))
    today = run.scene.now.date()
    return issues.update(run.call.root, os.environ, today=today, told=told)


def _sender(policy: "Policy", patience: float) -> drain.Sender:
    def send(message: "Message") -> "SendOutcome":
        from schemareg.notifications.delivery.message import SendOutcome

        channel = notify_send.channel_named(policy, message.channel)
        if channel is None:
            reason = "registry.yaml no longer has this channel"
            return SendOutcome(sent=False, reason=reason, permanent=True)
        return notify_send.send(channel, policy.mail, message, os.environ, patience=patience)

    return send


def _refuse_unknown(policy: "Policy", name: str) -> None:
    known: Channel | None = notify_send.channel_named(policy, name)
    if known is None:
        names = ", ".join(each.name for each in policy.channels)
        raise RegistryError(
            f"registry.yaml on the protected branch has no channel {name!r}",
            remedy=f"Name one that it has: {names}" if names else "Add it under `channels`",
        )


def _clock(at: datetime | None) -> Callable[[], datetime]:
    """A clock; it starts at the given time, if any."""
    from schemareg.adapters import clock

    if at is None:
        return clock.now
    begun = clock.seconds()
    return lambda: at + timedelta(seconds=clock.seconds() - begun)


def _name() -> str:
    """A unique name for this run."""
    return f"{_caller()}.{secrets.token_hex(4)}"


def _caller() -> str:
    """The id of the workflow run, equal when it is repeated; unique for a call by hand."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    return run if run.isdecimal() else f"by-hand.{secrets.token_hex(4)}"


def _text(message: "Message", policy: "Policy") -> str:
    channel = notify_send.channel_named(policy, message.channel)
    return "" if channel is None else notify_send.render(channel, message, os.environ)
