"""The ledger as commands use it: read as a value, changed by functions, written when they agree."""

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from schemareg.adapters.ledger.ledger import LedgerRef
    from schemareg.notifications.delivery.ledger import Ledger

TRIES = 12
"""So often a change is made anew because somebody else was quicker."""
_LONGEST_PAUSE = 4_000
"""Milliseconds between two of them, at most."""


class LedgerStore:
    """The ledger of one repository."""

    def __init__(self, ref: "LedgerRef") -> None:
        self.ref = ref
        self._tip: str | None = None

    def read(
        self, *, all_told: bool = False, commits: Iterable[str] = (), ids: Iterable[str] = ()
    ) -> "Ledger":
        """The ledger as it is now: what every run needs, and what is asked for.

        With `all_told`, also what was told before; receipts of these commits, and settled
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
        """The ledger with a change, written down.

        `change` is called again, with the ledger as it has become, as often as somebody else was
        quicker. Raises RegistryError where the ledger may not be written, Undecidable where it
        cannot be reached.
        """
        from schemareg.adapters import clock
        from schemareg.notifications.delivery import ledger

        wanted = tuple(ids)
        tips = set()
        for turn in range(TRIES):
            # What was written last by us is most likely still the newest: that is found out by
            # writing, and costs no journey.
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
                remedy="A git that was killed may have left a lock: where none is running any more,"
                " remove the file",
            )
        raise Undecidable(
            f"others have written the ledger each of the {TRIES} times that it was tried",
            remedy="Run it again; one run at a time is enough, they tell what others left",
        )

    def commits(self) -> frozenset[str]:
        """The landings that have a receipt."""
        from schemareg.notifications.delivery import ledger

        return ledger.commits(self.ref.names(self._tip or "", (ledger.RECEIPTS,)))

    def keep(self) -> None:
        """Have the copy here say what the ledger says, for those who ask when something landed."""
        self.ref.keep(self._tip or "")

    def _read(
        self, tip: str, all_told: bool, commits: tuple[str, ...], ids: tuple[str, ...]
    ) -> "Ledger":
        from schemareg.notifications.delivery import ledger

        folders = ledger.WORKING + (ledger.SETTLED if all_told else ())
        return ledger.parse(self.ref.read(tip, folders, ledger.places(commits, ids)))


def ledger_store(root: Path, branch: str) -> LedgerStore:
    """The ledger of the repository that a folder lies in, for a protected branch of this name."""
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
