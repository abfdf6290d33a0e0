"""What `mailwright check` takes, and what it asks while the rest of it is loaded."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard import wiring
from wizard.cli import browser, reporting
from wizard.cli.options import (
    add_account_arguments,
    add_monitoring_arguments,
    add_network_arguments,
    add_password_arguments,
    add_run_arguments,
    add_test_message_argument,
)
from wizard.errors import UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_later
from wizard.net import look_up

HELP = tr_later("the wizard's whole run without a window")
EXAMPLE = "mailwright check ada@example.org --test-message --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("address", metavar="ADDRESS", help=tr("the email address"))
    add_password_arguments(parser)
    add_account_arguments(parser)
    add_test_message_argument(parser)
    reporting.add_arguments(parser)
    parser.add_argument(
        "--letter",
        metavar="FILE",
        type=Path,
        help=tr("write the letter to whoever runs the server, where something fails"),
    )
    add_monitoring_arguments(parser)
    browser.add_arguments(parser)
    add_run_arguments(parser)
    add_network_arguments(parser)


def begin(args: argparse.Namespace) -> None:
    """Begins to look up the servers that are guessed of an address that nothing is known about, as the check will.

    Where a person types the password first, or others are asked first, there is nothing to be won.
    """
    has_password = args.no_sign_in or args.password_env or args.password_file not in (None, "-")
    if not has_password or args.practice or args.nameserver or args.ask_nobody or args.pack or installed_packs():
        return
    from wizard.discovery.guess import PREFIXES
    from wizard.model.address import Address
    from wizard.model.host import is_localhost
    from wizard.model.server import Protocol

    try:
        domain = Address.parse(args.address).domain
    except UsageError:
        return  # who runs the check says so
    is_wanted = {
        Protocol.IMAP: not (args.incoming or args.no_incoming),
        Protocol.SMTP: not (args.outgoing or args.no_outgoing),
    }
    hosts = [PREFIXES[protocol][0] + domain for protocol, wanted in is_wanted.items() if wanted]
    if wiring.presets().for_domain(domain) is None and (args.yes or not _is_doubted(domain)):
        for host in hosts:
            if not is_localhost(host):
                look_up.begin(host)


def _is_doubted(domain: str) -> bool:
    """Whether the person is asked first whether another domain was meant."""
    from wizard.setup.did_you_mean import resembles_provider

    return resembles_provider(domain) is not None
