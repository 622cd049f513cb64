"""What an announcement comes to: what happens when, and whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.reports import escape
from schemareg.reports.layout import table, wrapped
from schemareg.reports.sentences import plural
from schemareg.reports.text import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.names import Target
    from schemareg.promises.drafting import Draft
    from schemareg.promises.readers import Reader


def announced(draft: Draft, readers: Sequence[Reader], *, width: int = 100) -> str:
    """The days of a deprecation that is about to land, and its readers."""
    width = min(width, WIDEST)
    said = draft.said
    subject = f"{said.loosens!r} of {said.target}" if said.loosens else str(said.target)
    lines = [escape.visible(f"{subject} is going")]
    lines += table(("", ""), list(_days(draft)), width=width, indent="  ")
    for remark in _remarks(draft):
        lines += wrapped(f"Mind: {escape.visible(remark)}", width, hanging="  ")
    return "\n".join([*lines, *affected(readers, said.target, width=width)]) + "\n"


def affected(readers: Sequence[Reader], target: Target, *, width: int = 100) -> list[str]:
    """Lines that name the registered consumers of a target."""
    if not readers:
        return ["Nobody has registered as a consumer of it."]
    rows = [
        tuple(
            escape.visible(text) for text in (each.team, each.contact or "-", ", ".join(each.uses))
        )
        for each in readers
    ]
    heading = f"{plural(len(readers), 'registered consumer')} of {escape.visible(str(target))}"
    return [f"{heading}:", *table(("", "", ""), rows, width=width, indent="  ")]


def _days(draft: Draft) -> Iterator[tuple[str, str]]:
    said = draft.said
    stability = f" of a {draft.stability} product" if draft.stability else ""
    window = f"the window{stability}, {plural(draft.window, 'day')}, begins"
    yield "on landing", window if draft.window else f"there is no window{stability}"
    if said.sunset is None:
        yield (
            "no date yet",
            f"nothing may go before one is set: reg extend {said.target} --sunset D",
        )
        return
    lands_by = draft.lands_by
    if lands_by is not None and draft.window:
        late = "later, and the check refuses the sunset as too early"
        yield str(lands_by), f"the last day to land on; {late}"
    yield str(said.sunset), f"sunset: from here on {_release(draft)}"


def _release(draft: Draft) -> str:
    target = draft.said.target
    if draft.said.loosens:
        return "a new version may loosen it"
    if target.field:
        return f"a new version may leave it out: reg retire {escape.visible(str(target))}"
    if target.version is not None:
        return "new versions need not go with it any more; its file stays"
    if target.major is not None:
        return "the line is closed; its files stay"
    return "nobody is promised anything by it; its files stay"


def _remarks(draft: Draft) -> Iterator[str]:
    if draft.day > draft.today:
        yield (
            f"the last landing is dated {draft.day}, after {draft.today}. Time only moves forward"
            " there, so the window counts from that day"
        )
    around = draft.around
    if around is not None and around.said.target != draft.said.target:
        when = f"from {around.earliest}" if around.earliest else "with no date yet"
        yield f"{around.said.target} is going itself, {when} ({around.said.path})"
    for each in draft.remarks:
        if each.severity is Severity.WARNING:
            yield each.message
