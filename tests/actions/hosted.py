"""A registry at a forge: what people do to it there, and all that runs of it."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.actions.forge import forge
from tests.actions.runner import Event, Run, Runner

from schemareg.authoring import workflows
from schemareg.documents import parse_yaml
from schemareg.manifests import parse_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import Repo
    from tests.doubles.github import GitHub

TOP = Path(__file__).parents[2]
NOTHING = "0" * 40
"""What a push says was there before, where nothing was."""


@contextmanager
def hosted(
    folder: Path,
    clone: Repo,
    github: GitHub,
    files: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
) -> Iterator[Hosted]:
    """A registry with these files and the workflows that belong to them, at a forge."""

    def granted(token: str, permissions: Mapping[str, str]) -> None:
        github.tokens[token] = "github-actions[bot]"
        if "write" not in (permissions.get("issues"), permissions.get("pull-requests")):
            github.readonly.add(token)

    policy = parse_registry(parse_yaml(files["registry.yaml"].encode(), "registry.yaml"))
    given = workflows.files("nothing: it is installed already", policy)
    with forge(folder / "forge") as place:
        runner = Runner(
            place,
            folder / "runs",
            secrets=secrets,
            environment={
                "GITHUB_API_URL": github.url,
                "GITHUB_GRAPHQL_URL": f"{github.url}/graphql",
            },
            prepare=tools,
            granted=granted,
        )
        held = Hosted(clone, runner, github)
        held.land({**given, **files}, "Begin")
        yield held


class Hosted:
    """A registry at a forge, a clone of it to work in, and what runs its workflows."""

    def __init__(self, clone: Repo, runner: Runner, github: GitHub) -> None:
        self.clone = clone
        self.forge = runner.forge
        self.runner = runner
        self.github = github
        self.clone.git("remote", "add", "origin", str(self.forge.path))

    def land(
        self,
        files: Mapping[str, str | None],
        message: str = "Change",
        *,
        on: date = date(2026, 3, 1),
    ) -> str:
        """Commit on the current branch and push it; the commit."""
        commit = self.clone.commit(files, message, on=on)
        self.clone.git("push", "--quiet", "--force", "origin", "HEAD")
        return commit

    def proposes(self, branch: str, files: Mapping[str, str | None], number: int = 7) -> str:
        """Open a pull request with a commit on a new branch; its head."""
        self.clone.git("checkout", "--quiet", "-b", branch, "main")
        head = self.clone.commit(files, f"Propose {branch}")
        self._offer(head, number)
        return head

    def amends(self, files: Mapping[str, str | None], number: int = 7) -> str:
        """One commit more on the pull request's branch."""
        head = self.clone.commit(files, "And this")
        self._offer(head, number)
        return head

    def _offer(self, head: str, number: int) -> None:
        branch = self.clone.git("symbolic-ref", "--short", "HEAD")
        self.clone.git("checkout", "--quiet", "--detach", "main")
        self.clone.git("merge", "--quiet", "--no-ff", "-m", f"Merge {head} into main", head)
        refs = [f"HEAD:refs/pull/{number}/merge", f"{head}:refs/pull/{number}/head"]
        self.clone.git("push", "--quiet", "--force", "origin", *refs)
        self.clone.git("checkout", "--quiet", branch)

    def pull_request(
        self, action: str = "opened", *, number: int = 7, owner: str = "acme", **more: Any
    ) -> list[Run]:
        """Something about a pull request, and all that runs of it."""
        head = self.forge.git("rev-parse", f"refs/pull/{number}/head")
        merge = self.forge.git("rev-parse", f"refs/pull/{number}/merge")
        branch = more.pop("branch", "topic")
        self.github.pull(number, head, branch=branch, owner=owner)
        pull = {
            "number": number,
            "title": more.pop("title", "A change"),
            "head": {"sha": head, "ref": branch, "repo": {"full_name": f"{owner}/registry"}},
            "base": {"ref": "main", "sha": self.forge.git("rev-parse", "refs/heads/main")},
        }
        payload = {"action": action, "number": number, "pull_request": pull, **more}
        event = Event("pull_request", merge, f"refs/pull/{number}/merge", payload)
        event.head_sha, event.head_branch = head, branch
        event.head_repository, event.fork = f"{owner}/registry", owner != "acme"
        return self.runner.happens(event)

    def pushed(self, before: str, after: str, *, forced: bool = False) -> list[Run]:
        """Commits were pushed to main, and all that runs of it."""
        payload = {"ref": "refs/heads/main", "before": before, "after": after, "forced": forced}
        event = Event("push", after, "refs/heads/main", payload)
        event.head_sha, event.head_branch = after, "main"
        return self.runner.happens(event)

    def at_main(self, name: str, payload: Mapping[str, Any]) -> list[Run]:
        """Something that is about no commit: a schedule, or a workflow that was started by hand."""
        tip = self.forge.git("rev-parse", "refs/heads/main")
        return self.runner.happens(Event(name, tip, "refs/heads/main", dict(payload)))

    def queue(self, base: str, head: str) -> list[Run]:
        """The merge queue tries a commit on top of another; the check's runs."""
        ref = f"gh-readonly-queue/main/pr-7-{base}"
        self.clone.git("push", "--quiet", "--force", "origin", f"{head}:refs/heads/{ref}")
        group = {"base_sha": base, "head_sha": head, "base_ref": "refs/heads/main"}
        payload = {"action": "checks_requested", "merge_group": group}
        event = Event("merge_group", head, f"refs/heads/{ref}", payload)
        event.head_sha, event.head_branch = head, ref
        return self.runner.happens(event)


def tools(folder: Path) -> None:
    """What the action finds installed in a job already: this checkout's `reg`."""
    command = folder / "reg" / "bin" / "reg"
    command.parent.mkdir(parents=True)
    roots = ":".join(str(TOP / each) for each in ("registry", "cli"))
    start = "from schemareg_cli.main import run; run()"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(roots)} exec {shlex.quote(sys.executable)} -c "{start}" "$@"\n'
    )
    command.chmod(0o755)
