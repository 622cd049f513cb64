"""The ledger of a repository: read as a value, changed by functions, written with compare-and-swap."""

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from schemareg.adapters.ledger.ledger import LedgerRef
    from schemareg.notifications.delivery.ledger import Ledger

TRIES = 12
"""How often a change is repeated because another run wrote first."""
_LONGEST_PAUSE = 4_000
"""The longest pause between two tries, in milliseconds."""


class LedgerStore:
    """The ledger of one repository."""

    def __init__(self, ref: "LedgerRef") -> None:
        self.ref = ref
        self._tip: str | None = None

    def read(
        self, *, all_told: bool = False, commits: Iterable[str] = (), ids: Iterable[str] = ()
    ) -> "Ledger":
        """The current ledger: what every run needs, and what is requested.

        With `all_told`, also what was sent before; receipts of these commits, and settled
        deliveries of these ids.
        """
        self._tip = self.ref.tip()
        return self._read(self._tip, all_told, tuple(commits), tuple(ids))

    def change(
        self,
        change: Callable[["Ledger"], "Ledger"],
        why: str,
        *,
        all_told: bool = False,
        ids: Iterable[str] = (),
    ) -> "Ledger":
        """The ledger with a change, written.

        `change` is called again with the new ledger whenever another run wrote first. Raises
        RegistryError where the ledger may not be written, Undecidable where it cannot be reached.
        """
        from schemareg.adapters import clock
        from schemareg.notifications.delivery import ledger

        wanted = tuple(ids)
        tips = set()
        for turn in range(TRIES):
            # Our own last write is most likely still the newest: writing finds out,
            # without a further request.
            tip = self.ref.tip() if self._tip is None else self._tip
            tips.add(tip)
            before = self._read(tip, all_told, (), wanted)
            after = change(before)
            changed = ledger.difference(before, after)
            if not changed:
                return after
            self._tip = self.ref.swap(tip, changed, why)
            if self._tip is not None:
                return after
            clock.pause(secrets.randbelow(min(100 * 2**turn, _LONGEST_PAUSE)) / 1_000)
        if len(tips) == 1:
            raise Undecidable(
                f"the ledger could not be written, and nobody else has written it: {self.ref.said}",
                remedy="A killed git may have left a lock: if no git is running, remove the file",
            )
        raise Undecidable(
            f"other runs wrote the ledger first, in each of {TRIES} tries",
            remedy="Run it again; one run at a time is enough, since each sends what others left",
        )

    def commits(self) -> frozenset[str]:
        """The landings that have a receipt."""
        from schemareg.notifications.delivery import ledger

        return ledger.commits(self.ref.names(self._tip or "", (ledger.RECEIPTS,)))

    def keep(self) -> None:
        """Update the local copy, which dates landings for other commands."""
        self.ref.keep(self._tip or "")

    def _read(
        self, tip: str, all_told: bool, commits: tuple[str, ...], ids: tuple[str, ...]
    ) -> "Ledger":
        from schemareg.notifications.delivery import ledger

        folders = ledger.WORKING + (ledger.SETTLED if all_told else ())
        return ledger.parse(self.ref.read(tip, folders, ledger.places(commits, ids)))


def ledger_store(root: Path, branch: str) -> LedgerStore:
    """The ledger of a folder's repository, for a protected branch of this name."""
    from schemareg.adapters.ledger.ledger import ledger

    return LedgerStore(ledger(root, branch))


def read_ledger(root: Path, *, progress: Callable[[str], None] = lambda _: None) -> "Ledger":
    """The whole ledger; the copy that was read last here, where the remote does not answer."""
    from schemareg.operations import audit
    from schemareg.operations.notify import messages

    with audit.line(root) as history:
        store = ledger_store(root, messages.landed_policy(history).protected_branch)
    try:
        return store.read(all_told=True)
    except Undecidable as error:
        if not store.ref.known():
            raise
        progress(f"{error.what}; this is the copy that was read last")
        return LedgerStore(store.ref.here).read(all_told=True)
