"""What was seen of the protected branch, as far as it is known here: it dates landings later.

The ledger says it, where it was fetched. What it said once is kept beside the index: who deletes the
ref, or writes it again without that, takes nothing back in a clone that has seen it.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.history.clock import Receipt

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.adapters.ledger.ledger import LedgerRef
    from schemareg.model import History
    from schemareg.notifications.delivery.ledger import Notified

_KEPT = "seen-1.json"


class _Known(NamedTuple):
    """What this clone has seen of the branch."""

    receipts: tuple[Receipt, ...] = ()
    last: "tuple[str, datetime] | None" = None
    """The newest commit of the branch when it was looked at last, and when that was."""


def bounded(root: Path, history: "GitHistory") -> "History":
    """The history, no landing dated before the branch was observed without it. Raises RegistryError.

    What landed after the branch was seen last landed later than that, whatever it claims; so did a
    history that took the place of another one.
    """
    from schemareg.adapters.ledger.ref import present

    if not history.commit:
        return history
    kept = _kept(history)
    here = present(history.cache.parent)
    if not here and kept == _Known():
        return history
    from schemareg.adapters.ledger.ledger import LedgerRef

    ref = LedgerRef(root, "")
    found = _found(ref, history, kept) if here else kept
    if not found.receipts and found.last is not None and found.last[0] == history.commit:
        return history  # as nearly always: all commits claim what was seen, and all were seen
    from schemareg.history import clock

    dated = clock.apply_receipts(history, found.receipts)
    new = _unseen(history, dated, ref, found.last)
    return clock.apply_receipts(history, (*found.receipts, *new)) if new else dated


def moving(root: Path, history: "GitHistory") -> "tuple[Receipt, ...]":
    """The receipts that contradict what a landing claims; none where nothing was ever seen here."""
    from schemareg.adapters.ledger.ref import present

    kept = _kept(history)
    if not present(history.cache.parent):
        return kept.receipts
    from schemareg.adapters.ledger.ledger import LedgerRef

    return _found(LedgerRef(root, ""), history, kept).receipts


def written(root: Path, history: "GitHistory") -> dict[str, datetime]:
    """When receipts came into the ledger, by its own commits; by the commit that they are of.

    What came with the ledger's first commit is left out: a long ledger begins again with old files.
    """
    from schemareg.adapters.ledger.ref import present

    if not present(history.cache.parent):
        return {}
    from schemareg.adapters.ledger.ledger import LedgerRef

    return {
        path.rpartition("/")[2].removesuffix(".json"): datetime.fromtimestamp(time, UTC)
        for path, time in LedgerRef(root, "").added("clock").items()
    }


def _found(ref: "LedgerRef", history: "GitHistory", kept: _Known) -> _Known:
    """What the ledger here says, with what it said before; the latter is kept from now on."""
    from schemareg.adapters.ledger.ref import REF

    moving, notified = ref.glance("clock", "notified.json")
    if not moving and kept.last is not None and _same(kept.last, notified):
        return kept
    from schemareg.notifications.delivery import ledger, receipts

    known = ledger.parse(ref.read(REF, ledger.CLOCK, ()))
    told = dict.fromkeys((*kept.receipts, *receipts.told(known)))
    found = _Known(tuple(told), _last(known.notified, kept.last))
    if found != kept:
        from schemareg.adapters.git import cache as files

        files.write(history.cache, _KEPT, _text(found))
    return found


def _same(last: tuple[str, datetime], notified: bytes) -> bool:
    """Whether `notified.json` says what is kept; the text alone is compared, nothing is parsed."""
    commit, at = last
    stamps = (at.isoformat(), at.isoformat().replace("+00:00", "Z"))
    return commit.encode() in notified and any(each.encode() in notified for each in stamps)


def _last(
    notified: "Notified | None", kept: "tuple[str, datetime] | None"
) -> "tuple[str, datetime] | None":
    """The newest look at the branch: a ledger that was set back does not undo a later one."""
    if notified is None or notified.at is None:
        return kept
    return (notified.commit, notified.at) if kept is None or notified.at >= kept[1] else kept


def _kept(history: "GitHistory") -> _Known:
    from schemareg.adapters.git import cache

    text = cache.read(history.cache, _KEPT)
    if not text:
        return _Known()
    try:
        value = json.loads(text)
        receipts = tuple(
            Receipt(str(commit), _moment(after), _moment(before))
            for commit, after, before in value["receipts"]
        )
        last = value["last"]
        at = None if last is None else _moment(last[1])
        return _Known(receipts, None if at is None else (str(last[0]), at))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return _Known()  # damaged; nothing is kept but what can be seen again, or lengthens


def _moment(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text)).astimezone(UTC)


def _text(known: _Known) -> bytes:
    receipts = [
        (each.commit, *(moment and moment.isoformat() for moment in each[1:]))
        for each in known.receipts
    ]
    last = None if known.last is None else [known.last[0], known.last[1].isoformat()]
    return json.dumps({"receipts": receipts, "last": last}).encode("ascii")


def _unseen(
    history: "GitHistory",
    dated: "History",
    ref: "LedgerRef",
    mark: "tuple[str, datetime] | None",
) -> "tuple[Receipt, ...]":
    """What is known of landings that nobody had seen when the branch was looked at last."""
    from schemareg.history import clock
    from schemareg.notifications.delivery import ledger, receipts

    if mark is None or mark[0] == history.commit:
        return ()
    commit, at = mark
    seen: set[str] = set()
    if history.landing(commit) is None:
        older = ref.leads_to(history.commit, commit)
        if older:
            return ()
        seen = set(ledger.commits(ref.names(ref.known(), (ledger.RECEIPTS,))))
        # A commit that is not here may be newer than what is looked at as well as gone.
        if older is None and not any(each.commit in seen for each in history.line()):
            return ()
    found = clock.receipts_since(history, commit, at, seen)
    first = None if found is None else dated.landing(found.commit)
    if found is None or first is None or at - first.time <= receipts.ALLOWANCE:
        return ()
    return (found,)
