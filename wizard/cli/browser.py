"""Options that sign in in the browser instead of with a password."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wizard.cli import render
from wizard.errors import UsageError
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.model.account import CheckResult
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession
    from wizard.signin.device_code import DeviceCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the two ways."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--browser-sign-in", action="store_true", help=tr("sign in in the browser (OAuth 2.0), no password")
    )
    ways.add_argument("--device-sign-in", action="store_true", help=tr("the same on another device, with a short code"))


def is_wanted(args: argparse.Namespace) -> bool:
    """Whether the browser takes the password's place; raises UsageError where a password is given as well."""
    wanted = bool(args.browser_sign_in or args.device_sign_in)
    if wanted and (args.password_file or args.password_env or args.outgoing_password_file or args.no_sign_in):
        raise UsageError(tr("A sign-in in the browser takes no password, and makes no sense with --no-sign-in."))
    return wanted


async def check(
    session: SetupSession, draft: AccountDraft, plan: Plan | None, args: argparse.Namespace, listener: Listener
) -> CheckResult:
    """Signs in and checks; a sign-in that was refused ends in a result as well."""
    if args.device_sign_in:
        return await session.sign_in_and_check(draft, plan=plan, show_code=show_code, listener=listener)
    return await session.sign_in_and_check(draft, plan=plan, open_browser=open_browser, listener=listener)


def open_browser(url: str) -> None:
    """Opens the page; says where it is, for where no browser comes up."""
    import webbrowser
    from threading import Thread

    render.warn(tr("Sign in in the browser. If it does not open, open this page:\n{url}", url=url))
    # On the side: a browser in the terminal would hold everything up until it is closed.
    Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def show_code(code: DeviceCode) -> None:
    """Says what to type where."""
    render.warn(tr("Open {url} on any device and type this code: {code}", url=code.url, code=code.user_code))
    if code.direct_url is not None:
        render.warn(tr("Or open {url}", url=code.direct_url))
