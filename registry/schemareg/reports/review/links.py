"""Links to the repository's host: a new file with prefilled text.

Source: GitHub's new-file page takes `filename` and `value` as query parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from schemareg.model.errors import RegistryError
from schemareg.model.targets import NAME
from schemareg.reports.review import sentences

if TYPE_CHECKING:
    from datetime import date

    from schemareg.model import Finding

LONGEST = 6_000
"""Characters of a link; servers refuse lines of 8 KB."""

WAIVED_FOR = 30
"""The proposed duration of a waiver in days."""

_WEB = re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._~-]+)+/?", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{16}", re.ASCII)
_LONGEST_TARGET = 400


class Host(NamedTuple):
    """The host of a repository, and its protected branch."""

    web: str
    """Its page: `https://github.com/acme/registry`."""
    branch: str = "main"
    """The protected branch."""
    run: str = ""
    """The page of the run with the whole report; empty without one."""


def is_page(address: str) -> bool:
    """Whether links can begin with this address."""
    return _WEB.fullmatch(address) is not None


def new_file(host: Host, path: str, text: str) -> str | None:
    """The page that creates a file; None if the link is too long, or the host has no address."""
    if not is_page(host.web):
        return None
    try:
        branch = quote(host.branch)
        query = f"filename={quote(path, safe='')}&value={quote(text, safe='')}"
    except UnicodeEncodeError:
        return None
    link = f"{host.web.rstrip('/')}/new/{branch}?{query}"
    return link if len(link) <= LONGEST else None


def run_page(host: Host) -> str | None:
    """The page of the run, where it is the address of one."""
    return host.run if is_page(host.run) else None


def announcement(finding: Finding, host: Host, today: date) -> str | None:
    """The page that creates the deprecation for a finding; None if a deprecation does not help."""
    from schemareg.authoring import deprecations
    from schemareg.deprecation.schedule import later
    from schemareg.manifests.layout import DEPRECATIONS
    from schemareg.model.targets import parse

    said, folder = finding.announce, _folder(finding)
    if said is None or folder is None or len(said.target) > _LONGEST_TARGET:
        return None
    try:
        wish = deprecations.DeprecationRequest(parse(said.target), "", loosens=said.loosens)
        text = deprecations.blank(wish, later(today, said.window + deprecations.REVIEW_DAYS))
    except RegistryError:
        return None
    return new_file(host, f"{folder}/{DEPRECATIONS}/{deprecations.usual_name(wish)}.yaml", text)


def waiver(finding: Finding, host: Host, today: date) -> str | None:
    """The page that creates the waiver of a finding; None if no waiver is needed."""
    from schemareg.authoring import waivers
    from schemareg.deprecation.schedule import later
    from schemareg.manifests.layout import WAIVERS

    folder = _folder(finding)
    if (
        folder is None
        or not sentences.waive(finding)
        or not _FINGERPRINT.fullmatch(finding.fingerprint)
    ):
        return None
    text = waivers.blank(finding.fingerprint, finding.rule, later(today, WAIVED_FOR))
    return new_file(host, f"{folder}/{WAIVERS}/{finding.fingerprint}.yaml", text)


def _folder(finding: Finding) -> str | None:
    """The folder of the finding's product, as far as its place tells."""
    if not NAME.fullmatch(finding.product):
        return None
    inside = rf"(products/(?:{NAME.pattern}/)?{finding.product})/[^/]"
    found = re.match(inside, finding.place.path, re.ASCII)
    return found[1] if found else None
