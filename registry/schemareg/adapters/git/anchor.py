"""The protected branch: a proposal never names it alone.

A proposal has its own registry.yaml, and a branch that names itself there would be compared with
its own last commit. So the name comes from a place that the author of a proposal cannot write: a
setting of this clone, the default branch of the remote and its policy, or the policy at the merge
base of the branches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.git.store import Missing
from schemareg.adapters.git.trees import GitFiles
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.adapters.git.store import Store

SETTING = "reg.protectedBranch"
"""`git config reg.protectedBranch NAME` names the protected branch of one clone."""

_POLICY = "registry.yaml"


class Anchor(NamedTuple):
    """A branch that a proposal is compared with, and the source that names it as protected."""

    branch: str
    source: str


def anchors(store: Store, claimed: str, named: Callable[[bytes], str]) -> tuple[Anchor, ...]:
    """The branches that a proposal is compared with, the trusted one first; nearly always one.

    `claimed` is the name in the proposal; `named` gives the protected branch that the text of a
    registry.yaml names. If the claim is another existing branch, it comes second: a proposal
    must keep the promises of both.
    """
    claim = Anchor(claimed, f"{_POLICY} of the proposal")
    own = store.setting(SETTING)
    if own:
        return _both(store, Anchor(own, f"the setting {SETTING} of this clone"), claim)
    tips = _tips(store)
    default = _default(store, claimed)
    if default is not None and default[1] in tips:
        remote, branch = default
        name = _names(store, tips[branch], named)
        if name and name in tips:
            return _both(store, Anchor(name, f"{_POLICY} of {remote}/{branch}"), claim)
        return _both(store, Anchor(branch, f"the default branch of {remote}"), claim)
    rivals = list(_rivals(store, tips, claimed, named))
    if not rivals:
        return (claim,)
    trusted = [each for each in rivals if each.source != _UNCLEAR]
    return tuple(dict.fromkeys((*trusted, *rivals, *_existing(claim, tips))))


_UNCLEAR = "its own registry.yaml"


def _rivals(
    store: Store, tips: dict[str, str], claimed: str, named: Callable[[bytes], str]
) -> Iterator[Anchor]:
    """Other branches that name themselves as protected, unless the claimed one already was
    protected at their merge base."""
    for branch, tip in tips.items():
        if branch == claimed or _names(store, tip, named) != branch:
            continue
        other = tips.get(claimed)
        fork = store.merge_base(tip, other) if other is not None else None
        name = _names(store, fork, named) if fork is not None else ""
        if name == branch or other is None:
            yield Anchor(branch, f"{_POLICY} as it had landed")
        elif name != claimed:
            yield Anchor(branch, _UNCLEAR)


def _both(store: Store, trusted: Anchor, claim: Anchor) -> tuple[Anchor, ...]:
    if trusted.branch == claim.branch:
        return (trusted,)
    return (trusted, *_existing(claim, _tips(store)))


def _existing(claim: Anchor, tips: dict[str, str]) -> tuple[Anchor, ...]:
    return (claim,) if claim.branch in tips else ()


def _tips(store: Store) -> dict[str, str]:
    """Branch to its newest commit: remote-tracking branches take precedence over local ones."""
    found: dict[str, str] = {}
    for name, commit in store.references().items():
        if name.startswith("refs/heads/"):
            found.setdefault(name.removeprefix("refs/heads/"), commit)
        elif name.startswith("refs/remotes/") and not name.endswith("/HEAD"):
            found[name.split("/", 3)[-1]] = commit
    return found


def _default(store: Store, claimed: str) -> tuple[str, str] | None:
    """The remote with a known default branch, and that branch."""
    own = store.setting(f"branch.{claimed}.remote")
    for remote in dict.fromkeys((*([own] if own else []), "upstream", "origin")):
        target = store.symbolic(f"refs/remotes/{remote}/HEAD")
        if target and target.startswith(f"refs/remotes/{remote}/"):
            return remote, target.removeprefix(f"refs/remotes/{remote}/")
    return None


def _names(store: Store, commit: str, named: Callable[[bytes], str]) -> str:
    """The protected branch in the policy of a commit; `""` if it has none or is not in this
    clone."""
    try:
        return named(GitFiles(store, commit).read(_POLICY))
    except (KeyError, Missing, Undecidable):
        return ""
