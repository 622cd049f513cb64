"""The whole report as Markdown, for a job summary.

Source: GitHub Docs, "Workflow commands for GitHub Actions": a step's summary has at most 1 MiB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.reports.review import markdown
from schemareg.reports.review.bounds import bounded

if TYPE_CHECKING:
    from schemareg.model import Report

LONGEST = 900 * 1024
"""Bytes: other steps of the job may write a summary too."""

MOST_VERSIONS = 2_000
MOST_WORDS = 2_000


def render(report: Report) -> str:
    """The whole report, cut between sections if it does not fit; it says so."""
    return markdown.page(bounded(report), LONGEST, MOST_VERSIONS, MOST_WORDS)
