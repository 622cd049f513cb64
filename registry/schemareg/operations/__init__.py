"""The use cases of the registry: everything that a command of `reg` does, for any program.

An operation takes plain values and the folder of a registry, and returns a value. It prints
nothing, reads no argument or standard input, and does not end the process; what takes long reports
to a `progress` callback. The modules:

- `check`: check a change, check landings again, validate files, the consumers that a change breaks
- `lookup`: products, schemas, versions, their differences and consumers
- `deprecations`: status, sunsets, timeline and waivers
- `authoring`: write deprecations, waivers and consumers' files; commit, push, propose
- `setup`: registries, products, schemas, drafts; `codeowners`: CODEOWNERS
- `log`: what landed, and who introduced each field
- `audit`: verification, checkpoints, proofs and exports; `scan`: other repositories
- `compat`: two schema files, or many pairs, without a registry
- `notify`, `github`: notifications, their ledger, comments and issues
- `demo`: the demonstration

Errors are `schemareg.model.errors`: RegistryError, InvalidFiles and Undecidable.
"""

from importlib import import_module
from types import ModuleType

_MODULES = frozenset(
    (
        *("audit", "authoring", "check", "codeowners", "compat", "demo", "deprecations", "edits"),
        *("github", "log", "lookup", "notify", "scan", "setup"),
    )
)


def __getattr__(name: str) -> ModuleType:
    """Import a module of this package when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
