"""A page to print or keep: every field of the account, in the words most programs use, without a secret."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.handover import other
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.sheet_page import sheet_html
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount

TARGET = Target("page", tr_later("A page to print"), TargetKind.PERSON)


def sheet(account: VerifiedAccount) -> Sheet:
    """The fields, and the page as a file that a browser opens and prints."""
    title = tr("Mail settings for {address}", address=account.address)
    fields = replace(other.sheet(account), target=TARGET, title=title)
    page = sheet_html(fields).encode()
    say = tr("Open it in a browser and print it, or keep it; it loads nothing and holds no password.")
    file = HandoverFile(f"{file_stem(account.address.wire)}-settings.html", "text/html", page, say)
    return replace(fields, files=(file,))
