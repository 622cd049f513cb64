"""What `reg check` costs against a floor: pygit2 and typer imported, two trees compared by entry ids.

    python tests/benchmarks/bench_check.py [--sizes S,M,L] [--domains] [--folder DIR] [--rounds N]

The change adds a version to each of three products. Registries are made where they are not in DIR
yet (M takes half a minute, L three). Medians of the CPU time of whole processes, children included,
measured in turns; and the memory above the floor's. Gates nothing.

`check, tree` judges the working tree, which Git has to look through: beside it, what `git status`
alone costs there.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.make_registry import SIZES, make
else:
    from make_registry import SIZES, make  # run as a script, this folder is on the path

_ROOT = Path(__file__).parents[2]
_REG = "import sys; sys.argv[0] = 'reg'; from schemareg_cli.main import run; run()"
_FLOOR = r"""
import re, sys
import pygit2, typer
repository = pygit2.Repository(sys.argv[1])
odb, entry = repository.odb, re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.S)
def names(tree):
    return {name: (mode, id) for mode, name, id in entry.findall(odb.read(tree)[1])} if tree else {}
def compare(one, other, path=b""):
    mine, theirs = names(one), names(other)
    for name in sorted(mine.keys() | theirs.keys()):
        a, b = mine.get(name), theirs.get(name)
        if a == b:
            continue
        if (a or b)[0] == b"40000":
            compare(a and a[1].hex(), b and b[1].hex(), path + name + b"/")
        else:
            print((path + name).decode())
compare(*(repository.revparse_single(each).peel(pygit2.Commit).tree_id for each in sys.argv[2:]))
"""


def spent(command: list[str], *, code: int = 0) -> tuple[float, float]:
    """CPU milliseconds and peak megabytes of one process and its children."""
    paths = os.pathsep.join(str(_ROOT / name) for name in ("registry", "cli"))
    process = os.posix_spawn(
        command[0],
        command,
        {**os.environ, "PYTHONPATH": paths, "GIT_OPTIONAL_LOCKS": "0"},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != code:
        raise SystemExit(f"{command[1:]} ended with status {status}")
    return (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024


def programs(registry: Path) -> dict[str, list[str]]:
    """What is measured on one registry, the floor first."""
    git = shutil.which("git")
    if git is None:
        raise SystemExit("git is not on the PATH")
    python = [sys.executable, "-c"]
    check = [*python, _REG, "check", "-C", str(registry), "--base", "main"]
    status = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"]
    return {
        "floor": [*python, _FLOOR, str(registry), "main", "change"],
        "check": [*check, "--head", "change"],
        "check, tree": check,
        "git status": [git, "-C", str(registry), *status, "--", "registry.yaml", "products"],
    }


def measure(registry: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Medians by program; in turns, so that a busy moment hits all alike."""
    runs = programs(registry)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, command in runs.items():
            found[name].append(spent(command))
    return {
        name: (
            statistics.median(cpu for cpu, _ in times[1:]),
            statistics.median(memory for _, memory in times[1:]),
        )
        for name, times in found.items()
    }


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--domains", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    for name in ("registry", "cli"):  # an installed package has its byte code
        compileall.compile_dir(_ROOT / name, quiet=1)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="registries-"))
    print(
        f"{'':4}{'products':>9}{'versions':>9}{'floor ms':>9}{'check':>7}{'ratio':>7}{'MB more':>9}"
        f"{'check, tree':>13}{'git status':>12}"
    )
    for size in given.sizes.split(","):
        registry = folder / f"{size}{'-domains' if given.domains else ''}"
        if not registry.exists():
            make(registry, size, domains=given.domains, checkout=True)
        found = measure(registry, given.rounds)
        floor, check = found["floor"], found["check"]
        products, versions, _ = SIZES[size]
        print(
            f"{size:4}{products:9,}{versions:9,}{floor[0]:9.0f}{check[0]:7.0f}"
            f"{check[0] / floor[0]:7.2f}{check[1] - floor[1]:9.1f}"
            f"{found['check, tree'][0]:13.0f}{found['git status'][0]:12.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
