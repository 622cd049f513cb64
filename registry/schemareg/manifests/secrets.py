"""URLs that carry a secret: what is in Git is known to everyone who can read it, for ever."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}", re.ASCII)
_USER = re.compile(r"//[^/?#@]*[^/?#@\s:][^/?#@]*@", re.ASCII)
_HOOK = re.compile(
    r"//(?:hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|[a-z0-9.-]*webhook\.office\.com"
    r"|outlook\.office\.com/webhook|api\.telegram\.org/bot|chat\.googleapis\.com"
    r"|hooks\.zapier\.com|[a-z0-9.-]*logic\.azure\.com|[a-z0-9.-]*api\.powerplatform\.com)"
    r"[:/?]?[^\s]",
    re.ASCII | re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"[?&#;](?:[a-z0-9_.-]*(?:token|key|secret|passw|auth|sig)[a-z0-9_.-]*)=[^&#;\s]", re.IGNORECASE
)
_TOKENS = re.compile(
    r"(?:discord|fcm|flock|gchat|guilded|ifttt|join|line|mailgun|msteams|notifico|opsgenie|pagerduty"
    r"|pbul|pover|push|pushed|pushme|schan|sendgrid|signl4|slack|spike|tgram|twilio|twist|webex|wxteams"
    r"|workflows?|zulip)://",
    re.IGNORECASE,
)
"""Schemes of Apprise after which nothing but tokens stands, whatever they look like."""
_WORD = re.compile(r"[A-Za-z0-9_+-]{20,}", re.ASCII)


def carries_secret(url: str) -> bool:
    """Whether a URL, beside its `${NAME}` placeholders, has what looks like a secret in it.

    A user before the host, the address of a known web hook, a parameter that is named like a
    secret, a service of Apprise that is reached by a token, or a long run of letters and digits
    mixed.
    """
    rest = _PLACEHOLDER.sub("", url)
    if re.match("mailto:(?!//)", rest, re.IGNORECASE):
        return False
    if _TOKENS.match(url) and not _PLACEHOLDER.search(url):
        return True
    if _USER.search(rest) or _PARAMETER.search(rest):
        return True
    if _HOOK.search(url) and not _PLACEHOLDER.search(url):
        return True
    return any(_mixed(word) for word in _WORD.findall(rest))


def _mixed(word: str) -> bool:
    letters = sum(each.isalpha() for each in word)
    figures = sum(each.isdigit() for each in word)
    return figures >= 4 and letters >= 4
