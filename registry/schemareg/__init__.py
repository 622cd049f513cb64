"""A Git-native schema registry for data products: compatibility with a proof or a counterexample."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from schemareg.version import __version__

if TYPE_CHECKING:
    from schemareg.compatibility.levels import check
    from schemareg.formats.verdict import Break, Budget, Verdict
    from schemareg.model import Finding, Report
    from schemareg.snapshot.snapshot import Snapshot

__all__ = [
    "Break",
    "Budget",
    "Finding",
    "Report",
    "Snapshot",
    "Verdict",
    "__version__",
    "check",
]

_ROOMS = {
    "Break": "formats.verdict",
    "Budget": "formats.verdict",
    "Verdict": "formats.verdict",
    "check": "compatibility.levels",
    "Finding": "model",
    "Report": "model",
    "review": "review.review",
    "Snapshot": "snapshot.snapshot",
}


def __getattr__(name: str) -> object:
    """Import a public name's room when it is first asked for: `reg --version` needs none of them."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = value  # asked for once; no room is called like a public name
    return value
