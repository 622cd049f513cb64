"""What a scan found, for people: totals first, then each version that did not stay as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.reports.scan.sentences import (
    LONGEST_RECORD,
    MEANINGS,
    headline,
    person,
    scope,
    sections,
    totals,
)
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.reports.scan.sentences import ScanEntry
    from schemareg.scan.scan import Scan

FORMS = ("text", "json", "markdown", "html")
"""What `reg audit scan --format` takes."""


def render(
    scan: Scan, form: str = "text", *, limit: int = 50, colour: bool = False, width: int = 100
) -> str:
    """A scan in one of FORMS; the lists have at most `limit` entries each, but for JSON."""
    if form == "json":
        from schemareg.reports.review.json_document import document_text
        from schemareg.reports.scan.json_document import document

        return document_text(document(scan))
    if form == "html":
        from schemareg.reports.scan.html import page

        return page(scan, limit)
    if form == "markdown":
        return _markdown(scan, limit)
    return _text(scan, limit, min(width, WIDEST), painter(colour))


def _text(scan: Scan, limit: int, width: int, paint: Callable[[str, str], str]) -> str:
    first, *rest = wrapped(escape.visible(headline(scan)), width, hanging="  ")
    lines = [paint("place", first), *rest]
    lines += [paint("faint", each) for each in wrapped(escape.visible(scope(scan)), width)]
    verdict = "pass" if scan.clean else "fail"
    first, *others = totals(scan)
    lines += ["", f"{paint(verdict, verdict)}: {first}", *(f"      {each}" for each in others)]
    rows = [(each.value, f"{count:,}", MEANINGS[each]) for each, count in scan.meanings.items()]
    if rows:
        lines += ["", *table(("rewrites", "", ""), rows, width=width)]
    for section in sections(scan, limit):
        lines += ["", paint("place", section.title)]
        for each in section.entries:
            lines += ["", *_entry(each, width, paint)]
        if section.left_out:
            lines += ["", f"… and {section.left_out:,} older ones: --limit, or --format json"]
    return escape.inert("\n".join(lines)) + "\n"


def _entry(each: ScanEntry, width: int, paint: Callable[[str, str], str]) -> Iterator[str]:
    landing = each.landing
    head = f"{landing.time.date()}  {each.name}: {each.what}"
    first, *rest = wrapped(escape.visible(head), width, hanging=" " * 12)
    yield first
    yield from rest
    if each.record:
        shown = escape.shortened(escape.visible(each.record), LONGEST_RECORD)
        yield from wrapped(shown, width, indent=" " * 12)
    if each.reason:
        yield from wrapped(escape.visible(each.reason), width, indent=" " * 12)
    who = f"{landing.commit[:12]}  by {person(landing)}: {landing.subject}"
    for line in wrapped(escape.visible(escape.shortened(who, 400)), width, indent=" " * 12):
        yield paint("faint", line)


def _markdown(scan: Scan, limit: int) -> str:
    lines = [f"## {escape.markdown(headline(scan))}", "", escape.markdown(scope(scan)), ""]
    lines += [f"- {escape.markdown(each)}" for each in totals(scan)]
    if scan.meanings:
        lines += ["", "| rewrites | | |", "|---|--:|---|"]
        lines += [
            f"| {each.value} | {count:,} | {escape.markdown(MEANINGS[each])} |"
            for each, count in scan.meanings.items()
        ]
    for section in sections(scan, limit):
        lines += ["", f"### {section.title}", "", "| landed | what | came to | by |"]
        lines += ["|---|---|---|---|", *map(_row, section.entries)]
        if section.left_out:
            lines += ["", f"… and {section.left_out:,} older ones."]
    return "\n".join(lines) + "\n"


def _row(each: ScanEntry) -> str:
    shown = "; ".join(filter(None, (each.what, each.record, each.reason)))
    cells = (
        str(each.landing.time.date()),
        escape.markdown_code(each.name),
        escape.markdown(escape.shortened(shown, LONGEST_RECORD)),
        escape.markdown(f"{person(each.landing)} in {each.landing.commit[:12]}"),
    )
    return f"| {' | '.join(cells)} |"
