"""What stands in for the three actions of GitHub's own, doing by hand what they do.

Source: the sources of actions/checkout v5, actions/upload-artifact v6, actions/download-artifact v7.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.actions.forge import Forge


class Refused(Exception):
    """An action fails, and says why."""


class Place(NamedTuple):
    """Where an action runs."""

    forge: Forge
    artifacts: Path
    workspace: Path
    run_id: int
    sha: str
    ref: str
    token: str
    permissions: Mapping[str, str]


CHECKOUT = {
    "fetch-depth": "1",
    "filter": "",
    "persist-credentials": "true",
    "ref": "",
    "token": "",
}
UPLOAD = {"name": "artifact", "path": "", "if-no-files-found": "warn", "overwrite": "false"}
DOWNLOAD = {"name": "", "path": "", "run-id": "", "github-token": ""}


def checkout(place: Place, asked: Mapping[str, str]) -> str:
    """A clone as deep and as complete as asked for, at the commit of the event."""
    home = str(place.workspace)
    url = f"{place.forge.url}/acme/registry"
    user = base64.b64encode(f"x-access-token:{place.token}".encode()).decode()
    header = f"http.{place.forge.url}/.extraheader=AUTHORIZATION: basic {user}"

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", home, "-c", header, "-c", "protocol.version=2", *arguments],
            capture_output=True,
            check=False,
            env=os.environ
            | {
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
            },
        )
        if done.returncode:
            raise Refused(done.stderr.decode(errors="replace"))
        return done.stdout.decode().strip()

    depth = int(asked["fetch-depth"])
    here, branch = _reference(place.ref)
    git("init", "--quiet", "--initial-branch=master")
    git("remote", "add", "origin", url)
    fetch = ["fetch", "--quiet", "--prune", "--no-recurse-submodules"]
    fetch += [f"--filter={asked['filter']}"] if asked["filter"] else []
    if depth:
        fetch += ["--no-tags", f"--depth={depth}"]
        git(*fetch, "origin", f"+{place.sha}:{here}")
    else:
        everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        git(*fetch, "origin", *everything, *([] if branch else [f"+{place.sha}:{here}"]))
        if git("rev-parse", here) != place.sha:
            git(*fetch, "origin", f"+{place.sha}:{here}")
    if branch:
        git("checkout", "--quiet", "--force", "-B", branch, here)
    else:
        git("checkout", "--quiet", "--force", here)
    if asked["persist-credentials"] == "true":
        git("config", "--local", *header.split("=", 1))
    return f"checked out {place.sha}"


def _reference(ref: str) -> tuple[str, str]:
    """Where the event's commit is kept, and the branch that is checked out, if it is one."""
    if ref.startswith("refs/heads/"):
        name = ref.removeprefix("refs/heads/")
        return f"refs/remotes/origin/{name}", name
    return ref.replace("refs/", "refs/remotes/", 1), ""


def upload(place: Place, asked: Mapping[str, str]) -> str:
    """The regular files below a folder, kept under a name for this run; an artifact never changes."""
    source = Path(asked["path"])
    kept = place.artifacts / str(place.run_id) / asked["name"]
    files = [each for each in source.rglob("*") if each.is_file()] if source.is_dir() else []
    if not files and asked["if-no-files-found"] == "error":
        raise Refused(f"no files were found in {source}")
    if kept.exists():
        if asked["overwrite"] != "true":
            raise Refused(f"an artifact with the name {asked['name']} already exists")
        shutil.rmtree(kept)
    for each in files:
        target = kept / each.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each, target)
    return f"{len(files)} files"


def download(place: Place, asked: Mapping[str, str]) -> str:
    """The files of an artifact, of this run or of the one that is named."""
    run = asked["run-id"] or str(place.run_id)
    if asked["run-id"] and place.permissions.get("actions") not in ("read", "write"):
        raise Refused("resource not accessible by integration: actions: read is missing")
    kept = place.artifacts / run / asked["name"]
    if not kept.is_dir():
        raise Refused(f"artifact not found for name: {asked['name']}")
    shutil.copytree(kept, asked["path"], dirs_exist_ok=True)
    return f"downloaded {asked['name']} of run {run}"


ACTIONS = {
    "actions/checkout": (CHECKOUT, checkout),
    "actions/upload-artifact": (UPLOAD, upload),
    "actions/download-artifact": (DOWNLOAD, download),
}
