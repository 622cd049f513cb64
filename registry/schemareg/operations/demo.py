"""The demonstration, step by step: each is said in a line, and done with the rooms themselves.

The first act stops a breaking change, and mends it. The second ends a promise: announced, waited
for, and then legal.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.adapters import terminal
from schemareg.adapters.git import commits
from schemareg.authoring import demo_registry, drafts
from schemareg.model import targets
from schemareg.operations import output, registry, writing
from schemareg.reports.review import render

if TYPE_CHECKING:
    from schemareg.model import Report

_ADA = commits.Person("Ada Lovelace", "ada@example.com")
_GRACE = commits.Person("Grace Hopper", "grace@example.com")
_DAY = date(2026, 5, 4)
_ANNOUNCED = date(2026, 5, 11)
_TOO_EARLY = date(2026, 6, 15)


def tell(folder: Path, kept: Path | None) -> None:
    """Tell the story in an empty folder. Raises RuntimeError where it does not end as told."""
    commits.begin(folder)
    _say("A registry is a Git repository. This one has one product, orders, of the team checkout.")
    _land(folder, demo_registry.first(), "Add orders", _ADA, date(2026, 3, 2))
    _say(f"Version 1.0.0 of {demo_registry.TARGET} landed on main. From now on it is a promise.")
    _land(
        folder, demo_registry.second(), "orders: say which coupon was used", _ADA, date(2026, 4, 13)
    )
    _say("Version 1.1.0 landed: one more optional field. Nobody had to do anything.")
    commits.branch(folder, "tidy-up")
    _land(folder, demo_registry.breaking(), "orders: tidy up order_placed", _GRACE, _DAY)
    _say("A branch proposes 1.2.0: phone becomes required, and the status cancelled goes.")
    _say("Before it is merged, the check looks at it:")
    _command("git checkout tidy-up", "reg check")
    _expect(_checked(folder), "fail")
    _say("Exit code 1: the pull request stops here. Each record above is one that breaks a reader.")
    _say("If the change is meant, it opens a new major line beside the old one:")
    _bump(folder)
    _command("reg check")
    _expect(_checked(folder), "pass")
    _say("Readers of 1.x keep what they were promised, and 2.0.0 can be merged.")
    commits.switch(folder, "main")
    _land(folder, {}, "orders: open 2.0.0", _GRACE, date(2026, 5, 5))
    _end_a_promise(folder)
    if kept is None:
        output.give(
            "\nTo go on by yourself:\n"
            "  reg demo --keep shop     the same, in a folder to play with\n"
            "  reg init shop-registry   a registry of your own\n"
            "  reg explain              every rule, with what it protects\n"
        )
    else:
        output.give(
            "\nTo go on by yourself:\n"
            f"  cd {kept}\n"
            f"  git log --stat           what happened\n"
            f"  reg show {demo_registry.TARGET}\n"
            f"  reg diff {demo_registry.TARGET}@1.1.0 {demo_registry.TARGET}@2.0.0\n"
            f"  reg status {demo_registry.GOING}\n"
            f"  reg check --replay ..main\n"
        )


def _end_a_promise(folder: Path) -> None:
    _say("A week later: coupons are to end. A promise ends by being announced, then by waiting:")
    path, day = _announce(folder)
    _land(folder, {}, f"Deprecate {demo_registry.GOING}", _ADA, _ANNOUNCED)
    _say(f"{path} landed on main; its landing begins the window.")
    commits.branch(folder, "without-coupon")
    _land(folder, demo_registry.without_coupon(), "orders: drop the coupon", _GRACE, _TOO_EARLY)
    _say("Until that day the check defends the field. A branch that drops it in June:")
    _command(f"reg check --today {_TOO_EARLY}")
    _expect(_checked(folder, _TOO_EARLY), "fail")
    _say("The same branch, on the day itself:")
    _command(f"reg check --today {day}")
    _expect(_checked(folder, day), "pass")
    _say("Readers had the time that they were promised, and the field may go.")
    commits.switch(folder, "main")
    _land(folder, {}, "orders: drop the coupon", _GRACE, day)


def _announce(folder: Path) -> tuple[str, date]:
    """Announce the end of a field with the rooms of `reg deprecate`; the file, and its day."""
    from schemareg.authoring import deprecations
    from schemareg.reports.views.deprecations import announced

    reason = "Coupons end this summer."
    wish = deprecations.Wish(targets.parse(demo_registry.GOING), reason)
    with registry.promised(folder) as (promises, head, policy):
        draft = deprecations.drafted(promises, head, policy, wish, _ANNOUNCED)
    writing.put(folder, draft.path, draft.text)
    _command(f'reg deprecate {demo_registry.GOING} --reason "{reason}"')
    _show(announced(draft, (), width=terminal.width() - 4))
    if draft.said.sunset is None:
        raise RuntimeError("the demonstration's field got no day")
    return draft.path, draft.said.sunset


def _say(text: str) -> None:
    output.give(f"- {text}\n")


def _command(*lines: str) -> None:
    output.give("\n" + "".join(f"  $ {line}\n" for line in lines) + "\n")


def _land(folder: Path, files: dict[str, str], message: str, by: commits.Person, day: date) -> None:
    writing.create(folder, files)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    commits.commit(folder, message, by=by, at=at)


def _checked(folder: Path, day: date = _DAY) -> "Report":
    from schemareg.review.review import review

    with (
        registry.compared(folder) as (base, head),
        registry.landings(folder, base.files, "main") as history,
    ):
        report = review(base, head, day, history=history)
    _show(render(report, "text", colour=terminal.colour(), width=terminal.width() - 4))
    return report


def _show(text: str) -> None:
    output.give("".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()) + "\n")


def _bump(folder: Path) -> None:
    with registry.drafting(folder) as (base, head):
        old, new = drafts.bumped(base, head, targets.parse(demo_registry.TARGET), _DAY)
    _command(f"reg bump {demo_registry.TARGET}")
    output.give(f"    {old} -> {new}\n")
    writing.rename(folder, old, new)


def _expect(report: "Report", verdict: str) -> None:
    if report.verdict != verdict:
        raise RuntimeError(f"the demonstration ended in {report.verdict!r}, not {verdict!r}")
