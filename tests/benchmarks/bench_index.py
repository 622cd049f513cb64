"""What the history of a registry costs, against what Git itself takes for the same.

    python tests/benchmarks/bench_index.py [--sizes S,M,L] [--domains] [--folder DIR] [--rounds N]

Registries are made where they are not in DIR yet (M takes half a minute, L some minutes). The least
CPU time of whole processes, children included, measured in turns; and the memory. Gates nothing.

`cold` builds the index, beside `git log --first-parent --raw`: at most 2 x. In processes that have
imported Typer: `warm` asks for the landing of one path, and `warm, all` for every deprecation there
ever was, beside `git rev-list --first-parent --count`: at most 3 x. `one more` takes up one landing,
beside a process that only imports Typer and a `git diff-tree`: at most 2 x.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.bench_check import spent
    from tests.benchmarks.make_registry import SIZES, make
else:
    from bench_check import spent  # run as a script, this folder is on the path
    from make_registry import SIZES, make

_ASK = """
import sys
from schemareg.adapters.history.history import history
with history(sys.argv[1], sys.argv[2]) as found:
    {question}
"""
_LANDED = "assert found.landed('registry.yaml')"


_TYPER = "import typer\n"


def _asking(registry: Path, question: str = _LANDED, head: str = "main") -> list[str]:
    return [sys.executable, "-c", _ASK.format(question=question), str(registry), head]


def _with_typer(command: list[str]) -> list[str]:
    python, option, code, *rest = command
    return [python, option, _TYPER + code, *rest]


def measure(registry: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Least CPU milliseconds, and peak megabytes, of each program."""
    git = shutil.which("git")
    if git is None:
        raise SystemExit("git is not on the PATH")
    index, before = registry / "reg", registry / "reg-before"
    here = [git, "-C", str(registry)]
    programs = {
        "git rev-list --count": [*here, "rev-list", "--first-parent", "--count", "main"],
        "git log --raw": [*here, "log", "--first-parent", "--raw", "main"],
        "git diff-tree": [*here, "diff-tree", "-r", "--raw", "main^", "main"],
        "typer": [sys.executable, "-c", _TYPER],
        "cold": _asking(registry),
        "warm": _with_typer(_asking(registry)),
        "warm, all": _with_typer(_asking(registry, "found.changes_within('deprecations')")),
        "one more": _with_typer(_asking(registry)),
    }
    shutil.rmtree(index, ignore_errors=True)
    shutil.rmtree(before, ignore_errors=True)
    spent(_asking(registry, head="main^"))
    index.rename(before)
    found: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, command in programs.items():
            if name in {"cold", "one more"}:
                shutil.rmtree(index, ignore_errors=True)
            if name == "one more":
                shutil.copytree(before, index)
            found[name] = min(found.get(name, (1e9, 0)), spent(command))
    shutil.rmtree(before)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--domains", action="store_true", help="products/<domain>/<product>/")
    parser.add_argument("--folder", type=Path, help="where registries are, or are to be made")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        for size in given.sizes.split(","):
            registry = folder / f"index-{size}{'-domains' if given.domains else ''}"
            if not registry.exists():
                make(registry, size, domains=given.domains)
            show(size, measure(registry, given.rounds))


def show(size: str, found: dict[str, tuple[float, float]]) -> None:
    """One registry's part of the table."""
    products, versions, commits = SIZES[size]
    print(f"\n{size}: {products} products, {versions} versions, {commits} commits")
    costs = {name: cost for name, (cost, _) in found.items()}
    floors = {
        "cold": costs["git log --raw"],
        "warm": costs["git rev-list --count"],
        "warm, all": costs["git rev-list --count"],
        "one more": costs["typer"] + costs["git diff-tree"],
    }
    for name, (cost, memory) in found.items():
        ratio = f"{cost / floors[name]:6.2f} x" if name in floors else " " * 8
        print(f"  {name:22}{cost:9.0f} ms{ratio}{memory:7.0f} MB")


if __name__ == "__main__":
    main()
