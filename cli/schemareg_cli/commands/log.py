"""`reg log`."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from schemareg.operations import audit
from schemareg.operations import log as operations_log
from schemareg.operations import output as operations_output
from schemareg_cli import completion
from schemareg_cli.options import Output, Root, Today, day

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.changelog.facts import Fact

_CHUNK = 200
"""Facts whose people are looked up at a time, where a person is asked for."""


def log(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    since: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Landed on this day or later.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Landed on this day or before.")
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="Part of the name or address of anyone who had a part in it."
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="version.released, deprecation, owner.changed, …; again for several.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many at most.")] = 50,
    signatures: Annotated[
        bool, typer.Option("--signatures", help="Have Git check who signed; takes its time.")
    ] = False,
    judge: Annotated[
        bool,
        typer.Option(
            "--outcomes/--no-outcomes",
            help="Say what each version did to its readers, as of its day; takes its time once.",
        ),
    ] = True,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="REF|DATE", help="The history up to here; by default the protected branch's."
        ),
    ] = None,
    form: Annotated[
        Literal["text", "json", "jsonl", "csv", "markdown"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Tell what landed, the newest first: who did what, when, who agreed.

    One entry for each fact of the protected branch's history: versions and what they did to their
    readers, deprecations, consumers, waivers, owners, policy; and the days on which a sunset was
    reached or a waiver ran out. Names are what commits claim, unless they are signed.

    \b
    Examples:
      reg log
      reg log orders/order_placed
      reg log orders --kind deprecation --since 2026-01-01
      reg log --who ada@example.com --format csv --limit 1000
      reg log orders --signatures --format json
    """
    from schemareg.changelog import query as asked
    from schemareg.model import targets
    from schemareg.reports.views import log as shown

    meant = targets.parse(target) if target else None
    question = asked.Question(meant, since, until, asked.kinds(tuple(kind or ())))
    with (
        audit.line(root, at) as history,
        closing(operations_log.entries(root, history, question, at, today)) as told,
    ):
        found: Iterator[Fact] = filter(question.means, told)
        people: dict[str, Mapping[str, Any]] = {}
        if who is not None:
            found = _of(found, who, root, history, people)
        facts = list(islice(found, limit + 1))
        facts, more = facts[:limit], len(facts) > limit
        if meant and meant.schema and all(each.target != target for each in facts):
            operations_log.refuse_unknown(history, meant)
        landings = [each.landing for each in facts]
        if signatures:
            people |= audit.people_of(root, landings, signatures=True)
        elif who is None:
            people |= audit.people(root, history, landings)
        outcomes = operations_log.outcomes(root, history, facts) if judge else None
    width, colour = operations_output.page(output)
    text = shown.render(
        facts, people, form, outcomes=outcomes, more=more, colour=colour, width=width
    )
    operations_output.give(text, output)


def _of(
    facts: Iterable["Fact"],
    who: str,
    root: Path,
    history: "GitHistory",
    people: dict[str, Mapping[str, Any]],
) -> Iterator["Fact"]:
    """The facts that somebody had a part in; `people` are gathered on the way."""
    wanted = who.casefold()
    rest = iter(facts)
    while chunk := list(islice(rest, _CHUNK)):
        people |= audit.people(root, history, [each.landing for each in chunk])
        for fact in chunk:
            known = people.get(fact.landing.commit, {})
            if wanted in "\0".join(_names(known)).casefold():
                yield fact


def _names(known: Mapping[str, Any]) -> Iterator[str]:
    for key in ("author", "email", "committer", "merger"):
        yield known.get(key, "")
    for key in ("reviewed_by", "approved_by", "co_authored_by"):
        yield from known.get(key, ())
