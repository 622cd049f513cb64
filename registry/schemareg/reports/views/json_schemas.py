"""The published JSON Schemas: of registry files, and of JSON outputs."""

from __future__ import annotations

from schemareg import manifests
from schemareg.model.errors import RegistryError
from schemareg.text.columns import table
from schemareg.text.wording import listed, nearest

_ANSWERS = {
    "report": "what `reg check --format json` prints",
    "mistakes": "what `reg validate --format json` prints",
    "difference": "what `reg diff --format json` prints",
    "verdict": "what `reg compat --format json` prints",
    "consumers": "what `reg consumers --format json` prints",
    "impact": "what `reg impact --format json` prints",
    "waivers": "what `reg waivers --format json` prints",
    "fact": "a line of what `reg audit export` prints",
    "event": "a line of what `reg events --format jsonl` prints, and what webhooks are sent",
    "scan": "what `reg audit scan --format json` prints",
}

KINDS = (*manifests.KINDS, *_ANSWERS)
"""The files' kinds first."""


def schema_text(kind: str) -> str:
    """The JSON Schema of a kind. Raises RegistryError, naming the kinds, for another."""
    if kind in manifests.KINDS:
        return manifests.schema_text(kind)
    if kind in _ANSWERS:
        from importlib import resources

        return (resources.files("schemareg.reports.views") / f"{kind}.schema.json").read_text(
            "utf-8"
        )
    near = nearest(kind, KINDS)
    raise RegistryError(
        f"there is no kind {kind!r}",
        remedy=f"Did you mean {near}?" if near else f"There are {listed(KINDS, last='and')}",
    )


def kinds_text() -> str:
    """The kinds, a line each, with what they describe."""
    rows = [*manifests.KINDS.items(), *_ANSWERS.items()]
    return "\n".join(table(("", ""), rows)) + "\n"
