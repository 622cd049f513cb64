"""The registry that events come from, and the pages of its landings."""

from __future__ import annotations

import re
from typing import NamedTuple

_WEB = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~-]+)+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_PAGES = (("gitlab", "/-/commit/"), ("bitbucket", "/commits/"))
"""The path of a commit's page on other forges, by a part of their host name."""


class EventSource(NamedTuple):
    """A registry, as the source of events."""

    source: str
    """A URI: the web address, else one made of the first commit, which is the same in every clone."""
    web: str = ""
    """The repository's page, such as `https://github.com/shop/registry`; `""` where it has none."""

    def page(self, commit: str) -> str:
        """The page of a landing; `""` for none."""
        if not self.web or not _COMMIT.fullmatch(commit):
            return ""
        host = self.web.split("/")[2]
        part = next((page for name, page in _PAGES if name in host), "/commit/")
        return f"{self.web}{part}{commit}"


def event_source(web: str, first: str) -> EventSource:
    """The source for a web address, if there is one, and a first commit.

    Only an https address of plain characters is accepted: links are built from nothing else.
    """
    web = web.rstrip("/").removesuffix(".git")
    if _WEB.fullmatch(web):
        return EventSource(web, web)
    return EventSource(f"schemareg:{first}")
