"""What is in the outbox goes out: claimed, sent, written down, channel by channel at the same time.

Each message is claimed in the ledger before it is sent, and what came of it is written down before
the channel's next one is claimed, in the same push. A run that is killed anywhere leaves a claim
behind that ends by itself; only what was sent and not yet written down can be sent a second time.
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
    from schemareg.notifications.delivery.message import Message, Outcome
    from schemareg.notifications.delivery.outbox import Result

AT_ONCE = 8
"""Channels that are spoken to at the same time."""

_TOGETHER = 0.05
"""Seconds in which other channels may come to an end too, so that one push writes them down."""

Sender = Callable[["Message"], "Outcome"]
Clock = Callable[[], datetime]


class DrainResult(NamedTuple):
    """What a run did."""

    sent: tuple["Delivery", ...]
    failed: tuple["Delivery", ...]
    """For good."""
    waiting: tuple["Delivery", ...]
    """Tried in vain; they are tried again later."""


class _ChannelResult(NamedTuple):
    channel: str
    results: tuple["Result", ...]
    bug: Exception | None = None
    """What was raised in the thread, where anything was."""


def drain(
    book: LedgerStore,
    send: Sender,
    run: str,
    now: Clock,
    asked: frozenset[str] | None = None,
    tell: Callable[["Delivery"], None] = lambda _: None,
) -> DrainResult:
    """Send what is due, or only what is `asked` for, and write down what came of it.

    A channel that does not take a message is left alone for the rest of the run; no other waits for
    it. `tell` hears of each attempt once it is written down. Raises RegistryError and Undecidable
    where the ledger cannot be written: then nothing more is sent. What `send` raises counts as an
    attempt that failed, and is raised when everything else is done.
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
                # A thread that still waits for a dead channel must not keep an ended run alive.
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
    """The claims and results of one run, as they go into the ledger."""

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
        """Write down what came of claims, and claim what comes next, in one change."""
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
        """Where the ledger failed: let what is under way come to its end, and try once more."""
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
        from schemareg.notifications.delivery.message import State

        def those(*states: State) -> tuple["Delivery", ...]:
            found = [each for each in self._known.values() if each.state in states]
            return tuple(sorted(found, key=lambda each: (each.channel, each.created, each.number)))

        waiting = those(State.PENDING, State.ATTEMPTING)
        return DrainResult(those(State.SENT), those(State.FAILED), waiting)

    def _left(self) -> frozenset[str] | None:
        """Of what was asked for, what has not had its turn."""
        return None if self._asked is None else self._asked - self._known.keys()


def _work(
    done: "queue.SimpleQueue[_ChannelResult]",
    channel: str,
    claims: Iterable["Delivery"],
    send: Sender,
    now: Clock,
) -> None:
    """The thread of one channel: sends one after the other, until one fails or time is up."""
    from schemareg.notifications.delivery import outbox
    from schemareg.notifications.delivery.message import Outcome

    results: list[Result] = []
    bug = None
    for each in claims:
        outcome: Outcome | None = None
        # Near the end of its time another run may soon be at it: better not to begin.
        if not any(map(_in_vain, results)) and each.attempts[-1].until - now() > outbox.LEASE / 2:
            try:
                outcome = _sent(each, send)
            except Exception as error:  # noqa: BLE001  it is raised again where the run ends
                bug = error
                reason = f"a bug of ours ({type(error).__name__})"
                outcome = Outcome(sent=False, reason=reason, uncertain=True)
        results.append(outbox.Result(each.id, outcome, now()))
    done.put(_ChannelResult(channel, tuple(results), bug))


def _sent(delivery: "Delivery", send: Sender) -> "Outcome":
    from schemareg.notifications.delivery.message import Outcome

    if delivery.message is None:
        lost = "the ledger does not have the message any more"
        return Outcome(sent=False, reason=lost, permanent=True)
    return send(delivery.message)


def _in_vain(result: "Result") -> bool:
    """Whether the channel did not take it, and may not take the next one either."""
    outcome = result.outcome
    return outcome is not None and not outcome.sent and not outcome.permanent
