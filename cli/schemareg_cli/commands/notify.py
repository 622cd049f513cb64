"""Notify owners and consumers of what landed and what ends soon, each once."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemareg.operations.notify import run
from schemareg.operations.notify.ledger import read_ledger
from schemareg_cli import output
from schemareg_cli.options import Plain, Root

if TYPE_CHECKING:
    from schemareg.notifications.delivery.delivery import Delivery


def _moment(text: str) -> datetime:
    """A day or a moment in ISO 8601; without a zone it is UTC."""
    try:
        if len(text) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(text), time(12), UTC)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # year 1, in a zone ahead of UTC
        raise typer.BadParameter(
            f"{text!r} is neither a day nor a moment, such as 2026-11-22T09:30Z"
        ) from None


_Now = Annotated[
    datetime | None,
    typer.Option(
        "--today",
        parser=_moment,
        metavar="DATE|TIME",
        help="The day or moment to act as of; by default now. A day is its noon, UTC.",
    ),
]


def notify(
    context: typer.Context,
    reminders: Annotated[
        bool,
        typer.Option(
            "--reminders",
            help="Send the reminders of the day as well: what ends soon, what is overdue.",
        ),
    ] = False,
    replay: Annotated[
        str | None,
        typer.Option(metavar="EVENT|COMMIT", help="Send this again, and nothing else."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Try again what failed for good, and nothing else.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL", help="Send to this channel alone; the others wait."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Print what would be sent, and to which channel; change nothing."
        ),
    ] = False,
    patience: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=240.0,
            metavar="SECONDS",
            help="How long to retry one message before its channel waits for a later run.",
        ),
    ] = run.PATIENCE,
    today: _Now = None,
    root: Root = Path(),
) -> None:
    """Notify owners and consumers of what landed and what ends soon, each once.

    Owners and affected consumers are notified on their channels in registry.yaml. The ledger, the
    Git ref refs/reg/ledger at the remote, records what was sent and what still has to be sent. So
    a run that was lost, repeated or late does no harm, and each run sends what earlier ones left.
    ${NAME} in a URL comes from the environment.

    \b
    Examples:
      reg notify --dry-run
      reg notify
      reg notify --reminders
      reg notify --failed --to checkout-slack
      reg notify --replay 3f2a9c1
      reg notify status

    Exit codes: 0 everything was sent, or waits for a channel that is down; 1 something failed for
    good; 2 the call, registry.yaml or a permission is wrong; 3 undecided: history is missing here,
    or the ledger cannot be reached.
    """
    if context.invoked_subcommand is not None:
        return
    call = run.Call(root, today, reminders, replay, failed, to, patience)
    if dry_run:
        output.give(_previews(run.plan(call, _report)))
        return
    done = run.notify(call, _report)
    _summarize(done)
    if done.error is not None:
        raise done.error
    raise typer.Exit(int(not done.complete))


def _report(step: "run.Secrets | Delivery | str") -> None:
    """Write a step of a run; in a log of GitHub Actions its text must not be a command."""
    from schemareg.reports.views import deliveries
    from schemareg.text import escape

    if isinstance(step, str):
        output.hint(f"reg: {escape.visible(step)}")
    elif isinstance(step, run.Secrets):
        masks = (f"::add-mask::{text.replace('%', '%25')}\n" for text in step.texts)
        output.give("".join(masks))
    else:
        output.give(escape.inert(deliveries.sentence(step)))


def _summarize(done: run.NotifyResult) -> None:
    from schemareg.reports.views import deliveries
    from schemareg.text import escape

    if done.error is None or done.sent or done.failed or done.waiting:
        total = deliveries.total(len(done.sent), done.failed, done.waiting)
        output.hint(f"reg: {total}".rstrip())
    if done.failed:
        output.hint("  Once it is fixed: reg notify --failed")
    if done.issues is not None:
        lines = (escape.inert(f"{escape.visible(line)}\n") for line in done.issues.done)
        output.give("".join(lines))
        failed = (f"reg: {escape.visible(line)}" for line in done.issues.failed)
        output.hint(*map(escape.inert, failed))


def _previews(previews: tuple[run.Preview, ...]) -> str:
    from schemareg.reports.views import deliveries
    from schemareg.text import escape

    if not previews:
        return "no events\n"
    lines = []
    for message, text in previews:
        lines.append(deliveries.proposed(message))
        shown = map(escape.visible, text.splitlines())
        lines += [f"    {line}".rstrip() + "\n" for line in shown]
    return "".join(map(escape.inert, lines))


def status(form: Plain = "text", root: Root = Path()) -> None:
    """Show what waits, what failed and why, and what was sent lately.

    \b
    Examples:
      reg notify status
      reg notify status --format json

    Exit codes: 0 answered; 2 the call is wrong; 3 the ledger cannot be read.
    """
    from schemareg.reports.views import deliveries
    from schemareg.text import escape

    text = deliveries.render(read_ledger(root, progress=_report), form)
    output.give(text if form == "json" else escape.inert(text))


def test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", show_default=False)],
    today: _Now = None,  # noqa: PT028  it sends a test, and is not one
    root: Root = Path(),  # noqa: PT028
) -> None:
    """Send a test message to a channel; the ledger does not change.

    \b
    Examples:
      reg notify test checkout-slack
      reg notify test mailto:ada@example.com

    Exit codes: 0 the channel accepted it; 1 it did not; 2 there is no such channel.
    """
    from schemareg.text import escape

    outcome = run.send_test(root, channel, today, _report)
    if outcome.sent:
        output.give(escape.inert(f"{channel} accepted it\n"))
    else:
        output.hint(escape.inert(f"reg: {channel} did not accept it: {outcome.reason}"))
    raise typer.Exit(int(not outcome.sent))
