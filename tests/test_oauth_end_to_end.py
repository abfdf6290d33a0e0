"""Signing in in the browser, from the page to a proven account: a real provider, real Dovecot and Postfix."""

from __future__ import annotations

import asyncio
import json
import logging
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import keyring
import pytest

from tests.accounts.keyrings import MemoryKeyring
from tests.lab.browser import Browser
from tests.lab.certificates import Authority
from tests.lab.identity import CLIENT_ID, USER_CODE, IdentityProvider
from tests.lab.mail_server import MailServer
from tests.lab.names import NameServer
from wizard import wiring
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount
from wizard.cli.main import main
from wizard.model.account import CheckResult, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import AskAdministrator, Diagnosis, SignIn
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Stage
from wizard.model.refusal import Refusal
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol
from wizard.net.dial import SystemDialer
from wizard.net.dns import DnsResolver
from wizard.net.fetch import Fetcher
from wizard.net.tls import Trust
from wizard.setup.browser_sign_in import BrowserSignIn
from wizard.setup.given import given_draft
from wizard.setup.options import Options
from wizard.setup.session import SetupSession
from wizard.signin.refusals import SignInRefused
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

ADA = Address.parse("ada@example.org")

PRESET = """
name = "Example Mail"
country = "WW"
category = "hoster"
status = "ok"
domains = ["example.org"]
sign_in = ["oauth2"]
checked = 2026-11-21
sources = ["the lab"]

[imap]
servers = ["mail.example.org:{imaps}/tls"]

[pop3]
servers = ["mail.example.org:{pop3s}/tls"]

[smtp]
servers = ["mail.example.org:{submissions}/tls"]

[oauth]
authorization = "{issuer}/authorize"
token = "{issuer}/token"
device = "{issuer}/device_authorization"
scopes = ["mail", "openid", "email"]
"""


@dataclass(frozen=True, slots=True)
class Town:
    """Everything an account needs: who signs it in, where its mail is, who knows the names, and the helpdesk's pack."""

    identity: IdentityProvider
    mail: MailServer
    names: NameServer
    pack: Path
    ca_file: Path

    def settings(self, *, pack: Path | None = None) -> Settings:
        return Settings(
            nameserver=self.names.option,
            ca_files=(self.ca_file,),
            pack_paths=(pack or self.pack,),
            options=Options(deadline_s=30),
        )

    @asynccontextmanager
    async def session(self, *, pack: Path | None = None) -> AsyncIterator[SetupSession]:
        async with wiring.session(self.settings(pack=pack)) as session:
            yield session

    @property
    def command(self) -> list[str]:
        options = ["--nameserver", self.names.option, "--ca-file", str(self.ca_file), "--pack", str(self.pack)]
        return ["check", "ada@example.org", *options, "--deadline", "30"]


@pytest.fixture(scope="module")
def built(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with (
        IdentityProvider(authority) as identity,
        MailServer(authority, introspection_url=identity.introspection_url) as mail,
        NameServer({"example.org": ["login A 127.0.0.1", f"mail A {mail.address}"]}) as names,
    ):
        pack = tmp_path_factory.mktemp("pack")
        (pack / "presets").mkdir()
        (pack / "helpdesk.toml").write_text(f'[oauth.example-org]\nclient_id = "{CLIENT_ID}"\n')
        preset = PRESET.format(
            imaps=mail.imaps[1], pop3s=mail.pop3s[1], submissions=mail.submissions[1], issuer=identity.issuer
        )
        (pack / "presets" / "example-org.toml").write_text(preset)
        yield Town(identity, mail, names, pack, authority.ca_file)


@pytest.fixture
def town(built: Town) -> Town:
    built.identity.refresh()
    built.mail.refresh()
    return built


@pytest.fixture
def browser(authority: Authority) -> Iterator[Browser]:
    with Browser(authority) as opened:
        yield opened


async def signed_in(session: SetupSession, browser: Browser, draft: AccountDraft | None = None) -> AccountDraft:
    draft = draft or AccountDraft(ADA)
    plan = await session.discover(draft.address)
    return await session.sign_in(draft, plan=plan, open_browser=browser.open)


async def refused(session: SetupSession, browser: Browser) -> CheckResult:
    """The result for a sign-in that the provider does not let through."""
    with pytest.raises(SignInRefused) as error:
        await signed_in(session, browser)
    return await session.check_without_token(AccountDraft(ADA), error.value)


def sides(result: CheckResult) -> list[SideResult]:
    assert result.incoming is not None
    assert result.outgoing is not None
    return [result.incoming, result.outgoing]


def told_first(result: CheckResult, cause: str) -> Diagnosis:
    assert result.verdict is Verdict.FAILS
    assert result.diagnoses[0].cause == cause, [one.cause for one in result.diagnoses]
    assert len({one.cause for one in result.diagnoses}) == len(result.diagnoses)
    return result.diagnoses[0]


# Both ways in


async def test_in_the_browser(town: Town, browser: Browser) -> None:
    async with town.session() as session:
        result = await session.check(await signed_in(session, browser))
        assert result.verdict is Verdict.WORKS, result.diagnoses
        assert [(side.status, side.auth) for side in sides(result)] == [(Status.VERIFIED, "XOAUTH2")] * 2
        assert result.sign_in_attempts == {Protocol.IMAP: 1, Protocol.SMTP: 1}
        sent = await session.send_test_message(result)
    assert sent.round_trip.status is RoundTripStatus.ARRIVED
    assert [attempt.method for attempt in town.mail.auth_log()].count("XOAUTH2") == 2
    assert "Close this page" in browser.seen[-1].body


async def test_on_another_device(town: Town) -> None:
    town.identity.interval_s, town.identity.device_status = 0.01, "authorized"
    town.identity.polls = ["authorization_pending", "authorization_pending"]
    shown: list[str] = []
    async with town.session() as session:
        plan = await session.discover(ADA)
        draft = await session.sign_in(AccountDraft(ADA), plan=plan, show_code=lambda code: shown.append(code.user_code))
        result = await session.check(draft, plan=plan)
    assert shown == [USER_CODE]
    assert result.verdict is Verdict.WORKS, result.diagnoses


async def test_with_pop3(town: Town, browser: Browser) -> None:
    given = given_draft(ADA, incoming=f"pop3:mail.example.org:{town.mail.pop3s[1]}/tls")
    async with town.session() as session:
        result = await session.check(await signed_in(session, browser, given))
    assert result.verdict is Verdict.WORKS, result.diagnoses
    assert [(side.candidate.protocol, side.auth) for side in sides(result)] == [
        (Protocol.POP3, "XOAUTH2"),
        (Protocol.SMTP, "XOAUTH2"),
    ]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
async def test_where_only_oauthbearer_is_offered(
    town: Town, browser: Browser, authority: Authority, protocol: str
) -> None:
    only = "auth_mechanisms = plain oauthbearer\n"
    with MailServer(authority, introspection_url=town.identity.introspection_url, dovecot=only) as other:
        port = other.imaps[1] if protocol == "imap" else other.pop3s[1]
        given = given_draft(
            ADA,
            incoming=f"{protocol}:{other.address}:{port}/tls",
            outgoing=f"{other.address}:{other.submissions[1]}/tls",
        )
        async with town.session() as session:
            result = await session.check(await signed_in(session, browser, given))
    assert result.verdict is Verdict.WORKS, result.diagnoses
    assert [side.auth for side in sides(result)] == ["OAUTHBEARER"] * 2


# Each way it fails


async def test_a_token_that_ran_out_is_renewed_without_a_word(town: Town, browser: Browser) -> None:
    async with town.session() as session:
        draft = await signed_in(session, browser)
        town.identity.expire()
        result = await session.check(draft)
    assert result.verdict is Verdict.WORKS, result.diagnoses
    assert result.draft.oauth_token != draft.oauth_token


async def test_a_permission_that_was_withdrawn(town: Town, browser: Browser) -> None:
    async with town.session() as session:
        draft = await signed_in(session, browser)
        town.identity.revoke()
        result = await session.check(draft)
    card = told_first(result, "token-expired")
    assert card.title == "The browser sign-in is no longer valid"
    assert isinstance(card.remedies[0].action, SignIn)
    assert card.server is not None
    assert sum(result.sign_in_attempts.values()) == 1  # the other side was not asked with the same token


async def test_a_token_that_is_not_for_mail(town: Town, browser: Browser) -> None:
    town.identity.good_for = ("calendar",)
    async with town.session() as session:
        result = await session.check(await signed_in(session, browser))
    card = told_first(result, "token-expired")
    assert card.title == "The permission given in the browser is not for mail"
    assert "scopes" in card.why
    assert isinstance(card.remedies[0].action, AskAdministrator)


async def test_a_permission_without_mail(town: Town, browser: Browser) -> None:
    town.identity.grants = ("calendar", "openid", "email")
    async with town.session() as session:
        result = await refused(session, browser)
    assert told_first(result, "token-expired").title == "The permission given in the browser is not for mail"
    assert result.sign_in_attempts == {}


async def test_another_account_was_chosen(town: Town, browser: Browser) -> None:
    town.identity.user = "bob@example.org"
    async with town.session() as session:
        result = await refused(session, browser)
    card = told_first(result, "bad-credentials")
    assert card.title == "Another account was chosen in the browser"
    assert "bob@example.org" in card.why
    assert card.remedies[0].say == "Sign in again and choose ada@example.org"
    assert result.sign_in_attempts == {}


@pytest.mark.parametrize(
    "denial",
    [
        ("consent_required", "AADSTS65001: The user or administrator has not consented to use the application"),
        ("access_denied", "AADSTS90094: Admin consent is required for the permissions requested by this application."),
    ],
)
async def test_the_administrator_has_not_consented(town: Town, browser: Browser, denial: tuple[str, str]) -> None:
    town.identity.denies = denial
    async with town.session() as session:
        result = await refused(session, browser)
    card = told_first(result, "consent-required")
    assert card.title == "Your administrator has to allow this first"
    assert "AADSTS" in card.why
    message = card.remedies[0].action
    assert card.remedies[0].id == "ask-administrator"
    assert isinstance(message, AskAdministrator)
    assert "administrator consent" in message.request
    assert "ada@example.org" in message.request


async def test_the_person_said_no(town: Town, browser: Browser) -> None:
    town.identity.denies = ("access_denied", "")
    async with town.session() as session:
        result = await refused(session, browser)
    card = told_first(result, "oauth-required")
    assert card.title == "The sign-in in the browser was cancelled"
    assert [side.status for side in sides(result)] == [Status.REACHED] * 2
    assert [side.status for side in browser.seen[-1:]] == [200]


@pytest.mark.parametrize(
    ("status", "title"), [("access_denied", "cancelled"), ("expired_token", "not finished in time")]
)
async def test_the_other_device_says_no(town: Town, status: str, title: str) -> None:
    town.identity.interval_s, town.identity.device_status = 0.01, status
    async with town.session() as session:
        plan = await session.discover(ADA)
        with pytest.raises(SignInRefused) as error:
            await session.sign_in(AccountDraft(ADA), plan=plan, show_code=lambda _: None)
        result = await session.check_without_token(AccountDraft(ADA), error.value, plan=plan)
    assert title in told_first(result, "oauth-required").title


async def test_without_a_client_id(town: Town, tmp_path: Path) -> None:
    (tmp_path / "presets").symlink_to(town.pack / "presets")
    async with town.session(pack=tmp_path) as session:
        result = await session.check(AccountDraft(ADA))
        with pytest.raises(SignInRefused) as error:
            await session.sign_in(AccountDraft(ADA), plan=await session.discover(ADA), open_browser=lambda _: None)
        same = await session.check_without_token(AccountDraft(ADA), error.value)
    for card in (told_first(result, "oauth-required"), told_first(same, "oauth-required")):
        ids = [remedy.id for remedy in card.remedies]
        assert ids[:4] == ["sign-in-with-browser", "use-thunderbird", "use-outlook", "use-apple-mail"]
        assert not any(isinstance(remedy.action, SignIn) for remedy in card.remedies)
        assert all(len(remedy.steps) >= 3 for remedy in card.remedies[1:4])
    assert [side.status for side in sides(result)] == [Status.REACHED] * 2
    failure = sides(result)[0].report
    assert failure is not None
    assert result.sign_in_attempts == {}
    assert [item.error for item in result.timeline if item.stage is Stage.AUTH] == [ErrorKind.NO_COMMON_AUTH] * 2
    offered = {str(item.detail["mechanisms"]) for item in result.timeline if item.stage is Stage.AUTH}
    assert offered == {"XOAUTH2 OAUTHBEARER"}


async def test_no_password_is_asked_about_where_one_was_given(town: Town) -> None:
    """A password typed anyway is still tried: the lab's Dovecot takes it, whatever the preset says."""
    async with town.session() as session:
        result = await session.check(AccountDraft(ADA, secret=Secret("tulip-wagon-64")))
    assert result.verdict is Verdict.WORKS


async def test_nobody_comes_back_from_the_browser(town: Town) -> None:
    async with wiring.session(town.settings()) as session:
        plan = await session.discover(ADA)
    provider = plan.provider
    assert provider is not None
    trust = Trust((town.ca_file,))
    dialer = SystemDialer(DnsResolver(town.names.address), lab=True)
    sign_in = BrowserSignIn(Fetcher(dialer, trust), wiring.pack((town.pack,)))
    with pytest.raises(SignInRefused) as error:
        await sign_in.in_browser(ADA, provider, lambda _: None, timeout_s=0.01)
    assert error.value.refusal is Refusal.TIMED_OUT


async def test_stopped_while_the_browser_is_open(town: Town) -> None:
    opened = asyncio.Event()
    async with town.session() as session:
        plan = await session.discover(ADA)
        waiting = asyncio.ensure_future(
            session.sign_in(AccountDraft(ADA), plan=plan, open_browser=lambda _: opened.set())
        )
        await opened.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting  # and no socket is left, which every test is watched for


# Kept for another day


@pytest.fixture
def keyring_() -> Iterator[MemoryKeyring]:
    """The system's keyring, for this test."""
    before, kept = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(kept)
    yield kept
    keyring.set_keyring(before)


async def kept_on_the_first_day(town: Town, browser: Browser, accounts: SavedAccounts) -> SavedAccount:
    """The account proven after a sign-in in the browser, and saved with its permission."""
    async with town.session() as session:
        draft = await signed_in(session, browser)
        account = (await session.check(draft)).verified_account()
        permission = session.sign_in_to_keep(draft)
    assert account is not None
    assert permission is not None
    return await accounts.save(account, {SecretKind.REFRESH_TOKEN: permission})


async def permission_in(accounts: SavedAccounts) -> str:
    """The refresh token that the keyring holds for the account."""
    return (await accounts.store.load(ADA))[SecretKind.REFRESH_TOKEN].reveal()


@pytest.fixture
def accounts(tmp_path: Path, keyring_: MemoryKeyring) -> SavedAccounts:
    return SavedAccounts(AccountBook(tmp_path / "accounts.json"), SecretStore())


async def test_another_session_signs_in_without_the_browser(
    town: Town, browser: Browser, accounts: SavedAccounts
) -> None:
    await kept_on_the_first_day(town, browser, accounts)
    kept = await permission_in(accounts)
    assert kept in town.identity.book.refresh
    async with town.session() as session:
        plan = await session.discover(ADA)
        draft = await session.sign_in_again(AccountDraft(ADA), Secret(kept), plan=plan)
        result = await session.check(draft, plan=plan)
        assert result.verdict is Verdict.WORKS, result.diagnoses
        second = await permission_in(accounts)
        assert second != kept  # each refresh token is good once here
        town.identity.expire()
        assert (await session.check(draft, plan=plan)).verdict is Verdict.WORKS
    assert await permission_in(accounts) != second
    assert len(browser.seen) == 2  # the provider's page and ours, both of the first day


async def test_a_mail_programs_command_prints_a_token_into_its_pipe(
    town: Town,
    browser: Browser,
    accounts: SavedAccounts,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("wizard.cli.accounts.default_path", lambda: tmp_path / "accounts.json")
    await kept_on_the_first_day(town, browser, accounts)
    words = ["accounts", "token", "ada@example.org", *town.command[2:]]
    assert await asyncio.to_thread(main, words) == 0
    shown = capsys.readouterr()
    (token,) = shown.out.splitlines()
    assert token in town.identity.book.access
    assert token not in shown.err
    assert await asyncio.to_thread(main, [*words, "--json"]) == 2
    assert "not shown on a screen" in capsys.readouterr().err
    town.identity.revoke()
    assert await asyncio.to_thread(main, words) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err


async def test_a_saved_account_is_checked_without_the_browser(
    town: Town, browser: Browser, keyring_: MemoryKeyring, accounts: SavedAccounts
) -> None:
    saved = await kept_on_the_first_day(town, browser, accounts)
    assert saved.secrets == {SecretKind.REFRESH_TOKEN}
    async with town.session() as session:
        checked = await accounts.check(saved, session.check_saved)
    assert checked.verdict is Verdict.WORKS, checked
    town.identity.revoke()
    async with town.session() as session:
        checked = await accounts.check(saved, session.check_saved)
    assert checked.result is not None
    assert told_first(checked.result, "token-expired").title == "The browser sign-in is no longer valid"
    assert "it worked until" in checked.result.diagnoses[0].why
    assert await accounts.forget(ADA)
    assert keyring_.kept == {}


async def test_checking_a_saved_account_leaves_the_sessions_own_sign_in_alone(
    town: Town, browser: Browser, accounts: SavedAccounts
) -> None:
    """As in the window, where one session serves the account that is being set up and those that are saved."""
    saved = await kept_on_the_first_day(town, browser, accounts)
    async with town.session() as session:
        draft = await signed_in(session, browser)
        assert (await accounts.check(saved, session.check_saved)).verdict is Verdict.WORKS
        assert session.sign_in_to_keep(draft) is not None
        town.identity.expire()
        assert (await session.check(draft)).verdict is Verdict.WORKS


async def test_a_sign_in_that_was_forgotten_while_it_was_renewed_does_not_come_back(
    town: Town, browser: Browser, keyring_: MemoryKeyring, accounts: SavedAccounts
) -> None:
    saved = await kept_on_the_first_day(town, browser, accounts)
    kept = await permission_in(accounts)
    await accounts.forget(ADA)
    async with town.session() as session:
        draft = AccountDraft(ADA, incoming=saved.incoming, outgoing=saved.outgoing)
        assert (await session.check_saved(draft, permission=Secret(kept))).verdict is Verdict.WORKS
    assert keyring_.kept == {}


async def test_the_time_a_permission_takes_to_renew_counts_and_the_new_one_is_kept(
    town: Town, browser: Browser, accounts: SavedAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = await kept_on_the_first_day(town, browser, accounts)
    before = await permission_in(accounts)
    async with town.session() as session:
        moments = iter((0.0, session.options.deadline_s + 1.0))
        monkeypatch.setattr("wizard.setup.session.now", lambda: next(moments))
        checked = await accounts.check(saved, session.check_saved)
    assert checked.result is not None
    assert checked.result.verdict is Verdict.UNDECIDED
    assert checked.result.sign_in_attempts == {}
    assert await permission_in(accounts) != before, "it was good for one use"


async def test_a_kept_permission_that_was_withdrawn(town: Town, browser: Browser) -> None:
    async with town.session() as session:
        permission = session.sign_in_to_keep(await signed_in(session, browser))
        assert permission is not None
        town.identity.revoke()
        plan = await session.discover(ADA)
        with pytest.raises(SignInRefused) as error:
            await session.sign_in_again(AccountDraft(ADA), permission, plan=plan)
    assert error.value.refusal is Refusal.EXPIRED


async def test_nothing_is_to_be_kept_where_nothing_was_signed_in(town: Town) -> None:
    async with town.session() as session:
        assert session.sign_in_to_keep(AccountDraft(ADA, oauth_token=Secret("from-elsewhere"))) is None


# The command line


def test_the_command_line_signs_in_in_the_browser(
    town: Town, browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", browser.open)
    assert main([*town.command, "--browser-sign-in", "--json"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["verdict"] == "works"
    assert document["incoming"]["auth"] == document["outgoing"]["auth"] == "XOAUTH2"
    assert f"{town.identity.issuer}/authorize?" in printed.err


def test_the_command_line_signs_in_on_another_device(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.identity.interval_s, town.identity.device_status = 0.01, "authorized"
    assert main([*town.command, "--device-sign-in", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["verdict"] == "works"
    assert f"Open {town.identity.issuer}/device on any device and type this code: {USER_CODE}" in printed.err


def test_the_command_line_tells_a_refusal_as_a_result(
    town: Town, browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", browser.open)
    town.identity.denies = ("consent_required", "")
    assert main([*town.command, "--browser-sign-in", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["diagnoses"][0]["cause"] == "consent-required"
    assert document["incoming"]["status"] == document["outgoing"]["status"] == "reached"


@pytest.mark.parametrize("more", [["--device-sign-in"], ["--password-env", "HOME"], ["--no-sign-in"]])
def test_ways_that_exclude_each_other(town: Town, more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*town.command, "--browser-sign-in", *more]) == 2
    assert capsys.readouterr().out == ""


# Secrets


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_no_token_leaves_the_program(
    town: Town,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    ends: str,
) -> None:
    monkeypatch.setattr(webbrowser, "open", browser.open)
    if ends == "badly":
        town.identity.good_for = ("calendar",)
    with caplog.at_level(logging.DEBUG):
        for kind in ("json", "html", "txt"):
            main([*town.command, "--browser-sign-in", "--json", "--report", str(tmp_path / f"report.{kind}")])
    printed = capfd.readouterr()
    # The provider runs in this process too, and oauthlib's server side tells its own log what it saves.
    servers = ("oauthlib.oauth2.rfc6749.endpoints", "oauthlib.oauth2.rfc6749.grant_types")
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith(servers)]
    assert any("oauthlib" in record.name for record in caplog.records)
    texts = [printed.out, printed.err, *logged, *(path.read_text() for path in tmp_path.iterdir())]
    book = town.identity.book
    secrets = [Secret(text) for text in (*book.access, *book.refresh)]
    secrets += [Secret(page.url.split("code=")[1].split("&")[0]) for page in browser.seen if "code=" in page.url]
    assert len(secrets) >= 9
    redact = Redactor(tuple(secrets), ("ada@example.org",))
    for text in texts:
        assert text == redact(text)
