"""What a person reads is marked for the translators; what reads like it and is not marked has its reason here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import wizard

ROOT: Final = Path(wizard.__file__).parent
SOURCES: Final = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py"))]
_MARKS: Final = frozenset({"tr", "tr_later", "tr_plural", "tr_context", "tr_field"})
_LOGS: Final = frozenset({"logger", "logging", "log", "re"})
_READS_LIKE_A_SENTENCE: Final = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}")
_IS_A_WORD: Final = re.compile(r"(?<![A-Za-z])[A-Z][a-z]{2,}")  # names of icons and colours are in lower case

# What shows its text at once, or says it to a screen reader; a single word counts there as well.
_SHOWS: Final = frozenset(
    {
        *("Label", "Paragraph", "Heading", "Hint", "Field", "ChoiceField", "SegmentedField", "PasswordField"),
        *("PrimaryButton", "SecondaryButton", "QuietButton", "LinkButton", "FoldButton", "Switch", "CopyButton"),
        *("WrappingPrimaryButton", "WrappingSecondaryButton", "Fact", "announce"),
        *("setText", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setWindowTitle", "setTitle"),
        *(
            "setPlaceholderText",
            "addItem",
            "set_help",
            "set_error",
            "set_title",
            "set_label",
            "set_note",
            "set_primary",
        ),
        *("set_skip", "set_step_note", "say", "tell", "add_link"),
    }
)

COMMAND: Final = "a command to type"
FOREIGN: Final = "the words of a protocol, a format or somebody else's server"
KEY: Final = "a key or a value that programs compare"
INTERNAL: Final = "nobody reads it: it speaks of a mistake in the program"
CONTENT: Final = "goes into a file that another program reads"
LEARNT: Final = "words that are recognised in what others wrote"
NAME: Final = "a name, the same in every language"
MACHINE: Final = "metrics and reports for machines"
MAINTAINER: Final = "for who maintains the causes, in the language of the repository"

# File or folder -> what is left as it is there, and why. What matches nothing any more fails, too.
ALLOWED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "accounts/notification.py": (("^(on run argv|display notification|end run)", COMMAND),),
    "accounts/schedule.py": (("^Mailwright check$", NAME), (r"^(\[Unit\]|<\?xml)", CONTENT)),
    "assets.py": (("^the resources folder", INTERNAL),),
    "cli/": (("^mailwright ", COMMAND), ("^(catalogue|pack|presets) [a-z]+", COMMAND)),
    "cli/bulk.py": (("^works everywhere$", KEY),),
    "cli/bulk_merge.py": (("^works ", KEY),),
    "cli/bulk_table.py": (("<|:root|^body:has", FOREIGN),),
    "cli/monitoring.py": (("^(Accounts by|1 where|How long|When the)|^<|^not checked$", MACHINE),),
    "cli/options.py": (("^no JSON number$", INTERNAL),),
    "cli/pack.py": (("#", CONTENT),),
    "cli/table.py": ((r"^[^\W_A-Z]+( [^\W_A-Z]+)+$", LEARNT),),
    "diagnosis/client_errors.py": (("", LEARNT),),
    "diagnosis/extension_list.py": (("", LEARNT),),
    "diagnosis/confidence.py": ((" code$", KEY),),
    "diagnosis/fact_keys.py": (("", MAINTAINER),),
    "diagnosis/fact_page.py": (("", MAINTAINER),),
    "diagnosis/pasted_secrets.py": (("", LEARNT),),
    "diagnosis/rule.py": ((" code$", KEY),),
    "diagnosis/score.py": (("", MAINTAINER),),
    "diagnosis/standing.py": (("", LEARNT),),
    "diagnosis/skeleton.py": (("^(Say here|# What is said)", MAINTAINER),),
    "discovery/autodiscover.py": (("^(<|text/xml)", FOREIGN),),
    "discovery/mx.py": (("^(MX|SPF) of ", KEY),),
    "domain/dmarc.py": (("^v=DMARC1", FOREIGN),),
    "domain/registration.py": (
        ("^(redemption|pending|client|server) [a-z]+$|^application/", FOREIGN),
        ("^(no object|{} answered)", INTERNAL),
    ),
    "engine_thread.py": (("", INTERNAL),),
    "gui/app.py": (("^(first paint|every page)$", KEY),),
    "gui/engine.py": (("^the session is open", INTERNAL),),
    "gui/jobs.py": (("^the engine is not", INTERNAL),),
    "gui/lanes.py": (("^not (tried|needed)$", KEY),),
    "gui/system_name.py": (("^live user$", LEARNT),),
    "gui/theme.py": (("^a QApplication", INTERNAL),),
    "gui/trip_words.py": (("^Mailwright test", NAME), ("^not stated$", KEY)),
    "gui/words.py": (("^not needed$", KEY),),
    "gui/widgets/password_field.py": (("^background: ", FOREIGN),),
    "handover/apple_mail.py": (("^Mail se(ttings for|rvers that)", CONTENT),),
    "handover/django.py": (("^python manage.py", COMMAND),),
    "handover/getmail.py": (("^# ", CONTENT),),
    "handover/git.py": (("^git send-email", NAME),),
    "handover/gitlab.py": (("^gitlab-", COMMAND),),
    "handover/laravel.py": (("^php artisan", COMMAND),),
    "handover/mbsync.py": (("^# ", CONTENT), ("^selected SASL mechanism", FOREIGN)),
    "handover/msmtp.py": (("^printf ", COMMAND), ("^(# |account default)", CONTENT), ("^Cannot send command", FOREIGN)),
    "handover/neomutt.py": (("^OAUTH token", FOREIGN),),
    "handover/nodemailer.py": (("^npm ", COMMAND), ("^(const|ignoreTLS|requireTLS|auth)", CONTENT)),
    "handover/offlineimap.py": ((r"^(# |\[)", CONTENT),),
    "handover/outlook.py": (("^microsoft outlook$", NAME),),
    "handover/page.py": (("^<|:root", FOREIGN),),
    "handover/phone_link.py": (("^HTTP/", FOREIGN),),
    "handover/postfix.py": (("^systemctl ", COMMAND),),
    "handover/programs/found.py": (("^user name$", KEY),),
    "handover/programs/reading.py": (("^mailwright ", COMMAND),),
    "handover/publish.py": (("^( ?<|Mail settings for|; Put these|# For )", CONTENT), ("^mailwright ", COMMAND)),
    "handover/python_settings.py": (("^import os", CONTENT),),
    "handover/report.py": (("^<pre ", FOREIGN),),
    "handover/symfony.py": (("^php bin/console", COMMAND),),
    "handover/words.py": (("^(Normal password|Encrypted password|No authentication)$", KEY), ("^[a-z-]+ ", COMMAND)),
    "internal_error.py": (("^start new thread$", LEARNT),),
    "language/formats.py": (("", NAME),),
    "language/po.py": (("is not one of a .po file", INTERNAL),),
    "model/plan.py": (("^no answer$", KEY),),
    "model/secret.py": (("^try again$", LEARNT), ("^a secret is not", INTERNAL)),
    "net/dial.py": (("^refused a moment ago$", INTERNAL),),
    "net/fetch.py": (("before the handshake$", INTERNAL),),
    "net/patience.py": (("^a deadline belongs", INTERNAL),),
    "net/portal.py": (("^GET ", FOREIGN),),
    "practice/certificates.py": (("", NAME),),
    "practice/imap_server.py": (("", FOREIGN),),
    "practice/network.py": (("(has no|^550|^Received:|^a practice server)", FOREIGN),),
    "practice/page_server.py": (("", FOREIGN),),
    "practice/pop3_server.py": (("", FOREIGN),),
    "practice/smtp_server.py": (("", FOREIGN),),
    "probe/connector.py": (("^not connected$", INTERNAL),),
    "probe/error_kinds.py": (("", LEARNT),),
    "probe/folders.py": (("", LEARNT),),
    "probe/line.py": (("", INTERNAL),),
    "probe/line_conversation.py": (("^not connected$", INTERNAL),),
    "probe/mechanisms.py": (("", LEARNT),),
    "probe/smtp.py": (("^(not connected|the connection)", INTERNAL),),
    "probe/smtp_wire.py": (("^the connection", INTERNAL),),
    "probe/tls.py": (("^closed during", INTERNAL),),
    "setup/brought.py": (("^(<!doctype|start tls)", LEARNT),),
    "setup/did_you_mean.py": (("^com ", LEARNT), ("^(left out|too many)$", KEY)),
    "setup/message.py": (("^Mailwright test", NAME), ("^<!doctype", FOREIGN)),
    "setup/pack_signature.py": (("^mailwright pack 1", FOREIGN),),
    "setup/token_keeper.py": (("^either open_browser", INTERNAL),),
    "signin/loopback.py": (("^(<!doctype|HTTP/)", FOREIGN),),
    "ssh_signature.py": (("^no ssh-ed25519 key$", INTERNAL),),
}
# Single words that are shown as they are.
SHOWN_AS_THEY_ARE: Final = re.compile(r"^Mailwright$")


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> str | None:
    """The text of a literal, {} where a value is filled in; `None` of anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """The line and the text of each literal that reads like a sentence, or is shown, and is not marked."""

    def look(node: ast.AST, *, shown: bool) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        text = _text(node) if isinstance(node, ast.expr) else None
        if text is not None and isinstance(node, ast.expr):
            if _READS_LIKE_A_SENTENCE.search(text) or (shown and _IS_A_WORD.search(text)):
                yield node.lineno, text
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from look(part.value, shown=False)
            return
        if isinstance(node, ast.Call):
            yield from look_at_call(node)
            return
        keeps = isinstance(node, ast.IfExp | ast.BoolOp)  # "A" if … else "B" is shown like "A"
        for child in ast.iter_child_nodes(node):
            yield from look(child, shown=shown and keeps)

    def look_at_call(node: ast.Call) -> Iterator[tuple[int, str]]:
        name = _name(node.func)
        if isinstance(node.func, ast.Attribute) and _name(node.func.value) in _LOGS:
            return
        yield from look(node.func, shown=False)
        if name not in _MARKS:
            for argument in node.args:
                yield from look(argument, shown=name in _SHOWS)
        for keyword in node.keywords:
            yield from look(keyword.value, shown=keyword.arg in ("accessible_name", "tool_tip"))

    yield from look(ast.parse(source), shown=False)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise UsageError("The port is missing.")', ["The port is missing."]),
        ('raise UsageError(f"{name} is missing")', ["{} is missing"]),
        ('label = Label("Copy")', ["Copy"]),
        ('label.setText("Undo" if narrow else tr("Undo changes"))', ["Undo"]),
        ('Field(tr("Port"), accessible_name="Port")', ["Port"]),
        ('tr("Sending to {host}", host="a host of yours")', ["a host of yours"]),
        ('label = Label(tr("Copy"))', []),
        ('label = Label(tr_plural("{n} row", "{n} rows", n))', []),
        ('button.setObjectName("copy")', []),
        ('logger.info("nothing was found there")', []),
        ('"""A docstring that reads well."""', []),
    ],
)
def test_the_look_finds_what_is_not_marked(source: str, found: list[str]) -> None:
    assert [text for _, text in unmarked(source)] == found


def _allowed(path: str) -> list[str]:
    return [pattern for place, entries in ALLOWED.items() if path.startswith(place) for pattern, _ in entries]


@pytest.mark.parametrize("path", SOURCES)
def test_what_people_read_is_marked(path: str) -> None:
    allowed = _allowed(path)
    wrong = [
        f"line {line}: {text[:100]}"
        for line, text in unmarked((ROOT / path).read_text("utf-8"))
        if not SHOWN_AS_THEY_ARE.search(text) and not any(re.search(pattern, text) for pattern in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("place", ALLOWED)
def test_what_may_stay_is_still_there(place: str) -> None:
    texts = [
        text for path in SOURCES if path.startswith(place) for _, text in unmarked((ROOT / path).read_text("utf-8"))
    ]
    stale = [pattern for pattern, _ in ALLOWED[place] if not any(re.search(pattern, text) for text in texts)]
    assert stale == []
