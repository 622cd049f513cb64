"""Names that one file mentions and another has to have."""

from __future__ import annotations

from schemareg.text.wording import listed, nearest, quoted


def unknown_channel(name: str, known: list[str]) -> tuple[str, str]:
    """What and remedy for a channel that registry.yaml does not have."""
    what = f"there is no channel {quoted(name)} in registry.yaml"
    near = nearest(name, known)
    if near:
        return what, f"Did you mean {quoted(near)}?"
    there = f"; there are {listed(known, last='and')}" if known else ""
    return what, f"Add {name} under channels in registry.yaml{there}"
