"""What is written down for a program is what is read from it again, whatever stands in names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handover.accounts import account, imap, smtp
from wizard.errors import UsageError
from wizard.handover import apple_mail, claws, evolution
from wizard.handover.inert import is_single_line
from wizard.handover.programs import apple_profile, text_configs, thunderbird
from wizard.handover.programs.found import FoundAccount, differences
from wizard.handover.programs.reading import accounts_in, readable_programs
from wizard.handover.sheet import HandoverFile
from wizard.handover.targets import sheet
from wizard.handover.words import SignInKind
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security

NAMES = st.text("'\"\\`$(){}<>&;#%!=@,:? abü", min_size=1, max_size=20).filter(
    lambda text: is_single_line(text) and text == text.strip()
)


def written(program: str, verified: VerifiedAccount, folder: Path) -> Path:
    """The program's files as they would be put in place; where they are read from."""
    files: tuple[HandoverFile, ...]
    match program:
        case "thunderbird":
            (folder / "prefs.js").write_bytes(thunderbird.profile_preferences(verified))
            return folder
        case "evolution":
            files = evolution.files(verified)
        case "claws":
            files = claws.profile_files(verified)
        case "apple-mail":
            files = apple_mail.files(verified)
        case _:
            files = sheet(program, verified).files
    for file in files:
        (folder / file.name).write_bytes(file.content)
    return folder if program in ("evolution", "claws") else folder / files[0].name


def read(program: str, verified: VerifiedAccount, folder: Path) -> FoundAccount:
    (found,) = accounts_in(program, written(program, verified, folder))
    return found


KINDS: dict[str, dict[str, object]] = {
    "tls": {},
    "starttls": {
        "incoming": imap(port=143, security=Security.STARTTLS),
        "outgoing": smtp(port=587, security=Security.STARTTLS),
    },
    "short": {"incoming": imap(username="ada"), "outgoing": smtp(username="ada-sends")},
    "unusual-port": {"incoming": imap(port=10993), "outgoing": smtp(port=10465)},
    "encrypted": {"incoming_auth": "CRAM-MD5", "outgoing_auth": "CRAM-MD5"},
    "clear": {
        "incoming": imap(port=143, security=Security.NONE),
        "outgoing": smtp(port=25, security=Security.NONE),
    },
    "relay": {"outgoing_auth": "none"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("program", readable_programs())
def test_what_is_written_is_read_again(program: str, kind: str, tmp_path: Path) -> None:
    verified = account(**KINDS[kind])
    found = read(program, verified, tmp_path)
    assert differences(found, verified) == ()
    assert found.address == verified.address
    has_sides = (found.incoming is not None, found.outgoing is not None)
    assert has_sides == {"msmtp": (False, True), "git": (False, True), "mbsync": (True, False)}.get(
        program, (True, True)
    )


@pytest.mark.parametrize("program", ["thunderbird", "evolution", "claws", "apple-mail", "neomutt"])
def test_pop3_is_read_again(program: str, tmp_path: Path) -> None:
    verified = account(incoming=imap(protocol=Protocol.POP3, port=995))
    found = read(program, verified, tmp_path)
    assert differences(found, verified) == ()
    assert found.incoming is not None
    assert found.incoming.protocol is Protocol.POP3


@pytest.mark.slow
@pytest.mark.parametrize("program", readable_programs())
@given(username=NAMES, name=NAMES)
def test_any_name_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, program: str, username: str, name: str
) -> None:
    verified = account(display_name=name, incoming=imap(username=username), outgoing=smtp(username=username))
    assert differences(read(program, verified, tmp_path_factory.mktemp("read")), verified) == ()


def test_a_difference_is_a_sentence_with_both_values(tmp_path: Path) -> None:
    found = read("thunderbird", account(), tmp_path)
    other = account(
        incoming=imap(port=143, security=Security.STARTTLS, username="ada"), outgoing=smtp(host="mail.example.org")
    )
    assert differences(found, other) == (
        "Receiving: port is 993, proven was 143",
        "Receiving: encryption is SSL/TLS, proven was STARTTLS",
        "Receiving: user name is ada@example.org, proven was ada",
        "Sending: server is smtp.example.org, proven was mail.example.org",
    )


def test_a_sign_in_that_differs_is_told(tmp_path: Path) -> None:
    found = read("thunderbird", account(outgoing_auth="XOAUTH2"), tmp_path)
    assert found.outgoing is not None
    assert found.outgoing.sign_in is SignInKind.OAUTH2
    assert differences(found, account()) == ("Sending: sign-in is OAuth2, proven was Normal password",)


def test_thunderbirds_own_words_for_what_was_changed_later_win(tmp_path: Path) -> None:
    text = thunderbird.profile_preferences(account()).decode()
    text += 'user_pref("mail.server.server1.realhostname", "imap.example.net");\nuser_pref("broken", ;\n'
    (tmp_path / "prefs.js").write_text(text)
    (found,) = thunderbird.accounts_of(tmp_path)
    assert found.incoming is not None
    assert found.incoming.host == "imap.example.net"


def test_thunderbirds_profiles_are_found_by_their_list(tmp_path: Path) -> None:
    (tmp_path / "abc.default").mkdir()
    (tmp_path / "profiles.ini").write_text(
        "[Install4F96D1932A9F858E]\nDefault=abc.default\n\n[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\n"
    )
    assert thunderbird.profiles(tmp_path) == (tmp_path / "abc.default",)
    (tmp_path / "profiles.ini").write_bytes(thunderbird.with_profile(tmp_path, "new", "New one"))
    assert thunderbird.profiles(tmp_path) == (tmp_path / "abc.default", tmp_path / "new")
    (tmp_path / "profiles.ini").write_bytes(thunderbird.without_profile(tmp_path, "new"))
    text = (tmp_path / "profiles.ini").read_text()
    assert "New one" not in text
    assert "[Install4F96D1932A9F858E]\nDefault=abc.default\n" in text


@pytest.mark.parametrize(
    ("general", "account_s", "number", "protocol"),
    [
        ("", "config_version=4\n", "1", Protocol.IMAP),
        ("", "config_version=4\n", "0", Protocol.POP3),
        ("[Common]\nconfig_version=2\n", "", "1", Protocol.IMAP),
        ("[Common]\nlog=1\n", "", "3", Protocol.IMAP),
        ("", "", "1", Protocol.POP3),
    ],
)
def test_claws_numbers_of_protocols_are_those_of_the_files_version(
    general: str, account_s: str, number: str, protocol: Protocol, tmp_path: Path
) -> None:
    (tmp_path / "clawsrc").write_text(general)
    (tmp_path / "accountrc").write_text(
        f"[Account: 1]\naddress=ada@example.org\n{account_s}protocol={number}\nreceive_server=mail.example.org\n"
        "[Account: 2]\nconfig_version=4\nprotocol=2\nnntp_server=news.example.org\n"
    )
    (found,) = accounts_in("claws", tmp_path)
    assert found.incoming is not None
    assert found.incoming.protocol is protocol


def test_msmtp_takes_over_what_another_account_has(tmp_path: Path) -> None:
    path = tmp_path / "msmtprc"
    path.write_text(
        "defaults\ntls on\ntls_starttls off\n\naccount one\nhost smtp.example.org\nauth on\nuser ada\n"
        "from ada@example.org\n\naccount two : one\nfrom eve@example.org\n\naccount default : one\n"
    )
    found = list(text_configs.msmtp_accounts(path))
    assert [str(one.address) for one in found] == ["ada@example.org", "eve@example.org"]
    assert {(one.outgoing.host, one.outgoing.port, one.outgoing.security) for one in found if one.outgoing} == {
        ("smtp.example.org", 465, Security.TLS)
    }


def test_a_muttrc_reads_the_files_it_names(tmp_path: Path) -> None:
    (tmp_path / "ada").write_bytes(sheet("neomutt", account()).files[0].content)
    (tmp_path / "muttrc").write_text(f"# mine\nsource {(tmp_path / 'ada').as_posix()}\nset sort=threads\n")
    (found,) = text_configs.neomutt_accounts(tmp_path / "muttrc")
    assert differences(found, account()) == ()


def test_git_reads_the_files_it_includes(tmp_path: Path) -> None:
    (tmp_path / "ada").write_bytes(sheet("git", account()).files[0].content)
    (tmp_path / "config").write_text("[user]\n\tname = Ada\n[include]\n\tpath = ada\n")
    (found,) = text_configs.git_accounts(tmp_path / "config")
    assert differences(found, account()) == ()


def test_a_signed_profile_is_read_as_well(tmp_path: Path) -> None:
    (file,) = apple_mail.files(account())
    path = tmp_path / "signed.mobileconfig"
    path.write_bytes(b"0\x82\x0f\x00\x06\x09" + file.content + b"\xa0\x82signature")
    (found,) = apple_profile.accounts(path)
    assert differences(found, account()) == ()


@pytest.mark.parametrize(
    "content", [b"", b"<?xml</plist>", b"\xff\xfe", b"[" * 5000, b"<?xml ?><plist>" + b"<a>" * 900]
)
@pytest.mark.parametrize("program", readable_programs())
def test_a_file_of_nonsense_has_no_accounts(program: str, content: bytes, tmp_path: Path) -> None:
    name = {"thunderbird": "prefs.js", "claws": "accountrc", "evolution": "x.source"}.get(program, "file")
    (tmp_path / name).write_bytes(content)
    place = tmp_path if program in ("thunderbird", "claws", "evolution") else tmp_path / name
    if program == "apple-mail":
        with pytest.raises(UsageError, match="no configuration profile"):
            accounts_in(program, place)
    else:
        assert accounts_in(program, place) == ()


def test_a_file_cannot_name_a_server_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "msmtprc"
    path.write_text('account a\nhost "smtp example org"\naccount b\nhost smtp.example.org\nport 99999\n')
    assert list(text_configs.msmtp_accounts(path)) == []


def test_a_found_account_is_a_draft_that_a_check_takes(tmp_path: Path) -> None:
    draft = read("thunderbird", account(display_name="Ada\u202e Example"), tmp_path).draft()
    assert draft.display_name == "Ada Example"
    assert draft.incoming is not None
    assert (draft.incoming.host, draft.incoming.username) == ("imap.example.org", "ada@example.org")
    assert draft.wants_outgoing


def test_an_account_that_only_sends_is_checked_for_that_alone(tmp_path: Path) -> None:
    draft = read("msmtp", account(), tmp_path).draft()
    assert not draft.wants_incoming
    assert draft.wants_outgoing


def test_an_account_without_an_address_says_so() -> None:
    nameless = FoundAccount("mbsync", Path("x"), None, label="work")
    with pytest.raises(UsageError, match="work names no email address"):
        nameless.draft()


@pytest.mark.parametrize(
    ("program", "include", "setting"),
    [
        ("neomutt", "source {}\n", "set folder = imaps://ada@imap.example.org/\n"),
        ("git", "[include]\npath = {}\n", "[sendemail]\nsmtpserver = smtp.example.org\nsmtpuser = ada\n"),
    ],
)
def test_files_that_include_themselves_a_thousand_times_are_read_once(
    program: str, include: str, setting: str, tmp_path: Path
) -> None:
    path = tmp_path / "config"
    names = [str(path), str(tmp_path / "." / "config"), str(tmp_path / ".." / tmp_path.name / "config")]
    path.write_text("".join(include.format(names[number % 3]) for number in range(1000)) + setting)
    assert len(accounts_in(program, path)) == 1
