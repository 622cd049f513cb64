"""What a product may change of the hub's policy, and what then counts for it.

Stricter means: everything found under the policy is found under the product's own wish too.

- `level`: it asks in every direction the policy asks in, and is transitive where the policy is.
- `scope`: `latest` < `supported` < `all`.
- `content`: `declared` < `open`; a writer that may write undeclared properties can break more.
- `undecided`: `warn` < `fail`.
- `formats` has no stricter side: as an assertion it binds the writer and the reader alike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.model import Compatibility, Content, Level, Overrides, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.model import Policy, Product

_SCOPES = (Scope.LATEST, Scope.SUPPORTED, Scope.ALL)
_CONTENTS = (Content.DECLARED, Content.OPEN)


def changed(base: Compatibility, wishes: Mapping[str, str]) -> Compatibility:
    """`base` with the values that a `compatibility:` mapping states."""
    values: dict[str, object] = {}
    if "level" in wishes:
        values["level"] = Level[wishes["level"]]
    if "scope" in wishes:
        values["scope"] = Scope(wishes["scope"])
    if "content" in wishes:
        values["content"] = Content(wishes["content"])
    if "formats" in wishes:
        values["formats"] = wishes["formats"] == "assertion"
    if "undecided" in wishes:
        values["undecided"] = wishes["undecided"]
    return replace(base, **values)  # type: ignore[arg-type]


def effective(policy: Policy, product: Product) -> Compatibility:
    """What counts for a product: the policy, with those of the product's wishes that it allows."""
    barred = {name for name, _ in refused(policy, product)}
    allowed = {name: value for name, value in product.compatibility.items() if name not in barred}
    return changed(policy.compatibility, allowed)


def tightened(policy: Policy, earlier: Policy) -> Policy:
    """`policy`, with whatever `earlier` asks for and it does not.

    `formats` has no stricter side, and stays as the policy says; all that is not asked of a change,
    such as channels, as well.
    """
    return replace(
        policy,
        compatibility=stricter(policy.compatibility, earlier.compatibility),
        overrides=min(policy.overrides, earlier.overrides, key=list(Overrides).index),
        windows={
            each: max(policy.windows.get(each, 0), earlier.windows.get(each, 0))
            for each in {**policy.windows, **earlier.windows}
        },
    )


def stricter(policy: Compatibility, earlier: Compatibility) -> Compatibility:
    """`policy`, with whatever `earlier` asks for and it does not."""
    asked = zip(policy.level.value, earlier.level.value, strict=True)
    return replace(
        policy,
        level=Level(tuple(one or other for one, other in asked)),
        scope=max(policy.scope, earlier.scope, key=_SCOPES.index),
        content=max(policy.content, earlier.content, key=_CONTENTS.index),
        undecided="fail" if "fail" in (policy.undecided, earlier.undecided) else "warn",
    )


def refused(policy: Policy, product: Product) -> tuple[tuple[str, str], ...]:
    """The wishes of a product that its registry's policy does not allow, each with the reason."""
    found = []
    for name, value in product.compatibility.items():
        wished = changed(policy.compatibility, {name: value})
        if wished == policy.compatibility or policy.overrides is Overrides.ANYTHING:
            continue
        if policy.overrides is Overrides.NOTHING:
            found.append((name, "registry.yaml allows no product to change this"))
        elif not _stricter(policy.compatibility, wished):
            found.append((name, "registry.yaml allows only what is stricter than itself"))
    return tuple(found)


def _stricter(policy: Compatibility, wished: Compatibility) -> bool:
    return (
        set(wished.level.directions) >= set(policy.level.directions)
        and wished.level.transitive >= policy.level.transitive
        and _SCOPES.index(wished.scope) >= _SCOPES.index(policy.scope)
        and _CONTENTS.index(wished.content) >= _CONTENTS.index(policy.content)
        and wished.formats == policy.formats
        and (wished.undecided == "fail" or policy.undecided == "warn")
    )
