"""The ref of the ledger, and a fast test whether it can exist: it usually does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REF = "refs/reg/ledger"


def present(common: Path) -> bool:
    """Whether a ledger can exist, from the Git directory alone, without a run of git."""
    if (common / REF).exists() or (common / "reftable").is_dir():
        return True
    try:
        return f" {REF}\n".encode() in (common / "packed-refs").read_bytes()
    except OSError:
        return False
