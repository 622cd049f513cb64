"""Affected consumers, their contacts and acknowledgements: of a removal, or of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.consumers.uses import hits_of
from schemareg.reports.review.json_document import document_text
from schemareg.reports.review.sentences import plural, subject
from schemareg.reports.review.text import WIDEST, painter
from schemareg.reports.views.consumers import reached, who
from schemareg.text import escape
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from schemareg.consumers.impact import ConsumerImpact, ConsumerLoss, TargetReader
    from schemareg.model import Finding, Hit, Report
    from schemareg.model.targets import Target

FORMS = ("text", "json", "markdown")
"""What `reg impact --format` takes."""


def of_target(
    found: Sequence[TargetReader],
    target: Target,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """The consumers that a removal would affect, in one of FORMS. Raises ValueError for another form."""
    if form == "text":
        return _target_text(found, target, painter(colour), min(width, WIDEST))
    if form == "json":
        return document_text(
            {
                "schema_version": 1,
                "target": str(target),
                "base": None,
                "head": None,
                "consumers": [
                    {**who(each.product, each.consumer), "hit_by": [_loss(each, target)]}
                    for each in found
                ],
            }
        )
    if form == "markdown":
        return _target_markdown(found, target)
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


def of_change(
    found: Sequence[ConsumerImpact],
    report: Report,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """The consumers that a change affects, with the findings. Raises ValueError for another form."""
    if form == "text":
        return _change_text(found, report, painter(colour), min(width, WIDEST))
    if form == "json":
        return document_text(
            {
                "schema_version": 1,
                "target": None,
                "base": report.base,
                "head": report.head,
                "consumers": [
                    {
                        **who(each.product, each.consumer),
                        "hit_by": [_loss_document(loss) for loss in each.losses],
                    }
                    for each in found
                ],
            }
        )
    if form == "markdown":
        return _change_markdown(found, report)
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


# --- if something went ---------------------------------------------------------------------------


def _loss(reader: TargetReader, target: Target) -> dict[str, Any]:
    hits = hits_of(reader.consumer, target)
    return {
        "target": str(target),
        "uses": _uses_document(hits),
        "acknowledged": reader.acknowledged,
        "finding": None,
    }


def _target_text(
    found: Sequence[TargetReader], target: Target, paint: Callable[[str, str], str], width: int
) -> str:
    name = _visible(str(target))
    lines = wrapped(_heading(found, name), width)
    rows = [
        (
            _visible(each.consumer.team),
            _visible(reached(each.consumer) or "-"),
            _visible(_uses(hits_of(each.consumer, target)))
            + ("; acknowledged the removal" if each.acknowledged else ""),
        )
        for each in found
    ]
    lines += table(("", "", ""), rows, width=width, indent="  ")
    return escape.inert("\n".join(lines) + "\n")


def _heading(found: Sequence[TargetReader], name: str) -> str:
    if not found:
        return f"No registered consumer uses {name}"
    agreed = sum(each.acknowledged for each in found)
    count = plural(len(found), "consumer")
    reads = "reads" if len(found) == 1 else "read"
    some = f", {agreed} of them acknowledged the removal" if agreed else ""
    return f"{count} {reads} {name}{some}"


def _target_markdown(found: Sequence[TargetReader], target: Target) -> str:
    lines = [f"**{_heading(found, escape.markdown_code(str(target)))}**"]
    if found:
        lines += ["", "| team | reached by | what it reads | agreed |", "|---|---|---|---|"]
    for each in found:
        cells = (
            _prose(each.consumer.team),
            _prose(reached(each.consumer)),
            _prose(_uses(hits_of(each.consumer, target))),
            "yes" if each.acknowledged else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


# --- by a change ---------------------------------------------------------------------------------


def _loss_document(loss: ConsumerLoss) -> dict[str, Any]:
    from schemareg.consumers.impact import affected_target as taken
    from schemareg.reports.review.json_document import finding_document

    return {
        "target": str(taken(loss.finding)),
        "uses": _uses_document(loss.hits),
        "acknowledged": loss.acknowledged,
        "finding": finding_document(loss.finding),
    }


def _change_text(
    found: Sequence[ConsumerImpact], report: Report, paint: Callable[[str, str], str], width: int
) -> str:
    lines: list[str] = []
    for each in found:
        how = reached(each.consumer)
        head = paint("place", _visible(each.consumer.team))
        lines.append(
            f"{head} reads {_visible(each.product)}" + (f" ({_visible(how)})" if how else "")
        )
        rows = [_loss_row(loss, paint) for loss in each.losses]
        lines += [*table(("", "", ""), rows, width=width, indent="  "), ""]
    count = plural(len(found), "consumer")
    lines += wrapped(
        f"{count} hit" if found else "this change affects no registered consumer", width
    )
    compared = _visible(f"base {report.base}, head {report.head}, as of {report.today}")
    lines += [paint("faint", each) for each in wrapped(compared, width, hanging="  ")]
    return escape.inert("\n".join(lines) + "\n")


def _loss_row(loss: ConsumerLoss, paint: Callable[[str, str], str]) -> tuple[str, ...]:
    finding = loss.finding
    severity = finding.severity.value
    waived = " (waived)" if finding.waived else ""
    agreed = "; acknowledged the removal" if loss.acknowledged else ""
    what = f"{subject(finding)}: {finding.message}{waived}; it reads {_uses(loss.hits)}{agreed}"
    return paint(severity, severity), finding.rule, _visible(what)


def _change_markdown(found: Sequence[ConsumerImpact], report: Report) -> str:
    if not found:
        return "**This change affects no registered consumer.**\n"
    lines = [
        f"**{plural(len(found), 'consumer')} hit**",
        "",
        "| team | reached by | what it reads | what happens to it | agreed |",
        "|---|---|---|---|---|",
    ]
    for each in found:
        for loss in each.losses:
            finding = loss.finding
            cells = (
                _prose(each.consumer.team),
                _prose(reached(each.consumer)),
                _prose(_uses(loss.hits)),
                _what(finding),
                "yes" if loss.acknowledged else "no",
            )
            lines.append(f"| {' | '.join(cells)} |")
    compared = f"base {report.base}, head {report.head}, as of {report.today}"
    return "\n".join([*lines, "", f"<sub>{escape.markdown(compared)}</sub>"]) + "\n"


def _what(finding: Finding) -> str:
    rule, about = escape.markdown_code(finding.rule), escape.markdown_code(subject(finding))
    return f"{finding.severity.value} {rule} {about}: {_prose(finding.message)}"


# --- what is read --------------------------------------------------------------------------------


def _uses_document(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    return [
        {"schema": each.schema, "versions": each.versions, "fields": list(each.fields)}
        for each in hits
    ]


def _uses(hits: Iterable[Hit]) -> str:
    """`order ^1: email, id`; several behind one another."""
    return "; ".join(_use(each) for each in hits)


def _use(hit: Hit) -> str:
    if not hit.schema:
        return "all fields, since its file declares none"
    return f"{hit.schema} {hit.versions}: {', '.join(hit.fields) or 'all fields'}"


def _visible(text: str) -> str:
    return escape.visible(" ".join(text.split()))


def _prose(text: str) -> str:
    return escape.markdown(escape.shortened(" ".join(text.split()), 300))
