"""What `mailwright check` takes, and what it asks while the rest of it is loaded."""

from __future__ import annotations

import argparse
import re
from functools import partial
from pathlib import Path
from typing import Final

from wizard.cli import browser, reporting
from wizard.cli.options import (
    add_account_arguments,
    add_monitoring_arguments,
    add_network_arguments,
    add_password_arguments,
    add_run_arguments,
    add_test_message_argument,
)
from wizard.discovery.preset_glance import may_be_known
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_later
from wizard.net import look_up
from wizard.net.reach import refused_by_policy

HELP = tr_later("the wizard's whole run without a window")
EXAMPLE = "mailwright check ada@example.org --test-message --json"
# The likeliest servers of a domain (discovery/guess.py) and their ports, in the order in which the check dials them.
GUESSED: Final = {"imap": (993, 143), "smtp": (465, 587)}
PUBLISHES: Final = ("autoconfig.", "")  # where a domain keeps its settings (discovery/autoconfig.py)
PLAIN: Final = re.compile(r"[A-Za-z0-9._%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*)")


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
    """Begins to ask for the servers that are guessed of an address that nothing is known about, as the check will.

    Until then no more is loaded than that takes. Where a person types the password first, or others are asked first,
    there is nothing to be won; nor is an address taken apart here that was pasted with more around it.
    """
    has_password = args.no_sign_in or args.password_env or args.password_file not in (None, "-")
    if not has_password or args.practice or args.nameserver or args.ask_nobody or args.pack or installed_packs():
        return
    plain = PLAIN.fullmatch(args.address)
    if plain is None:
        return
    domain = plain[1].lower()
    if _may_be_known(domain) or (not args.yes and _is_doubted(domain)):
        return
    refuses = partial(refused_by_policy, given=False, lab=False, own_network=args.yes)
    is_left_out = {"imap": args.incoming or args.no_incoming, "smtp": args.outgoing or args.no_outgoing}
    wanted = [service for service in GUESSED if not is_left_out[service]]
    for service in wanted:
        look_up.begin(f"{service}.{domain}", GUESSED[service], refuses)
    for place in PUBLISHES if wanted else ():
        look_up.begin(f"{place}{domain}")


def _may_be_known(domain: str) -> bool:
    seen = may_be_known(domain)
    if seen is not None:
        return seen
    from wizard import wiring

    return wiring.presets().for_domain(domain) is not None


def _is_doubted(domain: str) -> bool:
    """Whether the person is asked first whether another domain was meant."""
    from wizard.setup.did_you_mean import resembles_provider

    return resembles_provider(domain) is not None
