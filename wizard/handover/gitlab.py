"""GitLab (Linux package): lines for gitlab.rb."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    name_of,
    require_outgoing,
    require_password,
    sending_step,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("gitlab", "GitLab", TargetKind.PROGRAM, takes_password=True)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The lines, with the password where one is given."""
    require_password(
        account.outgoing_auth,
        tr_context(
            "an access token", "GitLab's SMTP settings have no way to fetch one, so they cannot use this account."
        ),
    )
    empty = tr(
        "Put the password between the quotes of smtp_password on the server (\\' for ', \\\\ for \\), or keep it "
        "encrypted: {command}",
        command="gitlab-rake gitlab:smtp:secret:edit",
    )
    steps = (
        tr(
            "Put the lines into {place}, then run: {command}",
            place="/etc/gitlab/gitlab.rb",
            command="gitlab-ctl reconfigure",
        ),
        sending_step(account, typed=tr(STANDS_IN_FILE) if secret is not None else empty),
        tr(
            "Try it: {command}",
            command=f"gitlab-rails runner \"Notify.test_email('{account.address.wire}', 'Test', 'Test').deliver_now\"",
        ),
    )
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-gitlab.rb",
        "text/plain",
        _lines(account, secret),
        tr("Its lines go into {place}.", place="/etc/gitlab/gitlab.rb"),
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="GitLab"), steps, (), files=(file,))


def _lines(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "GitLab")
    host = ascii_host(server.host)
    pairs: list[tuple[str, str]] = [
        ("smtp_enable", "true"),
        ("smtp_address", _ruby(host)),
        ("smtp_port", str(server.port)),
        ("smtp_domain", _ruby(account.address.domain)),
    ]
    if not sends_without_sign_in(account):
        pairs += [
            ("smtp_user_name", _ruby(server.username)),
            ("smtp_password", _ruby(secret.reveal() if secret is not None else "")),
            ("smtp_authentication", _ruby(_method(account))),
        ]
    pairs += [
        ("smtp_tls", str(server.security is Security.TLS).lower()),
        ("smtp_enable_starttls_auto", str(server.security is Security.STARTTLS).lower()),
        ("smtp_openssl_verify_mode", _ruby("none" if server.security is Security.NONE else "peer")),
        ("gitlab_email_from", _ruby(account.address.wire)),
        ("gitlab_email_display_name", _ruby(name_of(account))),
        ("gitlab_email_reply_to", _ruby(account.address.wire)),
    ]
    return "".join(f"gitlab_rails['{name}'] = {value}\n" for name, value in pairs).encode()


def _method(account: VerifiedAccount) -> str:
    return {"LOGIN": "login", "CRAM-MD5": "cram_md5"}.get(str(account.outgoing_auth), "plain")


def _ruby(value: str) -> str:
    """The value in single quotes, inside which Ruby knows \\ and ' alone."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
