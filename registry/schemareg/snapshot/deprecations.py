"""The deprecations in the files of one state, landed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.manifests.layout import DEPRECATIONS
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import nearest, quoted

if TYPE_CHECKING:
    from schemareg.model import Deprecation
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


def deprecations(snapshot: Snapshot, product: str) -> tuple[Deprecation, ...]:
    """The deprecations of a product, sorted by path; invalid files are left out."""
    found = []
    for path in snapshot.facts(product, DEPRECATIONS):
        try:
            found.append(manifests.parse_deprecation(snapshot.document(path), product))
        except InvalidFiles:
            continue
    return tuple(found)


def shell_target(target: Target) -> str:
    """A target as a shell argument, quoted where necessary."""
    import shlex

    text = str(target)
    plain = text.replace("#", "").replace("=", "")  # a shell does not interpret them inside a word
    return text if shlex.quote(plain) == plain else shlex.quote(text)


def find_deprecation(snapshot: Snapshot, target: Target, loosens: str = "") -> Deprecation:
    """The deprecation of a target, or of its guarantee that `loosens` names.

    Raises RegistryError if there is none or more than one.
    """
    announced = deprecations(snapshot, target.product)
    found = [each for each in announced if each.target == target]
    if loosens or len(found) > 1:
        chosen = [each for each in found if each.loosens == loosens]
        found = chosen or ([] if loosens else found)
    if len(found) == 1:
        return found[0]
    if found:
        raise RegistryError(
            f"{len(found)} files announce a change of {quoted(target)}:"
            f" {' and '.join(each.path for each in found)}",
            remedy=f"Name the guarantee: --loosens {found[0].loosens or found[1].loosens}",
        )
    what = (
        f"that {quoted(target)} loosens {loosens}"
        if loosens
        else f"the removal of {quoted(target)}"
    )
    near = nearest(str(target), [str(each.target) for each in announced])
    raise RegistryError(
        f"no deprecation announces {what}",
        remedy=f"Did you mean {near}?"
        if near
        else f"To announce it: reg deprecate {shell_target(target)} --reason …",
    )
