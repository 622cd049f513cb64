"""The source of this installation of `reg`, so that a workflow can install the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit


def requirement(extras: Iterable[str] = ()) -> str:
    """The requirement by which pip installs this `reg`: a commit, if it came from Git, else the
    version.

    Source: PEP 610, direct_url.json.
    """
    import json
    from importlib import metadata

    from schemareg.version import __version__

    try:
        record = metadata.distribution("schemareg").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        record = None
    source = _source(json.loads(record)) if record else ""
    wanted = ",".join(extras)
    name = f"schemareg[{wanted}]" if wanted else "schemareg"
    return f"{name} @ {source}" if source else f"{name}=={__version__}"


def _source(record: Any) -> str:
    """The source in a direct_url.json; empty where others cannot fetch its commit."""
    url, vcs = str(record.get("url", "")), record.get("vcs_info", {})
    if vcs.get("vcs") == "git" and vcs.get("commit_id"):
        return _pinned(url, str(vcs["commit_id"]))
    parts = urlsplit(url)
    if parts.scheme == "file" and "dir_info" in record:
        return _cloned(Path(unquote(parts.path)))
    return ""


def _cloned(folder: Path) -> str:
    """The source of a clone, if its checked-out commit was pushed."""
    from schemareg.adapters.git import command

    def git(*arguments: str) -> str:
        answer = command.run(folder, *arguments)
        return answer.out.decode("utf-8", "replace").strip() if answer.code == 0 else ""

    commit = git("rev-parse", "--verify", "HEAD") if folder.is_dir() else ""
    if not commit or not git("branch", "--remotes", "--contains", commit):
        return ""
    return _pinned(git("remote", "get-url", "origin"), commit)


def _pinned(url: str, commit: str) -> str:
    """Over HTTPS and without credentials; empty for other protocols."""
    if "://" not in url and ":" in url:  # git@github.com:owner/name
        host, _, path = url.partition(":")
        url = f"ssh://{host}/{path}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "ssh") or not host:
        return ""
    place = f"{host}:{parts.port}" if parts.scheme == "https" and parts.port else host
    return f"git+{urlunsplit(('https', place, parts.path, '', ''))}@{commit}"
