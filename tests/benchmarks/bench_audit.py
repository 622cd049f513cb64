"""What the audit costs, against what Git itself takes for the same.

    python tests/benchmarks/bench_audit.py [--sizes S,M,L,XL] [--domains] [--folder DIR] [--rounds N]

Registries are made where they are not in DIR yet (M takes half a minute, L some minutes). The least
CPU time of whole processes, children included, measured in turns; and the memory.
`tests/audit/test_size.py` holds T to the bounds below.

`full` is `audit verify --full`, beside `git log --first-parent --raw -m`: at most 3 x. `more` takes up
one more landing, beside a process that only imports Typer and a `git diff-tree`: goal 2 x; so does
`log`, of one product, beside the process alone.
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
_START = "import typer"


def programs(registry: Path, product: str) -> dict[str, list[str]]:
    """What is measured on one registry, but for `older`, which stores progress one landing back."""
    git = shutil.which("git")
    if git is None:
        raise SystemExit("git is not on the PATH")
    asked = [git, "-C", str(registry)]
    python = [sys.executable, "-c"]
    reg = [*python, _REG, "-C", str(registry)]
    return {
        "git log": [*asked, "log", "--first-parent", "--raw", "-m", "main"],
        "git diff-tree": [*asked, "diff-tree", "-r", "main^", "main"],
        "start": [*python, _START],
        "full": [*reg, "audit", "verify", "--full"],
        "older": [*reg, "audit", "verify", "--full"],
        "more": [*reg, "audit", "verify"],
        "log": [*reg, "log", "--at", "main", product],
    }


def measure(registry: Path, rounds: int) -> tuple[dict[str, float], float]:
    """The least CPU milliseconds by program, and the peak memory of a full run."""
    product = _product(registry)
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for name, command in programs(registry, product).items():
            if name == "older":  # progress is stored for the protected branch itself
                tip = _move(registry, "main^")
            found.setdefault(name, []).append(spent(command))
            if name == "older":
                _move(registry, tip)
    least = {name: min(cpu for cpu, _ in times) for name, times in found.items()}
    return least, max(memory for _, memory in found["full"])


def _move(registry: Path, to: str) -> str:
    """The commit of the branch, which is then moved to another one; the working tree stays."""
    asked = ["git", "-C", str(registry)]
    tip = subprocess.run(
        [*asked, "rev-parse", "main"], capture_output=True, check=True, text=True
    ).stdout.strip()
    subprocess.run([*asked, "update-ref", "refs/heads/main", to], check=True)
    return tip


def _product(registry: Path) -> str:
    listed = subprocess.run(
        ["git", "-C", str(registry), "ls-tree", "-r", "--name-only", "main", "products/"],
        capture_output=True,
        check=True,
        text=True,
    )
    found = (path for path in listed.stdout.splitlines() if path.endswith("/product.yaml"))
    return next(found).split("/")[-2]


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--domains", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="registries-"))
    print(
        f"{'':4}{'git log ms':>11}{'full':>8}{'ratio':>7}{'MB':>6}"
        f"{'start+diff':>12}{'more':>7}{'ratio':>7}{'start':>7}{'log':>7}{'ratio':>7}"
    )
    for size in given.sizes.split(","):
        if size not in SIZES:
            raise SystemExit(f"{size} is none of {', '.join(SIZES)}")
        registry = folder / f"{size}{'-domains' if given.domains else ''}"
        if not registry.exists():
            make(registry, size, domains=given.domains, checkout=True)
        cpu, memory = measure(registry, given.rounds)
        floor = cpu["start"] + cpu["git diff-tree"]
        print(
            f"{size:4}{cpu['git log']:11.0f}{cpu['full']:8.0f}"
            f"{cpu['full'] / cpu['git log']:7.2f}{memory:6.0f}"
            f"{floor:12.0f}{cpu['more']:7.0f}{cpu['more'] / floor:7.2f}"
            f"{cpu['start']:7.0f}{cpu['log']:7.0f}{cpu['log'] / cpu['start']:7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
