"""The effect of a written or removed consumer file: uses and acknowledgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.consumers.uses import field_notation
from schemareg.model import Severity
from schemareg.text import escape
from schemareg.text.colour import WIDEST
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from schemareg.authoring.consumer_files import Registration
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Consumer, Owner
    from schemareg.model.targets import Target


def joined(edit: Registration, owner: Owner | None, *, width: int = 100) -> str:
    """A team that registers a use, or more uses."""
    width, consumer = min(width, WIDEST), edit.after
    assert consumer is not None  # noqa: S101 - a registered consumer has a file
    lines = _reads(consumer, width)
    for each in edit.remarks:
        if each.severity is Severity.WARNING:
            remedy = f". {each.remedy}" if each.remedy else ""
            lines += wrapped(f"Note: {_visible(each.message + remedy)}", width, hanging="  ")
    whose = f"of a change by {owner.team} " if owner else ""
    counts = (
        f"After this lands, every check {whose}says whether it affects {consumer.team}, and"
        f" {consumer.team} is told of what concerns it."
    )
    lines += wrapped(_visible(counts), width)
    return "\n".join(lines) + "\n"


def left(edit: Registration, *, width: int = 100) -> str:
    """A team that removes a use."""
    width = min(width, WIDEST)
    if edit.after is None:
        team = edit.before.team if edit.before else ""
        return _visible(f"{team} no longer reads this product") + "\n"
    return "\n".join(_reads(edit.after, width)) + "\n"


def agreed(
    edits: Sequence[Registration],
    target: Target,
    others: Sequence[Consumer],
    term: Term | None,
    today: date,
    *,
    withdrawn: bool = False,
    width: int = 100,
) -> str:
    """A team that acknowledges a removal or withdraws it; `others` have not acknowledged."""
    width = min(width, WIDEST)
    teams = ", ".join(dict.fromkeys(each.after.team for each in edits if each.after))
    does = "no longer agrees" if withdrawn else "agrees"
    lines = wrapped(_visible(f"{teams} {does} to lose {target} before its day"), width)
    if others:
        rows = [tuple(map(_visible, (each.team, each.contact or "-"))) for each in others]
        lines += ["Missing acknowledgements:", *table(("", ""), rows, width=width, indent="  ")]
    elif not withdrawn:
        lines.append("All registered consumers have acknowledged.")
    if term is None:
        counts = "It counts once a deprecation has landed; none has landed yet."
    else:
        counts = f"It counts from its landing. {term.said.path}: {term.arithmetic(today)}"
    return "\n".join([*lines, *wrapped(_visible(counts), width)]) + "\n"


def _reads(consumer: Consumer, width: int) -> list[str]:
    """What a consumer reads, a line a use."""
    rows = [
        (
            str(use.schema),
            use.versions,
            ", ".join(field_notation(*each) for each in use.elements) or "all fields",
        )
        for use in consumer.uses
    ]
    reached = ", ".join(filter(None, (consumer.contact, *consumer.channels)))
    lines = [_visible(f"{consumer.team} reads" + (f" (reached by {reached})" if reached else ""))]
    cells = [tuple(map(_visible, row)) for row in rows]
    return [*lines, *table(("", "", ""), cells, width=width, indent="  ")]


def _visible(text: str) -> str:
    return escape.inert(escape.visible(text))
