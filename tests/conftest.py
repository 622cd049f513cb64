"""What several test files share."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.doubles.github import GitHub
    from tests.doubles.receivers import Certificates, Hook, Mailbox

# The laws look at the same examples each time, so that a run says something of the change alone.
# To search for new ones: HYPOTHESIS_PROFILE=search pytest tests/properties
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite tests/golden; review the diff as prose",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the file of that name in tests/golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8"), f"see tests/golden/{name}"

    return compare


class Repo:
    """A real Git repository in a temporary folder, with fixed people and dates."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str, on: date = date(2026, 3, 1), fails: bool = False) -> str:
        """What a git command prints; it must succeed, unless told that it fails."""
        moment = f"{on.isoformat()}T12:00:00+00:00"
        person = {"NAME": "Ada Lovelace", "EMAIL": "ada@example.com", "DATE": moment}
        told = {f"GIT_{who}_{what}": it for what, it in person.items() for who in _PEOPLE}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        kept = {name: it for name, it in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            capture_output=True,
            check=False,
            env=kept | told | quiet,
        )
        assert (done.returncode != 0) is fails, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files into the working tree; None removes one."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        on: date = date(2026, 3, 1),
    ) -> str:
        """Write files, commit them, and return the id of the commit."""
        self.write(files)
        if files:
            self.git("add", "--force", "--", *files)
        self.git("commit", "--quiet", "--allow-empty", "-m", message, on=on)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        """Go on in a new branch."""
        self.git("checkout", "--quiet", "-b", name)

    def checkout(self, revision: str) -> None:
        """Go to a branch or commit."""
        self.git("checkout", "--quiet", revision)

    def merge(self, branch: str, *, on: date = date(2026, 3, 1)) -> str:
        """Land a branch with a merge commit, and return its id."""
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch, on=on)
        return self.git("rev-parse", "HEAD")


_PEOPLE = ("AUTHOR", "COMMITTER")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository whose branch is `main`."""
    return Repo(tmp_path / "registry")


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Makes further repositories: a name, and options of `git init`."""
    return lambda name, *options: Repo(tmp_path / name, *options)


@pytest.fixture
def reg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in this process; its exit code, stdout and stderr."""
    from schemareg_cli.main import main

    for name in ("COLUMNS", "NO_COLOR", "REG_DEBUG"):  # pytest-xdist sets the first one
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A server on loopback that plays GitHub's API; see tests/doubles/github.py."""
    from tests.doubles.github import serving

    with serving() as double:
        yield double


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A web hook on loopback; see tests/doubles/receivers.py."""
    from tests.doubles.receivers import receiving

    with receiving() as double:
        yield double


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on loopback, without TLS; see tests/doubles/receivers.py."""
    from tests.doubles.receivers import posting

    with posting() as double:
        yield double


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """Certificates for servers on loopback, trusted in this process and what it starts."""
    from tests.doubles.receivers import Certificates

    found = Certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.bundle))
    return found
