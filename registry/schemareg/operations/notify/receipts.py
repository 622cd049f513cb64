"""What was seen of the protected branch, as far as the ledger is here: it dates landings.

In a clone without the ledger nothing changes, and finding that out costs no process.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.adapters.ledger.ledger import LedgerRef
    from schemareg.history.clock import Receipt
    from schemareg.model import History
    from schemareg.notifications.delivery.ledger import Notified


def bounded(root: Path, history: "GitHistory") -> "History":
    """The history, its landings dated within what was seen of them. Raises RegistryError.

    What landed after the branch was seen last landed later than that, whatever it claims; so did a
    history that took the place of another one.
    """
    from schemareg.adapters.ledger.ref import REF, present

    if not history.commit or not present(history.cache.parent):
        return history
    from schemareg.adapters.ledger.ledger import LedgerRef

    ref = LedgerRef(root, "")
    moving, notified = ref.glance("clock", "notified.json")
    if not moving and history.commit.encode() in notified:
        return history  # as nearly always: all commits claim what was seen, and all were seen
    from schemareg.history import clock
    from schemareg.notifications.delivery import ledger, receipts

    known = ledger.parse(ref.read(REF, ledger.CLOCK, ()))
    found = receipts.told(known)
    dated = clock.bounded(history, found)
    new = _unseen(history, dated, ref, known.notified)
    return clock.bounded(history, found + new) if new else dated


def moving(root: Path, history: "GitHistory") -> "tuple[Receipt, ...]":
    """The receipts that date a landing otherwise than it claims; none where there is no ledger."""
    from schemareg.adapters.ledger.ref import REF, present

    if not present(history.cache.parent):
        return ()
    from schemareg.adapters.ledger.ledger import LedgerRef

    ref = LedgerRef(root, "")
    if ref.glance("clock") == (b"",):
        return ()
    from schemareg.notifications.delivery import ledger, receipts

    return receipts.told(ledger.parse(ref.read(REF, ledger.CLOCK, ())))


def _unseen(
    history: "GitHistory", dated: "History", ref: "LedgerRef", mark: "Notified | None"
) -> "tuple[Receipt, ...]":
    """What is known of landings that nobody had seen when the branch was looked at last.

    `dated` is the history as receipts date it: a forged future covers no claim of the past.
    """
    from schemareg.history import clock
    from schemareg.notifications.delivery import ledger, receipts

    if mark is None or mark.at is None or mark.commit == history.commit:
        return ()
    seen: set[str] = set()
    if history.landing(mark.commit) is None:
        older = ref.leads_to(history.commit, mark.commit)
        if older:
            return ()
        seen = set(ledger.commits(ref.names(ref.known(), (ledger.RECEIPTS,))))
        # A commit that is not here may be newer than what is looked at as well as gone.
        if older is None and not any(each.commit in seen for each in history.line()):
            return ()
    found = clock.unseen(history, mark.commit, mark.at, seen)
    first = None if found is None else dated.landing(found.commit)
    if found is None or first is None or mark.at - first.time <= receipts.ALLOWANCE:
        return ()
    return (found,)
