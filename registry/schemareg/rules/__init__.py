"""The rules that name findings."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.rules.rule import Rule

    CATALOGUE: dict[str, Rule]
    """Every rule of a finding, by id, family after family."""

_FAMILIES = (
    "schemareg.rules.versions",
    "schemareg.rules.semantics",
    "schemareg.rules.deprecation",
    "schemareg.rules.policies",
    "",
    "schemareg.rules.files",
    "schemareg.rules.audit",
)
"""The modules that declare rules; `""` is where those of the formats come."""


def __getattr__(name: str) -> object:
    """Gather the catalogue when it is first asked for: a check that finds nothing needs none."""
    if name != "CATALOGUE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    catalogue: dict[str, Rule] = {}
    # By name: a rule is below the formats that declare some, and sees none of them.
    formats = import_module("schemareg.formats.catalogue").rule_families()
    families = (one for each in _FAMILIES for one in ((each,) if each else formats))
    for family in families:
        for rule in import_module(family).RULES:
            if rule.id in catalogue:
                raise ValueError(f"two rules are called {rule.id}")
            catalogue[rule.id] = rule
    globals()[name] = catalogue
    return catalogue
