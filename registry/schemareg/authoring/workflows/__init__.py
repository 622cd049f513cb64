"""What GitHub Actions runs for a registry: the files, complete, for any registry.

They are thin: whatever is judged, rendered or sent is done by `reg`. What differs from one registry
to the next is the branch whose merges count, the secrets that its channels name, and from where
`reg` is installed.
"""

from __future__ import annotations

import pkgutil
import re
from typing import TYPE_CHECKING

from schemareg.documents.yaml_scalar import scalar
from schemareg.manifests import environment
from schemareg.manifests.channels import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import Policy

TEMPLATES = (
    "actions/check/action.yml",
    "actions/setup/action.yml",
    "actions/setup/install.sh",
    "workflows/check.yml",
    "workflows/comment.yml",
    "workflows/notify.yml",
    "workflows/reminders.yml",
)
"""Below `.github/`, and below `templates/` beside this module."""

REQUIREMENTS = ".github/actions/setup/requirements.txt"
"""The one file that says which `reg` runs."""

_BRANCHES = "    branches: [main]\n"
_SECRETS = "          # What registry.yaml names as ${NAME} goes here, a line each.\n"
_PATTERN = re.compile(r"[!*+?\[\]\\]")


def files(requirement: str, policy: Policy) -> dict[str, str]:
    """Path to text of every file, for a registry with this policy; paths sorted.

    `requirement` is what pip installs: a line, such as `schemareg==1.0.0`, or several.
    """
    said = {f".github/{name}": _text(name, policy) for name in TEMPLATES}
    said[REQUIREMENTS] = (
        "# Which `reg` the workflows run. To pin what it needs as well, write what `pip freeze` prints.\n"
        f"{requirement}\n"
    )
    return dict(sorted(said.items()))


def secrets(policy: Policy) -> tuple[str, ...]:
    """The environment variables that the channels and the mail server of a policy name, sorted."""
    texts = [text for each in policy.channels for text in (each.url, each.secret)]
    if policy.mail is not None:
        texts += [policy.mail.server, policy.mail.sender]
    return tuple(sorted({name for text in texts for name in environment.variables(text)}))


def extras(policy: Policy) -> tuple[str, ...]:
    """The extras of `schemareg` that the channels need, as far as the policy alone tells."""
    return ("notify",) if any(kind_of(each) == "apprise" for each in policy.channels) else ()


def _text(name: str, policy: Policy) -> str:
    data = pkgutil.get_data(__name__, f"templates/{name}")
    assert data is not None  # noqa: S101 - it ships beside this module
    text = data.decode("utf-8")
    branch = _PATTERN.sub(lambda found: f"\\{found.group()}", policy.protected_branch)
    text = text.replace(_BRANCHES, f"    branches: [{scalar(branch, flow=True)}]\n")
    return text.replace(_SECRETS, _SECRETS + "".join(_lines(secrets(policy))))


def _lines(names: Iterable[str]) -> Iterable[str]:
    return (f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in names)
