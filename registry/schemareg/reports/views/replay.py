"""A replay: the landings that should not have passed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.model import Severity
from schemareg.reports.review.json_document import document_text, finding_document
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from schemareg.review.replay import Replayed

FORMS = ("text", "json", "markdown")


def render(
    replayed: Sequence[Replayed],
    form: str = "text",
    *,
    fail_on: Severity = Severity.ERROR,
    colour: bool = False,
    width: int = 100,
) -> str:
    """The landings that should not have passed, then the totals, in one of FORMS.

    Raises ValueError for another form.
    """
    if form == "text":
        return _text(replayed, fail_on, min(width, WIDEST), painter(colour))
    if form == "json":
        return document_text(_document(replayed, fail_on))
    if form == "markdown":
        return _markdown(replayed, fail_on)
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


def refused(each: Replayed, fail_on: Severity = Severity.ERROR) -> bool:
    """Whether the check would have refused it."""
    return each.report is None or each.report.exit_code(fail_on) == 1


def _text(
    replayed: Sequence[Replayed],
    fail_on: Severity,
    width: int,
    paint: Callable[[str, str], str],
) -> str:
    lines: list[str] = []
    for each in replayed:
        if each.verdict == "pass" and not refused(each, fail_on):
            continue
        word = "undecided" if each.verdict == "undecided" else "fail"
        lines.append(f"{paint('place', _name(each))}: {paint(word, each.verdict)}  {_who(each)}")
        for what in _told(each, fail_on):
            lines += wrapped(what, width, indent="  ", hanging="    ")
        lines.append("")
    return escape.inert("\n".join([*lines, _total(replayed, fail_on)]) + "\n")


def _name(each: Replayed) -> str:
    return f"{each.landing.time.date()} {each.landing.commit[:7]}"


def _who(each: Replayed) -> str:
    return escape.visible(f"{each.landing.subject} ({each.landing.author})")


def _told(each: Replayed, fail_on: Severity) -> Iterator[str]:
    for mistake in each.mistakes:
        yield escape.visible(f"{mistake.place}: {mistake.rule}: {mistake.what}")
    if each.report is None:
        return
    for finding in each.report.findings:
        if finding.severity.rank <= fail_on.rank:
            yield escape.visible(f"{finding.place}: {finding.rule}: {finding.message}")
    if each.verdict == "undecided":
        for version in each.report.versions:
            if version.reason:
                yield escape.visible(f"{version.path}: {version.reason}")


def _total(replayed: Sequence[Replayed], fail_on: Severity) -> str:
    numbers = _counts(replayed, fail_on)
    named = ", ".join(f"{numbers[key]} {words}" for key, words in _COUNTED if numbers[key])
    total = f"{plural(len(replayed), 'landing')} judged" + (f": {named}" if named else "")
    if not numbers["left_out"]:
        return total
    return f"{total}; {plural(numbers['left_out'], 'file')} could not be read and were left out"


_COUNTED = (
    ("passed", "passed"),
    ("refused", "should not have passed"),
    ("undecided", "undecided"),
)


def _counts(replayed: Sequence[Replayed], fail_on: Severity) -> dict[str, int]:
    stopped = sum(refused(each, fail_on) for each in replayed)
    doubtful = sum(each.verdict == "undecided" and not refused(each, fail_on) for each in replayed)
    return {
        "judged": len(replayed),
        "passed": len(replayed) - stopped - doubtful,
        "refused": stopped,
        "undecided": doubtful,
        "left_out": len(
            {one.place.path for each in replayed if each.report for one in each.mistakes}
        ),
    }


def _document(replayed: Sequence[Replayed], fail_on: Severity) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "counts": _counts(replayed, fail_on),
        "landings": [
            {
                "commit": each.landing.commit,
                "time": each.landing.time.isoformat().replace("+00:00", "Z"),
                "author": each.landing.author,
                "subject": each.landing.subject,
                "verdict": each.verdict,
                "refused": refused(each, fail_on),
                "findings": [finding_document(one) for one in each.report.findings]
                if each.report
                else [],
                "mistakes": [
                    {
                        "path": one.place.path,
                        "line": one.place.line,
                        "column": one.place.column,
                        "rule": one.rule,
                        "message": one.what,
                    }
                    for one in each.mistakes
                ],
            }
            for each in replayed
        ],
    }


def _markdown(replayed: Sequence[Replayed], fail_on: Severity) -> str:
    lines = [f"### Replay: {_total(replayed, fail_on)}"]
    shown = [each for each in replayed if each.verdict != "pass" or refused(each, fail_on)]
    if shown:
        lines += ["", "| landed | commit | verdict | by | what |", "|---|---|---|---|---|"]
    for each in shown:
        what = "<br>".join(escape.markdown(one) for one in _told(each, fail_on))
        cells = (
            str(each.landing.time.date()),
            escape.markdown_code(each.landing.commit[:7]),
            each.verdict,
            escape.markdown(each.landing.author),
            what,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
