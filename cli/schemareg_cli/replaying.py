"""Judging again what landed: the range, the states, the answer of `reg check --replay`."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.errors import RegistryError
from schemareg_cli import answers, opening

if TYPE_CHECKING:
    from datetime import date

    from schemareg.model import Severity
    from schemareg.snapshot import Snapshot

_KEPT = 4
"""States at hand: a landing's own is the base of the next."""


def again(
    root: Path,
    span: str,
    today: "date",
    form: str,
    output: Path | None,
    fail_on: "Severity",
    checkpoint: str | None = None,
) -> int:
    """Judge the landings after A up to B, write the answer, and return the exit code.

    Raises RegistryError where the range names none; Undecidable where it cannot be walked.
    """
    from schemareg.edges.git import open_repository
    from schemareg.edges.history import history
    from schemareg.replay import replay
    from schemareg.reports import replay as reports
    from schemareg.snapshot import Snapshot

    start, end = _parted(span)
    if form not in reports.FORMS:
        raise RegistryError(
            f"a replay is not written as {form}", remedy=f"--format {' or '.join(reports.FORMS)}"
        )
    with open_repository(root) as repository, history(root, end or "HEAD") as line:
        if checkpoint:
            opening.still_there(root, (line.commit,), checkpoint)
        after = line.landing(repository.resolve(start)) if start else None
        if start and after is None:
            raise RegistryError(
                f"{start} is not among the landings up to {end or 'HEAD'}",
                remedy="Name two commits of the protected branch's own line:"
                " git log --first-parent --oneline",
            )

        @lru_cache(_KEPT)
        def at(commit: str) -> "Snapshot":
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        found = tuple(replay(line, at, after, today))
    page = answers.page(output)
    text = reports.render(found, form, fail_on=fail_on, colour=page.colour, width=page.width)
    answers.give(text, output)
    if any(reports.refused(each, fail_on) for each in found):
        return 1
    return 3 if any(each.verdict == "undecided" for each in found) else 0


def _parted(span: str) -> tuple[str, str]:
    start, dots, end = span.partition("..")
    if not dots or end.startswith("."):
        raise RegistryError(
            f"{span!r} is no range",
            remedy="Write two commits: --replay v1.0..main, or ..main for all",
        )
    return start, end
