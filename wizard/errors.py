"""Our exception tree.

MailwrightError                what a person may be told in one sentence; str() is that sentence
├── UsageError                 wrong options or input; `field` names the input field, when there is one
├── ResourceError              a preset, diagnosis, scenario or pack file that does not hold what it must
├── NetworkError               the line or a name on it
│   ├── NameNotFound           the name does not exist, or has no such record
│   ├── DnsUnavailable         nobody answered the question
│   └── FetchError             an HTTPS page was not to be had, or not acceptable
├── SecretStoreError           no safe keyring, or it refused
├── SignInError                a browser sign-in (OAuth 2.0) that ended without a usable token
└── HandoverError              settings could not be written, or did not read back the same

What a mail server or the line to it does while it is probed is never an exception: it is `Evidence`
(wizard.model.evidence), and `probe/error_kinds.py` maps every library exception onto its `ErrorKind`.
"""

from __future__ import annotations


class MailwrightError(Exception):
    """The root; str() is a sentence for the person."""


class UsageError(MailwrightError):
    """Input that cannot be used; `field` names the field it was typed in, `None` when it was an option."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ResourceError(MailwrightError):
    """A file of ours or of a helpdesk pack that does not hold what it must; the sentence names file and key."""


class NetworkError(MailwrightError):
    """The line, or a name on it."""


class NameNotFound(NetworkError):
    """The name does not exist or has no record of the kind that was asked for."""


class DnsUnavailable(NetworkError):
    """No name server answered in time, or the answer was a failure of theirs."""


class FetchError(NetworkError):
    """An HTTPS page that was not to be had or not acceptable."""


class SecretStoreError(MailwrightError):
    """There is no safe keyring, or it refused."""


class SignInError(MailwrightError):
    """A browser sign-in that ended without a usable token."""


class HandoverError(MailwrightError):
    """Settings could not be written, or did not read back the same."""
