"""What it costs to ask where a promise stands, against what Git takes to count the landings.

    python tests/benchmarks/bench_time.py [--sizes S,M] [--folder DIR] [--announced N] [--rounds N]

Registries are made where they are not in DIR yet, and N deprecations land on each. The least CPU
time of whole processes, children included, measured in turns with a warm index, and the ratio to
`git rev-list --first-parent --count` of the same repository (at most 3 x). What every command costs
before it does anything (Python, Typer, YAML) stands beside it: at this size that is the larger part.
Gates nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
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

_REG = "import sys; sys.argv[0] = 'reg'; from schemareg_cli.main import run; run()"
_START = "import typer, yaml, sqlite3, json"
_BEGIN = 1_700_000_000


def announce(registry: Path, count: int) -> str:
    """Land deprecations of so many fields, five a landing; the target of the last one."""
    listed = _git(registry, "ls-tree", "-r", "--name-only", "main", "products").splitlines()
    latest: dict[str, str] = {}
    for path in listed:
        if "/schemas/" in path:
            latest[path.rpartition("/")[0]] = path
    folders = sorted(latest)[:: max(len(latest) // count, 1)][:count]
    lines: list[str] = []
    target = ""
    for at in range(0, len(folders), 5):
        moment = _BEGIN + at * 3600
        lines.append("commit refs/heads/main\n")
        lines.append(f"committer Registry Bench <bench@example.com> {moment} +0000\n")
        lines.append("data 8\nAnnounce\n")
        lines += ["from refs/heads/main^0\n"] if at == 0 else []
        for folder in folders[at : at + 5]:
            product, schema = folder.split("/")[-3], folder.split("/")[-1]
            target = f"{product}/{schema}#created_at"
            text = f"target: {target}\nsunset: 2027-03-01\nreason: It goes.\n"
            path = f"{folder.rpartition('/schemas/')[0]}/deprecations/{schema}-created_at.yaml"
            lines.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    subprocess.run(
        ["git", "-C", str(registry), "fast-import", "--quiet"],
        input="".join(lines).encode(),
        check=True,
    )
    return target


def measure(registry: Path, target: str, rounds: int) -> dict[str, float]:
    """Least CPU milliseconds of each program."""
    git = shutil.which("git")
    if git is None:
        raise SystemExit("git is not on the PATH")
    reg = [sys.executable, "-c", _REG, "-C", str(registry)]
    day = ["--today", "2026-11-22"]
    programs = {
        "git rev-list --count": [
            *(git, "-C", str(registry), "rev-list", "--first-parent", "--count", "main"),
        ],
        "python, typer, yaml": [sys.executable, "-c", _START],
        "reg status FIELD": [*reg, "status", target, *day],
        "reg when FIELD": [*reg, "when", target, *day],
        "reg sunsets": [*reg, "sunsets", *day],
        "reg sunsets --within": [*reg, "sunsets", "--within", "30d", *day],
    }
    found: dict[str, float] = {}
    for name, command in programs.items():
        spent(command)  # once for the byte code and the index
        found[name] = 1e9
    for _ in range(rounds):
        for name, command in programs.items():
            found[name] = min(found[name], spent(command)[0])
    return found


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def main() -> None:
    """Print a table a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="M", help=f"of {', '.join(SIZES)}")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--announced", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="bench-time-"))
    for size in given.sizes.split(","):
        registry = folder / f"time-{size}-{given.announced}"
        if not registry.exists():
            make(registry, size)
            announce(registry, given.announced)
        target = _git(registry, "grep", "-h", "^target:", "main", "--", "products")
        found = measure(registry, target.splitlines()[-1].split(": ")[1], given.rounds)
        floor = found["git rev-list --count"]
        print(f"{size}, {given.announced} announced{'':6}{'CPU ms':>8}{'ratio':>8}")
        for name, milliseconds in found.items():
            print(f"{name:24}{milliseconds:8.0f}{milliseconds / floor:8.2f}")


if __name__ == "__main__":
    main()
