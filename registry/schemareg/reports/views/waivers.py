"""Waivers: a new one, and the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.authoring.waivers import WaiverState
from schemareg.reports.review.json_document import document_text
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from schemareg.authoring.waivers import WaiverEdit, WaiverStatus
    from schemareg.model import Finding

_COLOURS = {WaiverState.EXPIRED: "error", WaiverState.PROPOSED: "faint"}


def granted(leave: WaiverEdit, finding: Finding | None, *, width: int = 100) -> str:
    """The effect of a proposed waiver."""
    width, waiver = min(width, WIDEST), leave.waiver
    lines: list[str] = []
    if finding is not None:
        what = escape.visible(f"{finding.rule}, {finding.place}: {finding.message}")
        lines += wrapped(f"It accepts {what}", width, hanging="  ")
    former = f"; before, it was valid until {leave.renews.until}" if leave.renews else ""
    counts = (
        f"It counts from its landing to the end of {waiver.until} (UTC){former}. Land it alone:"
        " a change cannot grant itself an exception."
    )
    return "\n".join([*lines, *wrapped(counts, width)]) + "\n"


def every(
    found: Sequence[WaiverStatus],
    today: date,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """All waivers with their states."""
    if form == "json":
        return document_text([_document(each, today) for each in found])
    if not found:
        return "no waivers\n"
    paint = painter(colour)
    rows = [_row(each) for each in found]
    header = ("state", "until", "product", "fingerprint", "accepted finding, approver, reason")
    lines = table(header, rows, width=min(width, WIDEST))
    lines[0] = paint("faint", lines[0])
    expired = sum(each.state is WaiverState.EXPIRED for each in found)
    lines.append(plural(len(found), "waiver") + (f", {expired} expired" if expired else ""))
    if expired:
        lines.append(
            "What an expired waiver accepted is an error again. Fix it and remove the file; or"
            " renew it: reg waive FINGERPRINT --until DATE"
        )
    return "".join(f"{line}\n" for line in lines)


def _row(each: WaiverStatus) -> tuple[str, ...]:
    waiver = each.waiver
    what = f"{waiver.rule or 'a finding'}, by {waiver.approver}: {waiver.reason}"
    cells = (each.state.value, str(waiver.until), each.product, waiver.fingerprint, what)
    return tuple(map(escape.visible, cells))


def _document(each: WaiverStatus, today: date) -> dict[str, object]:
    waiver = each.waiver
    return {
        "product": each.product,
        "fingerprint": waiver.fingerprint,
        "state": each.state.value,
        "until": str(waiver.until),
        "days_left": (waiver.until - today).days,
        "rule": waiver.rule,
        "approver": waiver.approver,
        "reason": waiver.reason,
        "path": waiver.path,
    }
