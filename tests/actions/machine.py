"""One job of GitHub Actions, carried out in processes of this machine.

Steps with their environment, `if` and outputs; composite actions; files for outputs, environment,
path and summary; workflow commands. GitHub's own actions are stood in for (`stand_ins`). The limits
hold: ten annotations of a kind a step, fifty a job, a megabyte of summary; beyond them things are
dropped, as there. What it does not know it refuses.

Source: GitHub Docs, "Workflow commands", "Contexts"; actions/runner, ActionCommandManager.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.actions import stand_ins
from tests.actions.expressions import Expressions

from schemareg.documents import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.actions.forge import Forge

A_KIND, A_JOB, A_SUMMARY = 10, 50, 1024 * 1024
"""Annotations of a kind that a step may make, those of a job, and bytes of a step's summary."""

_COMMAND = re.compile(r"::([\w-]+)(?: (.*?))?::(.*)", re.DOTALL)
_OLD_COMMAND = re.compile(r"##\[([\w-]+)(?: (.*?))?\](.*)", re.DOTALL)
_KINDS = ("error", "warning", "notice")
_ESCAPED = {"%0A": "\n", "%0D": "\r", "%3A": ":", "%2C": ",", "%25": "%"}


class Annotation(NamedTuple):
    """A line at a file, or beside none."""

    kind: str
    properties: dict[str, str]
    message: str


@dataclass
class Step:
    """What became of a step."""

    name: str
    outcome: str = "skipped"
    conclusion: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    dropped: int = 0
    """Annotations beyond the runner's limit: made, and never shown."""


@dataclass
class Job:
    """What became of a job."""

    id: str
    name: str
    conclusion: str = "skipped"
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """All that its steps printed."""
        return "".join(f"--- {each.name}: {each.outcome}\n{each.log}" for each in self.steps)

    @property
    def annotations(self) -> list[Annotation]:
        """What people see of those that its steps made."""
        return [note for each in self.steps for note in each.annotations][:A_JOB]

    @property
    def summary(self) -> str:
        """What people see of the summaries of its steps."""
        return "".join(each.summary for each in self.steps)


class Site(NamedTuple):
    """Where a job runs, and what it is told there."""

    forge: Forge
    artifacts: Path
    home: Path
    """A folder of the job's own, which does not exist yet."""
    secrets: Mapping[str, str]
    environment: Mapping[str, str]
    """What every machine has."""
    prepare: Callable[[Path], None]
    """Makes ready the folder for temporary files."""
    run_id: int
    github: dict[str, Any]
    """The context of that name, with the job's token."""


class Scope(NamedTuple):
    """Whose steps these are: a job's, or those of a composite action in it."""

    inputs: Mapping[str, Any]
    action_path: str
    steps: dict[str, dict[str, Any]]
    failed: list[str]


class Machine:
    """One machine, for one job."""

    def __init__(self, site: Site, job: Job, asked: Any, contexts: dict[str, Any]) -> None:
        self._site = site
        self._job = job
        self._asked = asked
        self._contexts = contexts
        self._workspace, self._temp = site.home / "work", site.home / "temp"
        for each in (self._workspace, self._temp, site.home / "home"):
            each.mkdir(parents=True)
        self._environment: dict[str, str] = {}
        self._path: list[str] = []
        self._masked = [site.github["token"], *site.secrets.values()]
        site.prepare(self._temp)

    def carry_out(self) -> None:
        scope = Scope(self._contexts["inputs"], "", {}, [])
        for asked in self._asked["steps"]:
            self._step(asked, scope)
        self._job.conclusion = "failure" if scope.failed else "success"
        expressions = self._expressions(scope)
        self._job.outputs = {
            name: expressions.text(value) for name, value in self._asked.get("outputs", {}).items()
        }

    def _expressions(self, scope: Scope) -> Expressions:
        contexts = {
            **self._contexts,
            "github": {**self._site.github, "action_path": scope.action_path},
            "env": self._environment,
            "inputs": scope.inputs,
            "job": {"status": "failure" if scope.failed else "success"},
            "runner": {"temp": str(self._temp), "os": "Linux", "arch": "X64"},
            "secrets": {**self._site.secrets, "GITHUB_TOKEN": self._site.github["token"]},
            "steps": scope.steps,
        }
        if scope.action_path:
            del contexts["secrets"]  # a composite action gets what it is given
        status = {
            "success": lambda: not scope.failed,
            "failure": lambda: bool(scope.failed),
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        return Expressions(contexts, status)

    def _step(self, asked: Any, scope: Scope) -> bool:
        """Whether a step did not fail; or was none that had to be carried out."""
        expressions = self._expressions(scope)
        step = Step(expressions.text(asked.get("name", asked.get("uses", "run"))))
        self._job.steps.append(step)
        if expressions.holds(asked.get("if")):
            fine = (
                self._run(asked, step, scope) if "run" in asked else self._use(asked, step, scope)
            )
            step.outcome = "success" if fine else "failure"
            step.conclusion = "success" if asked.get("continue-on-error") else step.outcome
        if step.conclusion == "failure":
            scope.failed.append(step.name)
        if "id" in asked:
            scope.steps[asked["id"]] = {
                "outcome": step.outcome,
                "conclusion": step.conclusion,
                "outputs": step.outputs,
            }
        return step.conclusion != "failure"

    def _use(self, asked: Any, step: Step, scope: Scope) -> bool:
        used = asked["uses"]
        expressions = self._expressions(scope)
        given = {name: expressions.text(value) for name, value in asked.get("with", {}).items()}
        if used.startswith("./"):
            return self._compose(self._workspace / used, given, step)
        defaults, action = stand_ins.ACTIONS[used.partition("@")[0]]
        assert set(given) <= set(defaults), f"{used} does not know {set(given) - set(defaults)}"
        place = stand_ins.Place(
            forge=self._site.forge,
            artifacts=self._site.artifacts,
            workspace=self._workspace,
            run_id=self._site.run_id,
            sha=self._site.github["sha"],
            ref=self._site.github["ref"],
            token=self._site.github["token"],
            permissions=self._job.permissions,
        )
        try:
            step.log += action(place, {**defaults, **given}) + "\n"
        except stand_ins.Refused as error:
            step.log += f"{error}\n"
            return False
        return True

    def _compose(self, folder: Path, given: Mapping[str, str], step: Step) -> bool:
        path = folder / "action.yml"
        action = parse_yaml(path.read_bytes(), str(path)).value
        wanted = action.get("inputs", {})
        if set(given) - set(wanted):
            step.log += f"Unexpected input(s): {sorted(set(given) - set(wanted))}\n"
        outer = self._expressions(Scope({}, "", {}, []))
        defaults = {name: outer.text(each.get("default", "")) for name, each in wanted.items()}
        inputs = {name: given.get(name, default) for name, default in defaults.items()}
        scope = Scope(inputs, str(folder.resolve()), {}, [])
        for asked in action["runs"]["steps"]:
            self._step(asked, scope)
        expressions = self._expressions(scope)
        for name, output in action.get("outputs", {}).items():
            step.outputs[name] = expressions.text(output["value"])
        return not scope.failed

    def _run(self, asked: Any, step: Step, scope: Scope) -> bool:
        expressions = self._expressions(scope)
        number = len(self._job.steps)
        files = {
            name: self._temp / f"_{number}_{name.lower()}"
            for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for each in files.values():
            each.touch()
        script = self._temp / f"_{number}.sh"
        script.write_text(asked["run"], encoding="utf-8")
        composite = bool(scope.action_path)
        assert not composite or asked["shell"] == "bash"
        shell = (
            ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if composite else ["bash", "-e"]
        )
        said = {name: expressions.text(value) for name, value in asked.get("env", {}).items()}
        done = subprocess.run(
            [*shell, str(script)],
            cwd=self._workspace,
            env=self._variables(scope) | said | {name: str(it) for name, it in files.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=120,
        )
        self._obeyed(done.stdout.decode("utf-8", "replace"), step)
        step.outputs |= _pairs(files["GITHUB_OUTPUT"])
        self._environment |= _pairs(files["GITHUB_ENV"])
        self._path = files["GITHUB_PATH"].read_text("utf-8").splitlines() + self._path
        self._summarised(files["GITHUB_STEP_SUMMARY"], step)
        return done.returncode == 0

    def _variables(self, scope: Scope) -> dict[str, str]:
        context = self._site.github
        told = {
            f"GITHUB_{name.upper()}": str(value)
            for name, value in context.items()
            if name not in ("event", "token")
        }
        home = self._temp.parent / "home"
        event = self._temp.parent / "event.json"
        event.write_text(json.dumps(context["event"]), encoding="utf-8")
        path = [*self._path, self._site.environment.get("PATH", os.environ["PATH"])]
        return {
            **told,
            **self._site.environment,
            **self._environment,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_ACTION_PATH": scope.action_path,
            "GITHUB_JOB": self._job.id,
            "GITHUB_WORKSPACE": str(self._workspace),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(path),
            "RUNNER_TEMP": str(self._temp),
        }

    def _summarised(self, path: Path, step: Step) -> None:
        text = path.read_bytes()
        if len(text) > A_SUMMARY:
            message = f"summary upload aborted: {len(text)} bytes are more than {A_SUMMARY}"
            step.annotations.append(Annotation("error", {}, message))
            return
        step.summary = text.decode("utf-8")

    def _obeyed(self, log: str, step: Step) -> None:
        """Carry out the commands in a log, and keep the log with its secrets masked."""
        resumes = ""
        for line in log.splitlines():
            found = _COMMAND.fullmatch(line.lstrip()) or _OLD_COMMAND.search(line)
            if found is None:
                continue
            name, properties, message = found[1], _properties(found[2] or ""), _unescaped(found[3])
            if resumes:
                resumes = "" if found[1] == resumes else resumes
            elif name == "stop-commands":
                resumes = message
            elif name == "add-mask":
                self._masked.append(message)
            elif name in _KINDS:
                self._annotated(Annotation(name, properties, message), step)
        log = re.sub(r"^::add-mask::.*\n", "", log, flags=re.MULTILINE)
        for secret in filter(None, self._masked):
            log = log.replace(secret, "***")
        step.log += log

    def _annotated(self, note: Annotation, step: Step) -> None:
        if sum(each.kind == note.kind for each in step.annotations) < A_KIND:
            step.annotations.append(note)
        else:
            step.dropped += 1


def _properties(text: str) -> dict[str, str]:
    pairs = (each.split("=", 1) for each in text.split(",") if "=" in each)
    return {name.strip(): _unescaped(value) for name, value in pairs}


def _unescaped(text: str) -> str:
    return re.sub("|".join(_ESCAPED), lambda found: _ESCAPED[found[0]], text)


def _pairs(path: Path) -> dict[str, str]:
    """What stands in a file of outputs or variables: `name=value`, or `name<<END` and lines."""
    found, lines = {}, iter(path.read_text("utf-8").splitlines())
    for line in lines:
        name, sign, value = line.partition("=")
        if "<<" in name or not sign:
            name, _, end = line.partition("<<")
            value = "\n".join(itertools.takewhile(end.__ne__, lines))
        found[name] = value
    return found
