"""A report as the comment on a pull request: short, with links to the next action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.reports.review import links, markdown, sentences
from schemareg.reports.review.bounds import bounded, bounded_mistakes
from schemareg.text import escape
from schemareg.text.sections import GAP, fitted, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from schemareg.model import Finding, Mistake, Report
    from schemareg.reports.review.links import Host

LONGEST = 60_000
"""Bytes; GitHub refuses a comment of more than 65,536 characters."""

MOST_ROWS = 20
"""Maximum findings in the table."""

MOST_RECORDS = 3
"""Maximum records; the job summary has one for each finding."""

LONGEST_TEXT = 300
"""Characters of a sentence."""

_BUMPS = frozenset({"bump-too-small"})
"""Rules that the line about the bump already covers."""


def silent(report: Report) -> bool:
    """Whether nobody has to read or do anything."""
    return report.verdict == "pass" and not _told(report) and not _waived(report)


def clean(report: Report) -> str:
    """One line for a pull request whose findings are fixed."""
    total = sentences.versions_total(bounded(report))
    return f"🟢 **Nothing breaks any longer**: {total}.\n"


def render(report: Report, host: Host | None = None, *, limit: int = LONGEST) -> str:
    """The comment, at most `limit` bytes; with a host, links open the files that would help."""
    report = bounded(report, LONGEST_TEXT)
    if silent(report):
        total = sentences.versions_total(report)
        return f"🟢 **Nothing breaks**: {total}.\n"
    head = f"### {markdown.headline(report)}"
    foot = f"{_whole(report, host)}\n"
    room = limit - size(head) - size(foot) - 2 * len(GAP)
    parts = [head]
    table = _table(report, host, room * 2 // 3)
    if table:
        parts.append(table)
        room -= size(table) + len(GAP)
    more = tuple(_below(report))
    parts += fitted(
        more, room, lambda left: f"_{sentences.plural(left, 'more section')} left out._"
    )
    return GAP.join([*parts, foot])


def render_mistakes(
    mistakes: Sequence[Mistake],
    notices: Sequence[Mistake] = (),
    host: Host | None = None,
    *,
    limit: int = LONGEST,
) -> str:
    """The comment where files are wrong, so that nothing could be judged."""
    if not mistakes:
        return "🟢 **Every file is well formed.**\n"
    count = sentences.plural(len(mistakes), "mistake")
    head = f"### 🔴 {count} in the files: the change was not judged"
    foot = f"{_details(host)}\n"
    rows = ["| where | mistake | fix |", "|---|---|---|"]
    cells = map(_mistake_row, bounded_mistakes(mistakes[:MOST_ROWS], LONGEST_TEXT))
    room = limit - size(head) - size(foot) - size(rows[0]) - size(rows[1]) - 500
    kept = fitted(cells, room, lambda _: "", gap="\n")
    shown = [each for each in kept if each]
    if len(shown) < len(mistakes):
        foot = f"_{sentences.plural(len(mistakes) - len(shown), 'more mistake')}._ {foot}"
    return GAP.join([head, "\n".join([*rows, *shown]), foot])


def _mistake_row(mistake: Mistake) -> str:
    where = escape.markdown_code(str(mistake.place))
    return f"| {where} | {_cell(mistake.what)} | {_cell(mistake.remedy)} |"


def _told(report: Report) -> list[Finding]:
    """The findings that require action, the most severe first."""
    return [each for each in report.findings if each.severity is not Severity.NOTICE]


def _waived(report: Report) -> list[Finding]:
    return [each for each in report.findings if each.waived]


# -- what breaks


def _table(report: Report, host: Host | None, room: int) -> str:
    told = _told(report)
    # The required number makes a finding about the wrong number redundant.
    rows = [each for each in told if each.rule not in _BUMPS] or told
    if not rows:
        return ""
    lines = ["| product | what breaks | affected consumers | fix |", "|---|---|---|---|"]
    cells = (_row(each, report, host) for each in rows[:MOST_ROWS])
    kept = [each for each in fitted(cells, room, lambda _: "", gap="\n") if each]
    table = "\n".join([*lines, *kept]) if kept else ""
    left = len(rows) - len(kept)
    if not left:
        return table
    more = (
        f"_{sentences.plural(left, 'more finding' if kept else 'finding')}: see the whole report._"
    )
    return f"{table}{GAP}{more}".lstrip()


def _row(finding: Finding, report: Report, host: Host | None) -> str:
    name = sentences.subject(finding) or finding.place.path
    rule = escape.markdown_code(finding.rule)
    field = finding.field + (f"={finding.value}" if finding.value else "")
    at = f" at {escape.markdown_code(field)}" if field else ""
    mark = markdown.MARKS[finding.severity]
    hits = sentences.hits(finding)
    cells = (
        escape.markdown_code(name),
        f"{mark} {rule}{at}<br>{_cell(finding.message)}",
        _cell(escape.shortened(hits, LONGEST_TEXT))
        if hits
        else "nobody registered"
        if finding.schema
        else "",
        f"{_cell(finding.remedy)}{_ways(finding, report, host)}",
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return markdown.prose(text)


def _ways(finding: Finding, report: Report, host: Host | None) -> str:
    """Links to proceed anyway, on their own line; commands where no link is possible."""
    if host is None:
        return _command(finding)
    announce = links.announcement(finding, host, report.today)
    accept = links.waiver(finding, host, report.today)
    ways = [f"[Announce it]({announce})"] if announce else []
    ways += [f"[waive it]({accept})"] if accept else []
    if not ways:
        return _command(finding)
    text = " or ".join(ways)
    return f"<br>{text[0]}{text[1].upper()}{text[2:]}"


def _command(finding: Finding) -> str:
    waive = sentences.waive(finding)
    return f"<br>To waive it: {markdown.prose(waive)}" if waive else ""


# -- what else there is to know


def _below(report: Report) -> Iterator[str]:
    yield from _doubts(report)
    yield from _bumps(report)
    yield from _dates(report)
    for finding, alike in _records(report)[:MOST_RECORDS]:
        of = f" of {name}" if (name := sentences.subject(finding)) else ""
        more = f", and {sentences.plural(alike, 'finding')} more" if alike else ""
        yield markdown.witness(finding, f"A record that shows {finding.rule}{of}{more}")
    for verdict in report.versions:
        if verdict.promises:
            yield markdown.promises(verdict)
    yield from _accepted(report)


def _records(report: Report) -> list[tuple[Finding, int]]:
    """Findings with a record, and how many more the same one shows."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for each in _told(report):
        if each.witness is not None:
            alike.setdefault((sentences.relation(each), each.witness), []).append(each)
    return [(first, len(others)) for first, *others in alike.values()]


def _doubts(report: Report) -> Iterator[str]:
    lines = [
        f"- {escape.markdown_code(f'{each.product}/{each.schema} {each.version}')}: {_cell(each.reason)}"
        for each in report.versions
        if each.reason
    ]
    if lines:
        yield "\n".join(["**Undecided**", "", *lines[:MOST_ROWS]])


def _bumps(report: Report) -> Iterator[str]:
    lines = []
    for each in report.versions:
        if each.required_bump and each.honest not in ("", each.version):
            name = f"{each.product}/{each.schema}"
            version = escape.markdown_code(f"{name} {each.version}")
            honest, command = map(escape.markdown_code, (each.honest, f"reg bump {name}"))
            step = f"requires a {each.required_bump} bump: {honest} ({command})"
            lines.append(f"- {version} {step}")
    if lines:
        yield "\n".join(["**Version**", "", *lines[:MOST_ROWS]])


def _dates(report: Report) -> Iterator[str]:
    lines = {
        f"- {escape.markdown_code(_about(each))}: {_cell(told)}": None
        for each in report.findings
        for told in (each.dates or _earliest(each, report.today),)
        if told
    }
    if lines:
        yield "\n".join(["**Dates**", "", *list(lines)[:MOST_ROWS]])


def _earliest(finding: Finding, today: date) -> str:
    """The earliest legal day if it were announced now."""
    from schemareg.deprecation.schedule import later

    if finding.announce is None:
        return ""
    window = finding.announce.window
    return f"announced by a landing on {today} + {window} d → from {later(today, window)}"


def _about(finding: Finding) -> str:
    if finding.announce is not None and not finding.dates:
        return finding.announce.target
    name = "/".join(part for part in (finding.product, finding.schema) if part)
    field = finding.field + (f"={finding.value}" if finding.value else "")
    return finding.target or (f"{name}#{field}" if field else name)


def _accepted(report: Report) -> Iterator[str]:
    lines = [
        f"- {escape.markdown_code(each.rule)} {_cell(each.message)}: {_cell(sentences.waiver(each))}"
        for each in _waived(report)
    ]
    if lines:
        title = sentences.plural(len(lines), "finding")
        yield markdown.fold(f"{title} waived", "\n".join(lines[:MOST_ROWS]))


def _whole(report: Report, host: Host | None) -> str:
    """The footer: links to the whole report."""
    total = f"{sentences.findings_total(report)}; {sentences.versions_total(report)}"
    compared = markdown.prose(f"{total}; {sentences.compared(report)}.")
    return f"<sub>{compared}</sub> {_details(host)}".rstrip()


def _details(host: Host | None) -> str:
    page = links.run_page(host) if host else None
    return f"<sub>[The whole report]({page})</sub>" if page else ""
