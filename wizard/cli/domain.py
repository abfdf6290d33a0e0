"""`mailwright domain`: what a domain publishes about its mail, and what to publish."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard import internal_error, wiring
from wizard.cli import render
from wizard.cli.options import add_network_arguments, settings_from
from wizard.domain.finding import Finding, State
from wizard.errors import UsageError
from wizard.handover.page import html_page, text_page
from wizard.handover.write import write_file
from wizard.language import tr, tr_later
from wizard.model.address import Address
from wizard.model.host import NotAHost, host_name
from wizard.setup.domain_report import DomainReport, report_on
from wizard.wiring import Settings

HELP = tr_later("MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT, PTR and expiry of a domain, and what to publish")
EXAMPLE = "mailwright domain example.org"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("name", metavar="NAME", help=tr("the domain, or an address at it"))
    parser.add_argument("--selector", metavar="NAME", action="append", default=[], help=tr("a DKIM key to look for"))
    parser.add_argument("--sending-server", metavar="HOST", help=tr("the server whose own name (PTR) is looked at"))
    parser.add_argument("--output", metavar="FILE", type=Path, help=tr("write it to send on (.html or .txt)"))
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0 when nothing is wrong, 1 when something is, 4 when nobody could say anything."""
    if args.practice:
        raise UsageError(tr("The practice network has no domains of its own to check."))
    if args.output is not None and args.output.suffix.lower() not in (".html", ".txt"):
        raise UsageError(tr("--output takes a file that ends in .html or .txt."))
    domain, shown = _domain(args.name)
    sender = _host(args.sending_server) if args.sending_server else None
    report = internal_error.run(_check(settings_from(args), domain, shown, args, sender))
    found = report.findings
    if args.output is not None:
        is_page = args.output.suffix.lower() == ".html"
        content = html_page(report.title, report.sections()) if is_page else text_page(report.sections())
        write_file(args.output, content.encode(), others_may_read=True)
        render.progress(tr("Written: {file}", file=args.output))
    if args.json:
        render.print_json({"domain": domain, "findings": [document(finding) for finding in found]})
    elif args.output is None:
        render.print_text(text_page(report.sections()).rstrip("\n"))
    if report.says_nothing:
        return 4  # no verdict, as in a check
    return 1 if any(finding.state is State.WRONG for finding in found) else 0


def document(finding: Finding) -> dict[str, object]:
    """A finding as JSON."""
    return {
        "id": finding.id,
        "title": finding.title,
        "state": finding.state.value,
        "says": finding.says,
        "records": list(finding.lines),
        "publish": [{"name": one.name, "type": one.type, "value": one.value} for one in finding.publish],
    }


async def _check(
    settings: Settings, domain: str, shown: str, args: argparse.Namespace, sender: str | None
) -> DomainReport:
    async with wiring.names(settings) as (resolver, fetcher):
        asked = None if args.offline or args.ask_nobody else fetcher
        return await report_on(domain, shown, resolver, asked, selectors=args.selector, sender=sender)


def _domain(text: str) -> tuple[str, str]:
    """The domain in A-labels, and as people read it."""
    address = Address.parse(text if "@" in text else f"postmaster@{text}")
    return address.domain, address.shown_domain


def _host(text: str) -> str:
    try:
        return host_name(text)
    except NotAHost as error:
        raise UsageError(tr("--sending-server takes the name or address of a server: {error}.", error=error)) from None
