"""The facts of a history, newest first, in each form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.audit.records import moment
from schemareg.text import csv, escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemareg.changelog.facts import Fact

FORMS = ("text", "json", "jsonl", "csv", "markdown")
"""What `reg log --format` takes."""

_COLUMNS = (
    *("time", "kind", "target", "path", "commit", "author", "email", "committer", "merger"),
    *("pull_request", "reviewed_by", "approved_by", "co_authored_by", "signature"),
    *("before", "after", "details", "outcome", "subject"),
)


def render(
    facts: Sequence[Fact],
    people: Mapping[str, Mapping[str, Any]],
    form: str = "text",
    *,
    outcomes: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    more: bool = False,
    colour: bool = False,
    width: int = 100,
) -> str:
    """Facts in their order; `people` of a commit are what `entry` adds to a fact.

    `outcomes` are what was found of released versions, by commit and path; None where that was not
    asked. `more` says that there are older ones which are not shown.
    """
    entries = [entry(each, people.get(each.landing.commit, {})) for each in facts]
    if outcomes is not None:
        for each in entries:
            each["outcome"] = outcomes.get((each["commit"], each["path"]))
    if form == "json":
        from schemareg.reports.review.json_document import document_text

        return document_text({"schema_version": 1, "more": more, "facts": entries})
    if form == "jsonl":
        return "".join(f"{line(each)}\n" for each in entries)
    if form == "csv":
        return _csv(entries)
    if form == "markdown":
        return _markdown(entries, more)
    return _text(entries, more, colour, min(width, WIDEST))


def line(value: Mapping[str, Any]) -> str:
    """A JSON value on one line, pure to look at, keys sorted."""
    return escape.json_text(json.dumps(value, sort_keys=True, separators=(",", ":")))


def exported(fact: Fact) -> str:
    """A fact as one line of `reg audit export`, by the published schema; equal for equal histories."""
    from hashlib import sha256

    landing = fact.landing
    people = {
        "id": sha256(fact.canonical().encode("ascii")).hexdigest(),
        "ordinal": landing.ordinal,
        "claimed": moment(landing.claimed),
        "author": landing.author,
        "email": landing.email,
        "committer": landing.committer,
        "subject": landing.subject,
    }
    return f"{line(fact.value | people)}\n"


def entry(fact: Fact, people: Mapping[str, Any]) -> dict[str, Any]:
    """A fact as a JSON value with the people of its commit."""
    landing = fact.landing
    known: dict[str, Any] = {
        "author": landing.author,
        "email": landing.email,
        "committer": landing.committer,
        "merger": "",
        "pull_request": "",
        "reviewed_by": [],
        "approved_by": [],
        "co_authored_by": [],
        "signature": None,
        "subject": landing.subject,
        "outcome": None,
    }
    return fact.value | {"commit": landing.commit or None} | known | dict(people)


def _text(entries: Sequence[Mapping[str, Any]], more: bool, colour: bool, width: int) -> str:
    paint = painter(colour)
    if not entries:
        return "no matching landing\n"
    lines: list[str] = []
    for each in entries:
        what = f"{each['kind']} {each['target']}".rstrip()
        said = _said(each)
        head = f"{each['time'][:10]}  {what}" + (f": {said}" if said else "")
        first, *rest = wrapped(escape.visible(head), width, hanging=" " * 12)
        lines += [first.replace(each["kind"], paint("place", each["kind"]), 1), *rest]
        people = "its day came, without a landing"
        if each["commit"]:
            people = "  ".join((each["commit"][:12], ", ".join(_people(each))))
        lines += [
            paint("faint", line) for line in wrapped(escape.visible(people), width, indent=" " * 12)
        ]
    if more:
        from schemareg.reports.review.sentences import plural

        lines.append(f"{plural(len(entries), 'fact')}; for older facts: --limit {2 * len(entries)}")
    return escape.inert("\n".join(lines)) + "\n"


def _said(each: Mapping[str, Any]) -> str:
    details = dict(each["details"])
    if each["kind"] == "version.released":
        over = f" over {details['over']}" if "over" in details else ""
        return f"{details.get('bump', '')}{over}{_came_to(each['outcome'])}"
    if each["kind"] in ("sunset.reached", "element.removed"):
        return f"announced in {details['announced'][:12]}, sunset {details['sunset']}"
    if set(details) == {"from", "to"}:
        return f"{details['from']} → {details['to']}"
    return ", ".join(f"{name} {value}" for name, value in details.items())


def _came_to(outcome: Mapping[str, Any] | None) -> str:
    """The outcome of a version for its readers; empty for a first version."""
    if not outcome or not outcome["against"]:
        return ""
    said = f"; {outcome['outcome']}"
    if outcome["outcome"] == "undecided":
        return f"{said}: {outcome['reason']}"
    if outcome["outcome"] == "breaking" and outcome["waived"]:
        said += ", waived"
    if outcome["outcome"] == "breaking" and outcome["hits"]:
        said += f", hits {', '.join(outcome['hits'])}"
    return said


def _people(each: Mapping[str, Any]) -> Iterator[str]:
    yield f"by {each['author'] or 'unknown'}"
    if each["merger"]:
        yield f"merged by {each['merger']}"
    if each["pull_request"]:
        yield f"pull request {each['pull_request']}"
    for key, word in (("reviewed_by", "reviewed by"), ("approved_by", "approved by")):
        for who in each[key]:
            yield f"{word} {who}"
    for who in each["co_authored_by"]:
        yield f"with {who}"
    if each["signature"]:
        signer = f" ({each['signature']['signer']})" if each["signature"]["signer"] else ""
        yield f"signature: {each['signature']['state']}{signer}"


def _csv(entries: Sequence[Mapping[str, Any]]) -> str:
    return csv.rendered(
        _COLUMNS, ([_cell(each[column]) for column in _COLUMNS] for each in entries)
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        text = "; ".join(value)
    elif isinstance(value, dict):
        text = str(value.get("state") or value.get("outcome") or (line(value) if value else ""))
    else:
        text = str(value)
    return text


def _markdown(entries: Sequence[Mapping[str, Any]], more: bool) -> str:
    rows = ["| landed | what | about | said | by |", "|---|---|---|---|---|"]
    for each in entries:
        cells = (
            each["time"][:10],
            escape.markdown(each["kind"]),
            escape.markdown_code(each["target"]) if each["target"] else "",
            escape.markdown(_said(each)),
            escape.markdown(f"{', '.join(_people(each))} in {each['commit'][:12]}")
            if each["commit"]
            else "",
        )
        rows.append(f"| {' | '.join(cells)} |")
    if more:
        from schemareg.reports.review.sentences import plural

        rows += ["", f"{plural(len(entries), 'fact')} shown; older facts exist."]
    return "\n".join(rows) + "\n"
