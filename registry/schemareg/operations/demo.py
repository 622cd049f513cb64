"""The demonstration, step by step, with the operations themselves.

The first act stops a breaking change, and fixes it. The second ends a promise: announced, waited
for, then legal.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.git import commits
from schemareg.authoring import demo_registry
from schemareg.operations import authoring, check, edits, setup

if TYPE_CHECKING:
    from schemareg.authoring.deprecations import DeprecationDraft
    from schemareg.model import Report

TARGET = demo_registry.TARGET
"""The schema of the story."""
GOING = demo_registry.GOING
"""The field that ends in the second act."""

_ADA = commits.Person("Ada Lovelace", "ada@example.com")
_GRACE = commits.Person("Grace Hopper", "grace@example.com")
_DAY = date(2026, 5, 4)
_ANNOUNCED = date(2026, 5, 11)
_TOO_EARLY = date(2026, 6, 15)


class Narration(NamedTuple):
    """A sentence of the story."""

    text: str


class ShellCommand(NamedTuple):
    """Commands that a user would type now."""

    lines: tuple[str, ...]


Progress = Callable[
    ["Narration | ShellCommand | setup.BumpResult | Report | DeprecationDraft"], None
]
"""Receives each sentence, command and result, in order."""


def play(keep: Path | None, progress: Progress) -> None:
    """Play the demonstration in a temporary folder, or in a new one that is kept.

    Raises RegistryError where that folder exists and is not empty, RuntimeError where a check does
    not end as the story says.
    """
    with _folder(keep) as folder:
        _Story(folder, progress).play()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    import tempfile

    if keep is None:
        with tempfile.TemporaryDirectory(prefix="reg-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    from schemareg.model.errors import RegistryError

    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise RegistryError(
            "the folder exists already, and is not empty",
            where=str(keep),
            remedy="Name a folder that does not exist yet: reg demo --keep shop",
        )
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


class _Story:
    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress

    def play(self) -> None:
        """Both acts."""
        commits.begin(self._folder)
        self._stop_a_breaking_change()
        self._end_a_promise()

    def _stop_a_breaking_change(self) -> None:
        self._say(
            "A registry is a Git repository. This one has one product, orders, of the team checkout."
        )
        self._land(demo_registry.first(), "Add orders", _ADA, date(2026, 3, 2))
        self._say(
            f"Version 1.0.0 of {demo_registry.TARGET} landed on main. From now on it is a promise."
        )
        self._land(
            demo_registry.second(), "orders: record the coupon used", _ADA, date(2026, 4, 13)
        )
        self._say("Version 1.1.0 landed, with one more optional field. It breaks no reader.")
        commits.branch(self._folder, "tidy-up")
        self._land(demo_registry.breaking(), "orders: tidy up order_placed", _GRACE, _DAY)
        self._say(
            "A branch proposes 1.2.0: phone becomes required, the status cancelled is removed."
        )
        self._say("Before the merge, the check looks at it:")
        self._command("git checkout tidy-up", "reg check")
        self._check("fail")
        self._say("Exit code 1: the pull request stops here. Each record above breaks a reader.")
        self._say("If the change is intended, it opens a new major line beside the old one:")
        self._command(f"reg bump {demo_registry.TARGET}")
        self._progress(setup.bump(self._folder, demo_registry.TARGET, today=_DAY))
        self._command("reg check")
        self._check("pass")
        self._say("Readers of 1.x keep what they were promised, and 2.0.0 can be merged.")
        commits.switch(self._folder, "main")
        self._land({}, "orders: open 2.0.0", _GRACE, date(2026, 5, 5))

    def _end_a_promise(self) -> None:
        self._say("A week later, coupons end. A promise ends in two steps: announce it, then wait:")
        path, day = self._announce()
        self._land({}, f"Deprecate {demo_registry.GOING}", _ADA, _ANNOUNCED)
        self._say(f"{path} landed on main; the window begins on that day.")
        commits.branch(self._folder, "without-coupon")
        self._land(demo_registry.without_coupon(), "orders: drop the coupon", _GRACE, _TOO_EARLY)
        self._say("Until the sunset the check defends the field. A branch that removes it in June:")
        self._command(f"reg check --today {_TOO_EARLY}")
        self._check("fail", _TOO_EARLY)
        self._say("The same branch, on the day of the sunset:")
        self._command(f"reg check --today {day}")
        self._check("pass", day)
        self._say("Readers had the time that they were promised, and the field may be removed.")
        commits.switch(self._folder, "main")
        self._land({}, "orders: drop the coupon", _GRACE, day)

    def _announce(self) -> tuple[str, date]:
        """Announce the end of a field; the path of the file, and the sunset."""
        reason = "Coupons end this summer."
        target = demo_registry.GOING
        draft = authoring.deprecate(self._folder, target, reason, today=_ANNOUNCED).draft
        self._command(f'reg deprecate {target} --reason "{reason}"')
        self._progress(draft)
        if draft.said.sunset is None:
            raise RuntimeError("the deprecation of the demonstration has no sunset")
        return draft.path, draft.said.sunset

    def _say(self, text: str) -> None:
        self._progress(Narration(text))

    def _command(self, *lines: str) -> None:
        self._progress(ShellCommand(lines))

    def _land(self, files: dict[str, str], message: str, by: commits.Person, day: date) -> None:
        edits.create(self._folder, files)
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        commits.commit(self._folder, message, by=by, at=at)

    def _check(self, verdict: str, day: date = _DAY) -> None:
        # The story takes place on this day: it is not chosen by a user.
        report = replace(check.check(self._folder, today=day), today_given=day != _DAY)
        self._progress(report)
        if report.verdict != verdict:
            raise RuntimeError(f"the demonstration ended in {report.verdict!r}, not {verdict!r}")
