"""The effect of a deprecation: its days and its consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.consumers.uses import touched_fields, touches
from schemareg.model import Severity
from schemareg.reports.review.sentences import plural
from schemareg.snapshot.deprecations import shell_target
from schemareg.text import escape
from schemareg.text.colour import WIDEST
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from schemareg.authoring.deprecations import Amendment, DeprecationDraft
    from schemareg.authoring.retirement import Retirement
    from schemareg.model import Consumer
    from schemareg.model.targets import Target


def announced(draft: DeprecationDraft, consumers: Sequence[Consumer], *, width: int = 100) -> str:
    """The schedule of a proposed deprecation, and its consumers."""
    width = min(width, WIDEST)
    said = draft.said
    subject = f"{said.loosens!r} of {said.target}" if said.loosens else str(said.target)
    lines = [escape.visible(f"{subject} is going")]
    rows = [tuple(map(escape.visible, row)) for row in _days(draft)]
    lines += table(("", ""), rows, width=width, indent="  ")
    for remark in _remarks(draft):
        lines += wrapped(f"Mind: {escape.visible(remark)}", width, hanging="  ")
    return "\n".join([*lines, *affected(consumers, said.target, width=width)]) + "\n"


def withdrawn(edit: Amendment, consumers: Sequence[Consumer], *, width: int = 100) -> str:
    """The effect of withdrawing a deprecation."""
    width, target = min(width, WIDEST), edit.said.target
    lines = [escape.visible(f"{target} is no longer deprecated")]
    if edit.term is None:
        lines += wrapped("The deprecation had not landed, so no time is lost.", width, indent="  ")
    else:
        lost = (
            f"Its window began on {edit.term.opened}. The {plural(edit.elapsed, 'day')} that have"
            " run are lost when this lands: deprecating it again starts at zero."
        )
        lines += wrapped(lost, width, indent="  ")
    return "\n".join([*lines, *affected(consumers, target, width=width)]) + "\n"


def moved(
    edit: Amendment, sunset: date | None, consumers: Sequence[Consumer], *, width: int = 100
) -> str:
    """The effect of moving a sunset."""
    width, target = min(width, WIDEST), edit.said.target
    then = f"from {sunset} on" if sunset else "once a sunset is set"
    former = f"from {edit.said.sunset} on" if edit.said.sunset else "once a sunset was set"
    lines = wrapped(escape.visible(f"{target} can be removed {then}, not {former}"), width)
    for each in edit.remarks:
        if each.severity is Severity.WARNING:
            lines += wrapped(f"Mind: {escape.visible(each.message)}", width, hanging="  ")
    return "\n".join([*lines, *affected(consumers, target, width=width)]) + "\n"


def retired(end: Retirement, *, width: int = 100) -> str:
    """The effect of a removal."""
    width, target = min(width, WIDEST), escape.visible(str(end.target))
    if end.term is None:
        lines = wrapped(f"{target} belongs to a draft product, which promises nothing yet", width)
    elif end.agreed:
        lines = wrapped(f"all consumers of {target} acknowledged the removal", width)
    else:
        lines = wrapped(f"{target} is over: {end.term.arithmetic(end.day)}", width)
    if not end.path:
        lines += wrapped(f"It is no longer promised. {_what_stays(end.target)}", width, indent="  ")
    return "\n".join(lines) + "\n"


def _what_stays(target: Target) -> str:
    landed = "landed versions never change and are never removed"
    if target.version is not None:
        return f"Its file stays, for {landed}; new versions need not support it."
    if target.major is not None:
        return f"Its files stay, for {landed}; new versions of the line need not support them."
    whole = "product" if not target.schema else "schema"
    return f"The files of the {whole} stay, for {landed}; there is nothing to edit."


def affected(consumers: Sequence[Consumer], target: Target, *, width: int = 100) -> list[str]:
    """Lines with the registered consumers of a target and their uses."""
    if not consumers:
        return ["No consumer is registered."]
    rows = [
        tuple(map(escape.visible, (each.team, each.contact or "-", _read(each, target))))
        for each in consumers
    ]
    heading = f"{plural(len(consumers), 'registered consumer')} of {escape.visible(str(target))}"
    return [f"{heading}:", *table(("", "", ""), rows, width=width, indent="  ")]


def _read(consumer: Consumer, target: Target) -> str:
    """The uses of a consumer that concern the target."""
    found = []
    for use in consumer.uses:
        if not touches(use, target):
            continue
        versions = "" if use.versions == "*" else f" {use.versions}"
        names = ", ".join(touched_fields(use, target))
        found.append(f"{names or use.schema}{versions}")
    return "; ".join(found) or "does not declare its uses"


def _days(draft: DeprecationDraft) -> Iterator[tuple[str, str]]:
    said = draft.said
    stability = f" of a {draft.stability} product" if draft.stability else ""
    window = f"the window{stability}, {plural(draft.window, 'day')}, begins"
    yield "on landing", window if draft.window else f"there is no window{stability}"
    if said.sunset is None:
        yield (
            "no sunset yet",
            f"nothing can be removed before one is set: reg extend {shell_target(said.target)} --sunset D",
        )
        return
    lands_by = draft.lands_by
    if lands_by is not None and draft.window:
        late = "later, the check refuses the sunset as too early"
        yield str(lands_by), f"the last day to land; {late}"
    yield str(said.sunset), f"sunset: from here on {_release(draft)}"


def _release(draft: DeprecationDraft) -> str:
    target = draft.said.target
    if draft.said.loosens:
        return "a new version can loosen it"
    if target.field:
        return f"a new version can omit it: reg retire {shell_target(target)}"
    if target.version is not None:
        return "new versions need not support it; its file stays"
    if target.major is not None:
        return "the line is closed; its files stay"
    return "it is no longer promised; its files stay"


def _remarks(draft: DeprecationDraft) -> Iterator[str]:
    if draft.day > draft.today:
        yield (
            f"the last landing is dated {draft.day}, after {draft.today}. Time only moves forward"
            " there, so the window counts from that day"
        )
    around = draft.around
    if around is not None and around.said.target != draft.said.target:
        when = f"from {around.earliest}" if around.earliest else "without a sunset"
        yield f"{around.said.target} is deprecated itself, {when} ({around.said.path})"
    for each in draft.remarks:
        if each.severity is Severity.WARNING:
            yield each.message
