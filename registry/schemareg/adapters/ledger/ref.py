"""Which ref the ledger is, and whether it may be here: for those who mostly find that it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REF = "refs/reg/ledger"


def present(common: Path) -> bool:
    """Whether there may be a ledger here, by a look at the Git directory, without asking git."""
    if (common / REF).exists() or (common / "reftable").is_dir():
        return True
    try:
        return f" {REF}\n".encode() in (common / "packed-refs").read_bytes()
    except OSError:
        return False
