"""Workflows of GitHub Actions, run as they stand in a repository, event by event.

Events and their filters, jobs that need jobs, permissions that a token really has, workflows that
follow others. What a job does is in `machine`. What it does not know it refuses.

Source: GitHub Docs, "Workflow syntax", "Events that trigger workflows", "Contexts".
"""

from __future__ import annotations

import fnmatch
import re
import secrets as random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.actions.expressions import Expressions
from tests.actions.forge import NAME
from tests.actions.machine import Job, Machine, Site

from schemareg.documents import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tests.actions.forge import Forge


@dataclass
class Event:
    """Something happened in the repository."""

    name: str
    sha: str
    ref: str
    payload: dict[str, Any] = field(default_factory=dict)
    head_sha: str = ""
    """The commit that people pushed; `sha` is what is tried, such as a merge commit."""
    head_branch: str = ""
    head_repository: str = NAME
    fork: bool = False
    """Whether it comes from a fork: no secrets, and a token that only reads."""

    @property
    def action(self) -> str:
        """Which activity of the event it is."""
        return str(self.payload.get("action", ""))


@dataclass
class Run:
    """What became of a workflow."""

    id: int
    workflow: str
    path: str
    event: Event
    number: int
    attempt: int = 1
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def conclusion(self) -> str:
        """`success` where no job failed."""
        ended = [each.conclusion for each in self.jobs.values()]
        if "failure" in ended:
            return "failure"
        return "success" if "success" in ended else "skipped"

    @property
    def log(self) -> str:
        """All that its jobs printed."""
        return "".join(f"=== {each.name}\n{each.log}" for each in self.jobs.values())


class Runner:
    """Runs what a repository's workflows ask for, event by event."""

    def __init__(
        self,
        forge: Forge,
        folder: Path,
        *,
        secrets: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        prepare: Callable[[Path], None] = lambda _: None,
        granted: Callable[[str, Mapping[str, str]], None] = lambda _token, _permissions: None,
    ) -> None:
        """`environment`: what every machine has. `prepare` gets the folder for temporary files of
        each job, `granted` each token with its permissions."""
        self.forge = forge
        self.artifacts = folder / "artifacts"
        self.folder = folder
        self.secrets = dict(secrets or {})
        self.environment = dict(environment or {})
        self.prepare = prepare
        self.granted = granted
        self.only: set[str] = set()
        """The workflows that run; where nothing is said, all that listen."""
        self._count = 100
        self._numbers: Counter[str] = Counter()

    def happens(self, event: Event) -> list[Run]:
        """The runs of every workflow that listens to an event, and of those that listen to them."""
        found = []
        for path, workflow in self._workflows(event):
            if event.payload.get("workflow", path) != path or not _listens(workflow["on"], event):
                continue
            if self.only and workflow["name"] not in self.only:
                continue
            self._count += 1
            self._numbers[path] += 1
            run = Run(self._count, workflow["name"], path, event, self._numbers[path])
            found += self._carried_out(run, workflow)
        return found

    def again(self, run: Run) -> list[Run]:
        """The same run another time, as when somebody asks for it: same event, same commit."""
        text = self.forge.file(run.event.sha, run.path)
        workflow = parse_yaml(text.encode(), run.path).value
        return self._carried_out(replace(run, attempt=run.attempt + 1, jobs={}), workflow)

    def _workflows(self, event: Event) -> Iterable[tuple[str, Any]]:
        folder = ".github/workflows"
        names = self.forge.git("ls-tree", "--name-only", event.sha, f"{folder}/").splitlines()
        for path in names:
            yield path, parse_yaml(self.forge.file(event.sha, path).encode(), path).value

    def _carried_out(self, run: Run, workflow: Any) -> list[Run]:
        runner = _Workflow(self, run, workflow)
        runner.carry_out()
        if run.event.name == "workflow_run":
            return [run]
        return [run, *self.happens(self._completed(run))]

    def _completed(self, run: Run) -> Event:
        tip = self.forge.git("rev-parse", "refs/heads/main")
        number = run.event.payload.get("number")
        told = {
            "id": run.id,
            "name": run.workflow,
            "event": run.event.name,
            "head_sha": run.event.head_sha or run.event.sha,
            "head_branch": run.event.head_branch,
            "head_repository": {
                "full_name": run.event.head_repository,
                "owner": {"login": run.event.head_repository.partition("/")[0]},
            },
            "run_number": run.number,
            "run_attempt": run.attempt,
            "conclusion": run.conclusion,
            "pull_requests": [] if run.event.fork or not number else [{"number": number}],
        }
        payload = {"action": "completed", "workflow_run": told}
        return Event("workflow_run", tip, "refs/heads/main", payload)


def _listens(wanted: Any, event: Event) -> bool:
    """Whether a workflow's `on` is met by an event."""
    if isinstance(wanted, str):
        wanted = [wanted]
    if isinstance(wanted, list):
        wanted = dict.fromkeys(wanted)
    if event.name not in wanted:
        return False
    how = wanted[event.name]
    if event.name == "schedule":
        assert all(re.fullmatch(r"\S+( \S+){4}", each["cron"]) for each in how)
        return True
    how = how or {}
    unknown = set(how) - {"types", "branches", "workflows", "inputs"}
    assert not unknown, f"the runner does not know {unknown}"
    if (
        event.name == "workflow_run"
        and event.payload["workflow_run"]["name"] not in how["workflows"]
    ):
        return False
    types = how.get("types", ["opened", "synchronize", "reopened"])
    if event.name in ("pull_request", "workflow_run") and event.action not in types:
        return False
    branch = event.ref.removeprefix("refs/heads/")
    return event.name != "push" or any(
        fnmatch.fnmatchcase(branch, each) for each in how.get("branches", ["*"])
    )


class _Workflow:
    """One run on its way."""

    def __init__(self, runner: Runner, run: Run, workflow: Any) -> None:
        self.runner = runner
        self.run = run
        self._workflow = workflow
        assert workflow["permissions"] == {}, "a job names what it may do"

    def carry_out(self) -> None:
        concurrency = self._workflow.get("concurrency")
        if concurrency:
            inputs = self.run.event.payload.get("inputs", {})
            known = Expressions({"github": self.github(""), "inputs": inputs})
            assert known.text(concurrency["group"])
        waiting = dict(self._workflow["jobs"])
        while waiting:
            ready = [name for name, job in waiting.items() if not set(_needs(job)) & set(waiting)]
            assert ready, f"{list(waiting)} need each other"
            for name in ready:
                self.run.jobs[name] = self._job(name, waiting.pop(name))

    def github(self, token: str) -> dict[str, Any]:
        """The context `github`."""
        event, forge = self.run.event, self.runner.forge
        pull = event.payload.get("pull_request", {})
        return {
            "actor": "ada",
            "api_url": f"{forge.url}/api/v3",
            "base_ref": pull.get("base", {}).get("ref", ""),
            "event": event.payload,
            "event_name": event.name,
            "head_ref": pull.get("head", {}).get("ref", ""),
            "ref": event.ref,
            "ref_name": event.ref.removeprefix("refs/heads/").removeprefix("refs/"),
            "repository": NAME,
            "repository_owner": NAME.partition("/")[0],
            "run_attempt": str(self.run.attempt),
            "run_id": str(self.run.id),
            "run_number": str(self.run.number),
            "server_url": forge.url,
            "sha": event.sha,
            "token": token,
            "workflow": self.run.workflow,
        }

    def _job(self, name: str, asked: Any) -> Job:
        needs = {each: self.run.jobs[each] for each in _needs(asked)}
        fine = all(each.conclusion == "success" for each in needs.values())
        status = {
            "success": lambda: fine,
            "failure": lambda: any(each.conclusion == "failure" for each in needs.values()),
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        contexts = {
            "github": self.github(""),
            "needs": {
                each.id: {"result": each.conclusion, "outputs": each.outputs}
                for each in needs.values()
            },
            "inputs": self.run.event.payload.get("inputs", {}),
        }
        expressions = Expressions(contexts, status)
        permissions = {} if asked["permissions"] is None else asked["permissions"]
        if self.run.event.fork:
            permissions = dict.fromkeys(permissions, "read")
        job = Job(name, expressions.text(asked.get("name", name)), permissions=permissions)
        if not expressions.holds(asked.get("if")):
            return job
        assert asked["runs-on"] == "ubuntu-24.04"
        token = f"ghs_{random.token_hex(12)}"
        self.runner.forge.tokens[token] = permissions
        self.runner.granted(token, permissions)
        try:
            Machine(self._site(job, token), job, asked, contexts).carry_out()
        finally:
            del self.runner.forge.tokens[token]
        return job

    def _site(self, job: Job, token: str) -> Site:
        return Site(
            forge=self.runner.forge,
            artifacts=self.runner.artifacts,
            home=self.runner.folder / f"{self.run.id}-{self.run.attempt}-{job.id}",
            secrets={} if self.run.event.fork else self.runner.secrets,
            environment=self.runner.environment,
            prepare=self.runner.prepare,
            run_id=self.run.id,
            github=self.github(token),
        )


def _needs(job: Any) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)
