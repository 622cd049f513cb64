"""CODEOWNERS: each product to its owner, each consumer's file to both sides, the policy to the hub.

What is made from the registry stands between two lines that say so; what else a repository's file
says stays. Of several lines that speak of a file the last one counts, and of several owners on a
line any one may approve.

Source: GitHub Docs, About code owners. Its patterns know neither `[…]` nor `\\#`, a line that is
wrong is passed over, and so is a file of 3 MB or more: what could become either is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.manifests import layout
from schemareg.manifests.layout import CONSUMERS, PRODUCT, PRODUCTS, REGISTRY
from schemareg.model import Mistake, Place
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemareg.documents import Document
    from schemareg.model import Pointer
    from schemareg.snapshot.snapshot import Snapshot

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file; the first that is there counts."""

LARGEST = 3_000_000
"""Bytes from which on GitHub passes over the file."""

_BEGIN = "# >>> reg codeowners: made from the registry; what is edited between these lines is lost"
_END = "# <<< reg codeowners"

_USER = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?"
_HANDLE = re.compile(rf"@{_USER}(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]{{0,98}}[A-Za-z0-9])?)?", re.ASCII)
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}", re.ASCII)
_PATH = re.compile(r"[a-z0-9_./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the teams of a registry are called where it is hosted."""

    prefix: str = ""
    """What stands before a team's name: `@acme/`."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """Teams that are called otherwise, `Customer Care` to `@acme/care`."""
    hub: str = ""
    """The team that owns the policy, and products that are not there yet; empty for none."""
    readers: bool = True
    """Whether the files of consumers are given to both sides; else to the owner alone."""


def block(snapshot: Snapshot, naming: Naming) -> str:
    """The lines of a registry, between their marks; equal for equal registries.

    Raises InvalidFiles with the place of each team that has no name there, and of each file that
    cannot be read; RegistryError where an option is no such name itself.
    """
    _refuse_options(naming)
    mistakes: list[Mistake] = []
    lines = [_BEGIN, *_hub(naming)]
    for folder in snapshot.product_folders:
        lines += _product(snapshot, folder, naming, mistakes)
    if mistakes:
        raise InvalidFiles(tuple(sorted(set(mistakes))))
    return "".join(f"{line}\n" for line in [*lines, _END])


def merged(text: str, lines: str) -> str:
    """The text of a CODEOWNERS file with these lines for the former ones, or behind all else.

    Raises RegistryError where it is not clear what the former ones are, and where the file would
    be passed over for its size.
    """
    begins = [each.start() for each in re.finditer(r"^# >>> reg codeowners", text, re.MULTILINE)]
    ends = [each.end() for each in re.finditer(r"^# <<< reg codeowners.*\n?", text, re.MULTILINE)]
    if not begins and not ends:
        gap = "" if not text or text.endswith("\n") else "\n"
        whole = f"{text}{gap}{lines}"
    elif len(begins) == len(ends) == 1 and begins[0] < ends[0]:
        whole = text[: begins[0]] + lines + text[ends[0] :]
    else:
        raise RegistryError(
            "it cannot be told where the lines of the registry begin and end",
            where="CODEOWNERS",
            remedy=f"Take them out with their marks ({_BEGIN[:20]} …, {_END}), and write it again",
        )
    size = len(whole.encode("utf-8"))
    if size >= LARGEST:
        raise RegistryError(
            f"it would have {size:,} bytes, and GitHub passes over a file of {LARGEST:,} or more",
            where="CODEOWNERS",
            remedy="Leave the files of consumers to the owners alone: --owners-only",
        )
    return whole


def _hub(naming: Naming) -> Iterator[str]:
    if naming.hub:
        name = _called(naming.hub, naming)
        yield f"/{REGISTRY} {name}"
        yield f"/.github/ {name}"
        yield f"/{PRODUCTS}/ {name}"


def _product(
    snapshot: Snapshot, folder: str, naming: Naming, mistakes: list[Mistake]
) -> Iterator[str]:
    path = f"{folder}/{PRODUCT}"
    try:
        product = manifests.parse_product(
            snapshot.document(path), folder.rpartition("/")[2], folder
        )
    except InvalidFiles as error:
        mistakes += error.mistakes
        return
    owner = _team(snapshot.document(path), ("owner", "team"), product.owner.team, naming, mistakes)
    if not _writable(folder, mistakes):
        return
    yield f"/{folder}/ {owner}"
    for each in layout.facts(snapshot.files, folder, CONSUMERS) if naming.readers else ():
        try:
            document = snapshot.document(each)
            consumer = manifests.parse_consumer(document, product.name)
        except InvalidFiles as error:
            mistakes += error.mistakes
            continue
        reader = _team(document, ("team",), consumer.team, naming, mistakes)
        if reader != owner and _writable(each, mistakes):
            yield f"/{each} {owner} {reader}"


def _writable(path: str, mistakes: list[Mistake]) -> bool:
    """Whether a path can be a pattern that means just itself."""
    if _PATH.fullmatch(path):
        return True
    what = f"{quoted(path.rpartition('/')[2])} is not a name, and cannot stand in CODEOWNERS"
    remedy = "Rename it: a lower-case letter, then lower-case letters, digits, '_' and '-'"
    mistakes.append(Mistake(Place(path), "name-malformed", what, remedy))
    return False


def _team(
    document: Document, pointer: Pointer, team: str, naming: Naming, mistakes: list[Mistake]
) -> str:
    name = _called(team, naming)
    if not name:
        hint = (
            "" if naming.prefix else "--team-prefix @ORGANISATION/ says whose teams they are; or "
        )
        mistakes.append(
            Mistake(
                document.place(pointer),
                "team-without-handle",
                f"the team {quoted(team)} cannot be named in CODEOWNERS",
                f"{hint}say how it is called there: --team {_shown(team)}=@ORGANISATION/TEAM",
            )
        )
    return name


def _called(team: str, naming: Naming) -> str:
    """What a team is called where the registry is hosted; empty where nothing says so."""
    if team in naming.teams:
        return naming.teams[team]
    if _HANDLE.fullmatch(team) or _MAIL.fullmatch(team):
        return team
    name = f"{naming.prefix}{team}"
    return name if naming.prefix and _HANDLE.fullmatch(name) else ""


def _refuse_options(naming: Naming) -> None:
    if naming.prefix and not _HANDLE.fullmatch(f"{naming.prefix}x"):
        raise RegistryError(
            f"{quoted(naming.prefix)} is not what a team's name begins with",
            where="--team-prefix",
            remedy="Write an organisation as @acme/",
        )
    for team, name in naming.teams.items():
        if not _HANDLE.fullmatch(name) and not _MAIL.fullmatch(name):
            raise RegistryError(
                f"{quoted(name)} is not a user, a team or a mail address",
                where=f"--team {_shown(team)}",
                remedy="Write @user, @organisation/team or an address",
            )
    if naming.hub and not _called(naming.hub, naming):
        raise RegistryError(
            f"the team {quoted(naming.hub)} cannot be named in CODEOWNERS",
            where="--hub",
            remedy="Write @organisation/team, or give --team-prefix",
        )


def _shown(team: str) -> str:
    import shlex

    return shlex.quote(team)
