"""The rules that name findings."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.rules.rule import Rule

    CATALOGUE: dict[str, Rule]
    """Every rule of a finding, by id, family after family."""

_FAMILIES = (
    "rules.versions",
    "rules.semantics",
    "rules.deprecation",
    "rules.policies",
    "formats.json_schema.rules",
    "rules.files",
    "rules.audit",
)


def __getattr__(name: str) -> object:
    """Gather the catalogue when it is first asked for: a check that finds nothing needs none."""
    if name != "CATALOGUE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    catalogue: dict[str, Rule] = {}
    for family in _FAMILIES:
        for rule in import_module(f"schemareg.{family}").RULES:
            if rule.id in catalogue:
                raise ValueError(f"two rules are called {rule.id}")
            catalogue[rule.id] = rule
    globals()[name] = catalogue
    return catalogue
