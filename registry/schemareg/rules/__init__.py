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


def find(name: str) -> Rule | None:
    """The rule of this id, or None. Loads families until one has it, those of the formats first."""
    known: dict[str, Rule] | None = globals().get("CATALOGUE")
    if known is not None:
        return known.get(name)
    families = sorted(_families(), key=lambda each: not each.startswith("schemareg.formats."))
    found = (rule for family in families for rule in import_module(family).RULES)
    return next((rule for rule in found if rule.id == name), None)


def __getattr__(name: str) -> object:
    """Gather the catalogue when it is first asked for: a check that finds nothing needs none."""
    if name != "CATALOGUE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    catalogue: dict[str, Rule] = {}
    for family in _families():
        for rule in import_module(family).RULES:
            if rule.id in catalogue:
                raise ValueError(f"two rules are called {rule.id}")
            catalogue[rule.id] = rule
    globals()[name] = catalogue
    return catalogue


def _families() -> list[str]:
    # By name: this room is below the formats that declare rules, and imports none of them.
    formats = import_module("schemareg.formats.catalogue").rule_families()
    return [name for each in _FAMILIES for name in ((each,) if each else formats)]
