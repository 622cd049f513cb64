"""Check a change, check landings again, validate files."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import InvalidFiles
from schemareg.operations import registry

if TYPE_CHECKING:
    from datetime import date

    from schemareg.consumers.impact import ConsumerImpact
    from schemareg.model import Mistake, Report
    from schemareg.review.replay import Replayed


def check(
    root: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    at: str | None = None,
    everything: bool = False,
    today: "date | None" = None,
    checkpoint: str | None = None,
) -> "Report":
    """The report on a change: of the working tree, of two revisions, or of a landing `at` one.

    Where nothing is new, the last landing is checked as of its own day. With `everything`, every
    version is checked. Raises InvalidFiles where files have mistakes, RegistryError for a wrong
    call, Undecidable where the history is missing, or does not contain the checkpoint.
    """
    from dataclasses import replace

    from schemareg.adapters import clock
    from schemareg.review.review import disputed, joined

    with registry.change(root, base, head, at) as change:
        report = _review(root, change, today, everything, checkpoint)
        for other, anchor in change.also:
            beside = change._replace(base=other, branch=anchor.branch)
            report = joined(report, _review(root, beside, today, everything))
        if today is not None and today != clock.today():
            report = replace(report, today_given=True)
        if change.disputed is not None:
            others = [(each.branch, each.source) for _, each in change.also]
            report = disputed(report, change.head, change.disputed, others)
        return report


def _review(
    root: Path,
    change: registry.OpenedChange,
    today: "date | None",
    everything: bool = False,
    checkpoint: str | None = None,
) -> "Report":
    from schemareg.adapters import clock
    from schemareg.review.review import review

    registry.refuse_no_registry(change.base, change.head)
    day = today or change.day or clock.today()
    with registry.landings(root, change.base.files, change.branch, checkpoint) as history:
        return review(change.base, change.head, day, all=everything, history=history)


class ChangeImpact(NamedTuple):
    """A report on a change, and the consumers that its findings concern."""

    report: "Report"
    consumers: "tuple[ConsumerImpact, ...]"

    @property
    def breaks(self) -> bool:
        """Whether an error concerns a consumer."""
        from schemareg.model import Severity

        losses = (loss for each in self.consumers for loss in each.losses)
        return any(each.finding.severity is Severity.ERROR for each in losses)


def impact(
    root: Path, *, base: str | None = None, head: str | None = None, today: "date | None" = None
) -> ChangeImpact:
    """The consumers that a change concerns. Raises as `check` does."""
    from schemareg.consumers.impact import consumer_impacts

    with registry.change(root, base, head, None) as change:
        report = _review(root, change, today)
        return ChangeImpact(
            report, tuple(consumer_impacts(change.base, change.head, report.findings))
        )


def replay(
    root: Path,
    span: str,
    *,
    today: "date | None" = None,
    checkpoint: str | None = None,
    policy: Path | None = None,
) -> "tuple[Replayed, ...]":
    """The landings of a range `A..B`, oldest first, each checked again as of its own day.

    `policy` is a registry.yaml whose `layout` says where the schema files of another repository
    are. Raises RegistryError where the range names none, Undecidable where its history is missing.
    """
    from schemareg.adapters import clock
    from schemareg.operations import replay as replays

    asked = replays.ReplayRange(span, today or clock.today(), checkpoint, policy)
    return replays.replay(root, asked)


def validate(root: Path, at: str | None = None) -> "tuple[Mistake, ...]":
    """The notices on well-formed files. Raises InvalidFiles with every mistake in them."""
    from schemareg.validation import files as validation_files

    with registry.files(root, at) as files:
        mistakes = validation_files.mistakes(files)
        if mistakes:
            raise InvalidFiles(mistakes)
        return tuple(validation_files.notices(files))
