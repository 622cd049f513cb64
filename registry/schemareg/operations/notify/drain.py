"""Send the outbox: claim, send and record, several channels at the same time.

Each message is claimed in the ledger before it is sent. Its result is recorded before the channel's
next message is claimed, in the same push. A run that is killed leaves a claim that expires by
itself; only a message that was sent and not yet recorded can be sent twice.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations.notify.ledger import LedgerStore

if TYPE_CHECKING:
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import Message, SendOutcome
    from schemareg.notifications.delivery.outbox import Result

AT_ONCE = 8
"""Channels that are used at the same time."""

_TOGETHER = 0.05
"""Seconds to wait for other channels, so that one push records them all."""

Sender = Callable[["Message"], "SendOutcome"]
Clock = Callable[[], datetime]


class DrainResult(NamedTuple):
    """What a run did."""

    sent: tuple["Delivery", ...]
    failed: tuple["Delivery", ...]
    """For good."""
    waiting: tuple["Delivery", ...]
    """Not sent; a later run tries again."""


class _ChannelResult(NamedTuple):
    channel: str
    results: tuple["Result", ...]
    bug: Exception | None = None
    """The exception of the thread, if any."""


def drain(
    book: LedgerStore,
    send: Sender,
    run: str,
    now: Clock,
    asked: frozenset[str] | None = None,
    tell: Callable[["Delivery"], None] = lambda _: None,
) -> DrainResult:
    """Send what is due, or only the `asked` ids, and record the results.

    A channel that does not accept a message is left alone for the rest of the run; no other channel
    waits for it. `tell` receives each delivery once its attempt is recorded. Raises RegistryError
    and Undecidable where the ledger cannot be written: then nothing more is sent. An exception of
    `send` counts as a failed attempt, and is raised at the end.
    """
    from schemareg.adapters import clock

    desk = _DrainState(book, run, now, asked)
    done: queue.SimpleQueue[_ChannelResult] = queue.SimpleQueue()
    gathered: list[_ChannelResult] = []
    bugs: list[Exception] = []
    try:
        while True:
            for channel, claims in desk.turn(gathered, tell).items():
                worker = (done, channel, claims, send, now)
                # A thread that waits for a dead channel must not keep the process alive.
                threading.Thread(target=_work, args=worker, daemon=True).start()
            if not desk.busy:
                break
            gathered = [done.get()]
            clock.pause(_TOGETHER)
            while not done.empty():
                gathered.append(done.get())
            bugs += [each.bug for each in gathered if each.bug is not None]
    except RegistryError:
        desk.close(done)
        raise
    if bugs:
        raise bugs[0]
    return desk.account()


class _DrainState:
    """The claims and results of one run."""

    def __init__(
        self, book: LedgerStore, run: str, now: Clock, asked: frozenset[str] | None
    ) -> None:
        self._book = book
        self._run = run
        self._now = now
        self._asked = asked
        self._over: set[str] = set()
        self._known: dict[str, Delivery] = {}
        self._unwritten: list[Result] = []
        self.busy: set[str] = set()

    def turn(
        self, done: Iterable[_ChannelResult], tell: Callable[["Delivery"], None]
    ) -> dict[str, tuple["Delivery", ...]]:
        """Record the results, and claim the next messages, in one change."""
        from schemareg.notifications.delivery import outbox

        for each in done:
            self._take(each)
        results = tuple(self._unwritten)
        claims: dict[str, tuple[Delivery, ...]] = {}

        def change(known: "Ledger") -> "Ledger":
            nonlocal claims
            known = outbox.recorded(known, self._run, results)
            known, claims = outbox.taken(
                known,
                self._run,
                self._now(),
                busy=self.busy | self._over,
                room=AT_ONCE - len(self.busy),
                asked=self._left(),
            )
            return known

        ids = [each.id for each in results]
        after = self._book.change(change, "reg: deliver", ids=ids)
        for id_ in dict.fromkeys(ids):
            if id_ in after.deliveries:
                self._known[id_] = after.deliveries[id_]
                tell(after.deliveries[id_])
        self._unwritten.clear()
        self.busy |= claims.keys()
        return claims

    def close(self, done: "queue.SimpleQueue[_ChannelResult]") -> None:
        """After a failure of the ledger: wait for the attempts in progress, and try to record once
        more.
        """
        from schemareg.notifications.delivery import outbox

        while self.busy:
            self._take(done.get())
        results = tuple(self._unwritten)
        with suppress(RegistryError):
            self._book.change(
                lambda known: outbox.recorded(known, self._run, results),
                "reg: deliver",
                ids=[each.id for each in results],
            )

    def _take(self, done: _ChannelResult) -> None:
        self.busy.discard(done.channel)
        self._unwritten += done.results
        if any(map(_in_vain, done.results)):
            self._over.add(done.channel)

    def account(self) -> DrainResult:
        """What was done."""
        from schemareg.notifications.delivery.message import DeliveryState

        def those(*states: DeliveryState) -> tuple["Delivery", ...]:
            found = [each for each in self._known.values() if each.state in states]
            return tuple(sorted(found, key=lambda each: (each.channel, each.created, each.number)))

        waiting = those(DeliveryState.PENDING, DeliveryState.ATTEMPTING)
        return DrainResult(those(DeliveryState.SENT), those(DeliveryState.FAILED), waiting)

    def _left(self) -> frozenset[str] | None:
        """The asked ids that have not been tried."""
        return None if self._asked is None else self._asked - self._known.keys()


def _work(
    done: "queue.SimpleQueue[_ChannelResult]",
    channel: str,
    claims: Iterable["Delivery"],
    send: Sender,
    now: Clock,
) -> None:
    """The thread of one channel: send one message after the other, until one fails or time is up."""
    from schemareg.notifications.delivery import outbox
    from schemareg.notifications.delivery.message import SendOutcome

    results: list[Result] = []
    bug = None
    for each in claims:
        outcome: SendOutcome | None = None
        # Near the end of the claim another run can take it over, so it is not begun.
        if not any(map(_in_vain, results)) and each.attempts[-1].until - now() > outbox.LEASE / 2:
            try:
                outcome = _sent(each, send)
            except Exception as error:  # noqa: BLE001  raised again at the end of the run
                bug = error
                reason = f"a bug in reg ({type(error).__name__})"
                outcome = SendOutcome(sent=False, reason=reason, uncertain=True)
        results.append(outbox.Result(each.id, outcome, now()))
    done.put(_ChannelResult(channel, tuple(results), bug))


def _sent(delivery: "Delivery", send: Sender) -> "SendOutcome":
    from schemareg.notifications.delivery.message import SendOutcome

    if delivery.message is None:
        lost = "the ledger no longer has the message"
        return SendOutcome(sent=False, reason=lost, permanent=True)
    return send(delivery.message)


def _in_vain(result: "Result") -> bool:
    """Whether the channel did not accept it, and may refuse the next one too."""
    outcome = result.outcome
    return outcome is not None and not outcome.sent and not outcome.permanent
