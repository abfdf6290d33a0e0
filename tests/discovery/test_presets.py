"""The presets themselves, the look-ups, and what becomes of a preset for an address."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.discovery.conftest import StartLab, config, hoster
from tests.lab.web import Page
from wizard import assets
from wizard.discovery import preset_index
from wizard.discovery.preset_diff import differences
from wizard.discovery.preset_file import provider_of, read_preset
from wizard.discovery.presets import PresetBook, candidates, gateway_for_mx, needs, region_of_mx
from wizard.errors import ResourceError, UsageError
from wizard.language import SOURCE, speak
from wizard.model.address import Address
from wizard.model.plan import PlanOptions
from wizard.model.provider import Provider, ProviderStatus, Quirk, SignInWay
from wizard.model.server import Protocol, Security, Source, UsernameForm
from wizard.toml_reader import Table

FACTS = Path(__file__).with_name("preset_facts.tsv")

SMALL = """\
name = "Example Mail"
country = "WW"
category = "hoster"
status = "ok"
domains = ["example.org"]
checked = 2026-11-21
sources = ["https://mail.example.org/help"]

[imap]
servers = ["imap.example.org:993/tls"]

[smtp]
servers = ["smtp.example.org:465/tls", "smtp.example.org:587/starttls"]
"""


@pytest.fixture(scope="module")
def folder() -> Path:
    return assets.resources() / "presets"


@pytest.fixture(scope="module")
def book(folder: Path) -> PresetBook:
    return PresetBook.load([folder])


def provider(book: PresetBook, provider_id: str) -> Provider:
    found = book.get(provider_id)
    assert found is not None, provider_id
    return found


def write(folder: Path, name: str, text: str = SMALL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def best(found: Provider, protocol: Protocol, address: Address) -> tuple[str, int, Security, str]:
    first = next(each for each in candidates(found, address) if each.protocol is protocol)
    return first.host, first.port, first.security, first.username


# The presets themselves


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands for the presets that come with the program."""
    monkeypatch.setattr("wizard.assets.resources", lambda: tmp_path)
    folder = tmp_path / "presets"
    folder.mkdir()
    return folder


def test_at_least_220_valid_presets_without_conflicts(folder: Path) -> None:
    providers = [read_preset(path) for path in sorted(folder.glob("*.toml"))]
    assert len(providers) >= 220
    assert preset_index.conflicts(providers) == ()


def test_the_compiled_presets_say_the_same_as_the_files(folder: Path, ours: Path) -> None:
    copy = shutil.copytree(folder, ours, dirs_exist_ok=True)
    (copy / preset_index.COMPILED).write_text(preset_index.compiled(copy), "utf-8")
    assert preset_index.read_compiled(copy, preset_index.preset_files(copy)) is not None
    book = PresetBook.load([copy])
    for path in folder.glob("*.toml"):
        assert book.get(path.stem) == read_preset(path)


def test_every_preset_has_servers_or_says_why_not(book: PresetBook) -> None:
    for each in book.all():
        assert bool(each.servers) != bool(each.no_servers_because), each.id
        assert each.sources, each.id


def test_whoever_wants_an_app_password_explains_how_to_make_one(book: PresetBook) -> None:
    for each in book.all():
        if each.sign_in and each.sign_in[0] in (SignInWay.APP_PASSWORD, SignInWay.API_KEY):
            assert each.app_password is not None, each.id
            assert each.app_password.steps, each.id
            assert each.status is ProviderStatus.PREPARATION, each.id


def test_sentences_for_people_keep_the_house_rules(book: PresetBook) -> None:
    for each in book.all():
        for sentence in needs(each):
            assert sentence[-1] in ".)", (each.id, sentence)
            assert "!" not in sentence.replace("Yahoo!", ""), (each.id, sentence)
            assert not any(word in sentence.lower() for word in ("please", "authenticate", "[unverified]")), sentence


# The facts


def facts() -> Iterator[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def expected_username(form: str, address: Address) -> str:
    match form:
        case "full-address" | "asked":
            return str(address)
        case "local-part":
            return address.local
        case _:
            return form.replace("%EMAILLOCALPART%", address.local).replace("%EMAILDOMAIN%", address.domain)


def test_the_best_candidates_equal_the_facts(book: PresetBook) -> None:
    checked = 0
    for fact in facts():
        for domain in fact["domains"].replace("*.", "some.").split() or ["example.org"]:
            address = Address("ada.example", domain, domain)
            found = book.for_domain(domain) if fact["domains"] else book.get(fact["provider"])
            assert found is not None, fact
            assert found.id == fact["provider"], domain
            wanted_host = fact["host"].replace("%EMAILDOMAIN%", domain)
            wanted = (wanted_host, int(fact["port"]), fact["security"], expected_username(fact["username"], address))
            assert best(found, Protocol(fact["protocol"]), address) == wanted, fact
            checked += 1
    assert checked > 2000


def test_forms_that_only_the_person_knows_come_with_a_hint(book: PresetBook) -> None:
    asked = {fact["provider"] for fact in facts() if fact["username"] == "asked"}
    assert asked
    for provider_id in asked:
        assert provider(book, provider_id).username_hint, provider_id


# Look-ups


@pytest.mark.parametrize(
    ("domain", "provider_id"),
    [
        ("gmail.com", "gmail"),
        ("GMail.COM.", "gmail"),
        ("contoso.onmicrosoft.com", "microsoft-365"),
        ("tampabay.rr.com", "brighthouse"),
        ("nyc.rr.com", "twc"),
        ("user.plus.com", "plusnet"),
        ("mail.gmail.com", None),
        ("notgmail.com", None),
        ("com", None),
        ("", None),
    ],
)
def test_domain_look_up(book: PresetBook, domain: str, provider_id: str | None) -> None:
    found = book.for_domain(domain)
    assert (found.id if found else None) == provider_id


@pytest.mark.parametrize(
    ("host", "provider_id"),
    [
        ("gmail-smtp-in.l.google.com", "gmail"),
        ("alt1.gmail-smtp-in.l.google.com", "gmail"),
        ("ASPMX.L.GOOGLE.COM.", "google-workspace"),
        ("smtp.google.com", "google-workspace"),
        ("example-org.mail.protection.outlook.com", "microsoft-365"),
        ("example-org.a-v1.mx.microsoft", "microsoft-365"),
        ("outlook-com.olc.protection.outlook.com", "outlook-com"),
        ("mx01.mail.icloud.com", "icloud"),
        ("mx.zoho.eu", "zoho-workplace"),
        ("mx00.ionos.de", "ionos-de"),
        ("mx01.kundenserver.de", "ionos-de"),
        ("mx1.mail.ovh.net", "ovh"),
        ("smtp.secureserver.net", "godaddy-workspace"),
        ("mx-aol.mail.gm0.yahoodns.net", "aol"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("mail.notgoogle.com", None),
        ("ec2-192-0-2-1.compute-1.amazonaws.com", None),
    ],
)
def test_mx_look_up_takes_the_longest_ending_on_a_label_boundary(
    book: PresetBook, host: str, provider_id: str | None
) -> None:
    found = book.for_mx(host)
    assert (found.id if found else None) == provider_id


@pytest.mark.parametrize(
    ("host", "provider_id"),
    [
        ("smtp.gmail.com", "gmail"),
        ("smtp.office365.com", "microsoft-365"),
        ("smtp-mail.outlook.com", "outlook-com"),
        ("imap.mail.yahoo.com", "yahoo"),
        ("smtp.aol.com", "aol"),
        ("email-smtp.eu-west-1.amazonaws.com", "amazon-ses"),
        ("wp123.mail.server-he.de", "hosteurope"),
        ("mail.inbox.lv", "inbox-lv"),
        ("127.0.0.1", None),
        ("smtp.example.org", None),
    ],
)
def test_server_look_up(book: PresetBook, host: str, provider_id: str | None) -> None:
    found = book.for_host(host)
    assert (found.id if found else None) == provider_id


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("gmail", "gmail"),
        ("GOOGLE workspace", "google-workspace"),
        ("ada@hotmail.de", "outlook-com"),
        ("some.plus.com", "plusnet"),
        ("smtp.web.de", "web-de"),
        ("cesky hosting", "cesky-hosting"),
        ("Český", "cesky-hosting"),
        ("t-online", "t-online"),
        ("imap.orange.fr", "orange-fr"),
    ],
)
def test_search_finds_by_name_domain_and_server(book: PresetBook, query: str, first: str) -> None:
    assert book.search(query)[0].id == first


def test_search_without_words_lists_all_and_nonsense_finds_none(book: PresetBook) -> None:
    assert len(book.search(" ")) == len(book.all())
    assert book.search("no such provider anywhere") == ()


# Candidates and needs


def test_the_user_name_differs_by_protocol_at_icloud(book: PresetBook) -> None:
    address = Address.parse("ada@icloud.com")
    assert best(provider(book, "icloud"), Protocol.IMAP, address)[3] == "ada"
    assert best(provider(book, "icloud"), Protocol.SMTP, address)[3] == "ada@icloud.com"


def test_candidates_are_trusted_and_ordered_by_protocol_then_preference(book: PresetBook) -> None:
    found = candidates(provider(book, "gmail"), Address.parse("ada@gmail.com"))
    assert [(each.protocol, each.port) for each in found] == [
        (Protocol.IMAP, 993),
        (Protocol.POP3, 995),
        (Protocol.SMTP, 465),
        (Protocol.SMTP, 587),
    ]
    assert all(each.trusted and each.source is Source.PRESET and each.auth == () for each in found)


def test_browser_sign_in_only_is_said_in_the_candidates(book: PresetBook) -> None:
    outlook = candidates(provider(book, "outlook-com"), Address.parse("ada@outlook.com"))
    assert {each.auth for each in outlook} == {("XOAUTH2",)}
    hosted = candidates(provider(book, "microsoft-365"), Address.parse("ada@example.org"))
    assert {(each.protocol, each.auth) for each in hosted} == {
        (Protocol.IMAP, ("XOAUTH2",)),
        (Protocol.POP3, ("XOAUTH2",)),
        (Protocol.SMTP, ()),
    }


def test_a_region_is_a_choice(book: PresetBook) -> None:
    ses, address = provider(book, "amazon-ses"), Address.parse("ada@example.org")
    assert ses.regions[0] == "us-east-1"
    assert {each.host for each in candidates(ses, address)} == {"email-smtp.us-east-1.amazonaws.com"}
    european = candidates(ses, address, region="eu-west-1")
    assert {each.host for each in european} == {"email-smtp.eu-west-1.amazonaws.com"}
    godaddy = candidates(provider(book, "godaddy-workspace"), address, region="eu")
    assert [each.host for each in godaddy if each.protocol is Protocol.IMAP] == ["imap.secureserver.net"]
    assert "smtp.europe.secureserver.net" in {each.host for each in godaddy}


@pytest.mark.parametrize(
    ("provider_id", "host", "region"),
    [
        ("zoho-workplace", "mx2.zoho.eu", "eu"),
        ("zoho-workplace", "mx.zoho.com", "us"),
        ("amazon-workmail", "inbound-smtp.eu-west-1.amazonaws.com", "eu-west-1"),
        ("feishu", "mx1.larksuite.com", "lark"),
        ("zoho-workplace", "mx.example.org", None),
        ("ovh", "mx1.mail.ovh.net", None),
    ],
)
def test_an_mx_may_give_the_region_away(book: PresetBook, provider_id: str, host: str, region: str | None) -> None:
    assert region_of_mx(provider(book, provider_id), host) == region


def test_a_server_name_that_only_the_customer_knows_is_left_out_until_it_is_told(book: PresetBook) -> None:
    hosteurope, address = provider(book, "hosteurope"), Address.parse("ada@example.org")
    assert candidates(hosteurope, address) == ()
    told = candidates(hosteurope, address, placeholders={"SERVER": "wp123"})
    assert [each.host for each in told] == ["wp123.mail.server-he.de", "wp123.mailout.server-he.de"]
    assert any("wp" in sentence for sentence in needs(hosteurope))


def test_the_fixed_user_name_of_an_api(book: PresetBook) -> None:
    found = candidates(provider(book, "sendgrid"), Address.parse("ada@example.org"))
    assert {each.username for each in found} == {"apikey"}


@pytest.mark.parametrize(
    ("provider_id", "sentence"),
    [
        ("gmail", "Google wants an app password, not your everyday one."),
        ("qq", "QQ Mail wants an authorisation code here, not your everyday password."),
        ("outlook-com", "Microsoft signs you in through the web browser; a password is not enough here."),
        ("sendgrid", "SendGrid wants an API key here, not the password of your account."),
        ("gmx-net", "Where two-step sign-in is on, GMX wants an app-specific password here."),
        ("vfemail", "The servers of VFEmail are not known by heart; they are looked up when you go on."),
        ("amazon-ses", "Amazon SES has servers of its own for each region: choose yours."),
        ("tiscali-it", "Sending works only while you are connected through Tiscali."),
    ],
)
def test_what_is_said_up_front(book: PresetBook, provider_id: str, sentence: str) -> None:
    assert sentence in needs(provider(book, provider_id))


def test_only_english_sentences_want_an_article(book: PresetBook) -> None:
    class German(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.replace("{provider} wants {name} here", "{provider} verlangt hier: {name}")

        def pgettext(self, context: str, message: str) -> str:
            return {"authorisation code": "Autorisierungscode"}.get(message, message)

    try:
        speak("de", German())
        said = needs(provider(book, "qq"))
    finally:
        speak(SOURCE)
    assert any(sentence.startswith("QQ Mail verlangt hier: Autorisierungscode, ") for sentence in said), said


def test_nothing_is_said_where_nothing_is_needed(book: PresetBook) -> None:
    assert needs(provider(book, "strato")) == ()


def test_the_dates_at_microsoft(book: PresetBook) -> None:
    outlook, hosted = provider(book, "outlook-com"), provider(book, "microsoft-365")
    assert [fact.on.isoformat() for fact in outlook.dated] == ["2024-09-16"]
    assert [fact.on.isoformat() for fact in hosted.dated] == [
        "2022-10-01",
        "2026-12-31",
        "2026-10-01",
        "2027-04-01",
    ]
    assert all(fact.say in needs(hosted) for fact in hosted.dated)


@pytest.mark.parametrize(
    ("provider_id", "typed", "fits"),
    [
        ("gmail", "abcd efgh ijkl mnop", True),
        ("gmail", "my everyday pass 1", False),
        ("icloud", "abcd-efgh-ijkl-mnop", True),
        ("icloud", "everyday1", False),
        ("t-online", "anything", None),
    ],
)
def test_an_everyday_password_is_noticed_where_the_shape_is_known(
    book: PresetBook, provider_id: str, typed: str, fits: bool | None
) -> None:
    wanted = provider(book, provider_id).app_password
    assert wanted is not None
    assert wanted.fits(typed) is fits


def test_blanks_are_dropped_only_where_the_provider_shows_them(book: PresetBook) -> None:
    google, telekom = provider(book, "gmail").app_password, provider(book, "t-online").app_password
    assert google is not None
    assert telekom is not None
    assert google.clean("abcd efgh ijkl mnop ") == "abcdefghijklmnop"
    assert telekom.clean("two words") == "two words"


@pytest.mark.parametrize(
    ("host", "gateway"),
    [
        ("mx1-us1.ppe-hosted.com", "Proofpoint Essentials"),
        ("eu-smtp-inbound-1.mimecast.com.", "Mimecast"),
        ("d1.ess.barracudanetworks.com", "Barracuda"),
        ("mx.example.org", None),
        ("notmimecast.com", None),
    ],
)
def test_security_gateways(host: str, gateway: str | None) -> None:
    assert gateway_for_mx(host) == gateway


# Packs


def test_a_pack_goes_before_ours(tmp_path: Path, folder: Path) -> None:
    write(tmp_path, "gmail.toml", SMALL.replace("example.org", "gmail.com"))
    write(tmp_path, "our-school.toml", SMALL.replace("example.org", "umich.edu"))
    book = PresetBook.load([tmp_path, folder])
    assert provider(book, "gmail").name == "Example Mail"
    assert book.for_domain("googlemail.com") is None  # the pack's gmail no longer claims it
    school = book.for_domain("umich.edu")
    assert school is not None
    assert school.id == "our-school"
    assert book.is_from_pack("our-school")
    assert not book.is_from_pack("icloud")
    found = candidates(school, Address.parse("ada@umich.edu"), source=Source.PACK)
    assert {each.source for each in found} == {Source.PACK}
    assert book.for_domain("icloud.com") is not None


def test_a_pack_may_be_a_folder_of_more_than_presets_or_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "pack" / "presets", "example.toml")
    for pack in (tmp_path / "pack", path):
        found = PresetBook.load([pack]).for_domain("example.org")
        assert found is not None
        assert found.id == "example"
    with pytest.raises(UsageError, match=r"^The file nowhere does not exist"):
        PresetBook.load([tmp_path / "nowhere"])


# Strictness


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "Example Mail"\n', "", "name"),
        ('country = "WW"', "country = 3", "country"),
        ('country = "WW"', 'country = "Germany"', "country"),
        ('country = "WW"', 'country = "de"', "country"),
        ('category = "hoster"', 'category = "shop"', "category"),
        ('status = "ok"', 'status = "fine"', "status"),
        ('status = "ok"', 'status = "unsupported"', "status"),
        ('status = "ok"', 'status = "ok"\nprotocol = "imap"', "protocol"),
        ('status = "ok"', 'status = "ok"\nno_servers_because = "It has none."', "no_servers_because"),
        ('status = "ok"', 'status = "ok"\nsign_in = ["carrier-pigeon"]', "sign_in"),
        ('status = "ok"', 'status = "ok"\nsign_in = ["oauth2"]', "oauth"),
        ('status = "ok"', 'status = "ok"\nwebmail_url = "http://example.org"', "webmail_url"),
        ('status = "ok"', 'status = "ok"\nnotes = "one"', "notes"),
        ('status = "ok"', 'status = "ok"\nrelay_only_in_network = "yes"', "relay_only_in_network"),
        ('["example.org"]', '["Example.org"]', "domains"),
        ('["example.org"]', '["example.org", "example.org"]', "domains"),
        ('["example.org"]', '["no blank.example.org"]', "domains"),
        ("checked = 2026-11-21", 'checked = "yesterday"', "checked"),
        ("checked = 2026-11-21", "checked = 2026-11-21T10:00:00", "checked"),
        ('sources = ["https://mail.example.org/help"]', "sources = []", "sources"),
        ('"imap.example.org:993/tls"', '"imap.example.org:993/ssl"', "imap.servers"),
        ('"imap.example.org:993/tls"', '"imap.example.org:99999/tls"', "imap.servers"),
        ('"imap.example.org:993/tls"', '"imap.example.org/tls"', "imap.servers"),
        ('"imap.example.org:993/tls"', '"%SERVER%.example.org:993/tls"', "imap.servers"),
        ('"imap.example.org:993/tls"', '"imap.%REGION%.example.org:993/tls"', "imap.servers"),
        ("[smtp]", '[smtp]\nusername = "nickname"', "smtp.username"),
        ("[smtp]", '[smtp]\nusername_text = "apikey"', "smtp.username_text"),
        ("[smtp]", '[smtp]\nusername = "other"\nusername_text = "%WHO%"', "smtp.username_text"),
        ("[smtp]", "[smtp]\nport = 25", "smtp.port"),
        ("[smtp]", "[app_password]\npattern = '['\n[smtp]", "app_password.pattern"),
        ("[smtp]", '[[preparation]]\nby = "nobody"\nsay = "Do."\n[smtp]', "preparation 1.by"),
        ("[smtp]", '[[preparation]]\nsteps = ["One."]\n[smtp]', "preparation 1.say"),
        ("[smtp]", "[quirks]\nshare = true\n[smtp]", "quirks.share"),
        ("[smtp]", '[[dated]]\non = "soon"\nsay = "So."\n[smtp]', "dated 1.on"),
        ("[smtp]", '[oauth]\nauthorization = "https://example.org"\nscopes = ["mail"]\n[smtp]', "oauth.token"),
    ],
)
def test_a_faulty_preset_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in SMALL
    path = write(tmp_path, "example.toml", SMALL.replace(old, new, 1))
    with pytest.raises(ResourceError) as caught:
        read_preset(path)
    assert str(caught.value).startswith(f"example.toml: {key}: ")


@pytest.mark.parametrize("text", ["name = ", "name = 'a'\nname = 'b'"])
def test_what_is_not_toml_is_refused_by_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ResourceError, match=r"^example\.toml: not valid TOML"):
        read_preset(write(tmp_path, "example.toml", text))


def test_a_file_that_is_missing_or_not_text_or_badly_named_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^The file none\.toml does not exist"):
        read_preset(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff\xfe'")
    with pytest.raises(ResourceError, match=r"^bytes\.toml: is not text in UTF-8"):
        read_preset(tmp_path / "bytes.toml")
    with pytest.raises(ResourceError, match=r"^My Mail\.toml: the file name"):
        read_preset(write(tmp_path, "My Mail.toml"))


@pytest.mark.parametrize("damaged", ["", "[]", '{"ids": ["a"]}', '{"digest": "0", "ids": []}', "\x00"])
def test_a_compiled_file_that_was_damaged_is_passed_over(ours: Path, damaged: str) -> None:
    write(ours, "example.toml")
    (ours / preset_index.COMPILED).write_text(damaged, "utf-8")
    assert PresetBook.load([ours]).get("example") is not None


def test_a_preset_that_was_added_or_edited_since_it_was_compiled_is_known_at_once(ours: Path) -> None:
    path = write(ours, "example.toml")
    (ours / preset_index.COMPILED).write_text(preset_index.compiled(ours), "utf-8")
    written = path.read_text("utf-8")
    edited = written.replace("smtp.example.org:587", "smtp.example.org:588")
    assert len(edited) == len(written), "the edit keeps the file's size"
    assert edited != written
    path.write_text(edited, "utf-8")
    found = PresetBook.load([ours]).get("example")
    assert found is not None
    assert [server.port for server in found.servers if server.protocol is Protocol.SMTP] == [465, 588]
    path.write_text(written, "utf-8")
    write(ours, "second.toml", written.replace("example.org", "example.net"))
    assert PresetBook.load([ours]).for_domain("example.net") is not None


@pytest.mark.parametrize("said", ["[" * 100_000, '{"domains": 7}', "own"])
def test_what_a_pack_says_it_compiled_is_not_believed(tmp_path: Path, said: str) -> None:
    write(tmp_path, "example.toml")
    if said == "own":
        head, line = preset_index.compiled(tmp_path).splitlines()
        said = f"{head}\n{line.replace('smtp.example.org', 'smtp.example.net')}\n"
    (tmp_path / preset_index.COMPILED).write_text(said, "utf-8")
    found = PresetBook.load([tmp_path]).get("example")
    assert found is not None
    assert "smtp.example.org" in {server.host for server in found.servers}


def test_compiling_refuses_two_claims_on_one_domain(tmp_path: Path) -> None:
    write(tmp_path, "first.toml")
    write(tmp_path, "second.toml")
    with pytest.raises(ResourceError, match=r"domain example\.org is claimed by first, second"):
        preset_index.compiled(tmp_path)


def test_compiled_and_plain_folders_answer_alike(ours: Path) -> None:
    write(ours, "example.toml")
    plain = PresetBook.load([ours]).for_domain("example.org")
    (ours / preset_index.COMPILED).write_text(preset_index.compiled(ours), "utf-8")
    quick = PresetBook.load([ours]).for_domain("example.org")
    assert plain is not None
    assert quick is not None
    assert plain == quick
    assert preset_index.compiled(ours) == preset_index.compiled(ours)


def test_everything_a_preset_may_state_is_read() -> None:
    stated = Table(
        {
            "name": "Full",
            "country": "DE",
            "category": "isp",
            "status": "preparation",
            "sign_in": ["app-password", "oauth2"],
            "checked": "2026-11-21",
            "sources": ["https://example.org"],
            "regions": {"eu": "eu", "us": "us"},
            "smtp": {
                "servers": ["smtp.%REGION%.example.org:465/tls"],
                "username": "other",
                "username_text": "%EMAILLOCALPART%.%EMAILDOMAIN%",
            },
            "oauth": {"authorization": "https://a.example.org", "token": "https://t.example.org", "scopes": ["mail"]},
            "app_password": {"called": "mail key", "steps": ["One."], "pattern": "[a-z]+"},
            "quirks": {"paid_plan": True},
        },
        "full.toml",
    )
    found = provider_of("full", stated)
    assert found.regions == ("eu", "us")
    assert [(server.host, server.username_form) for server in found.servers] == [
        ("smtp.eu.example.org", UsernameForm.OTHER),
        ("smtp.us.example.org", UsernameForm.OTHER),
    ]
    assert best(found, Protocol.SMTP, Address.parse("ada@example.org"))[3] == "ada.example.org"
    assert found.oauth is not None
    assert found.quirks == {Quirk.PAID_PLAN}


# Comparing with autoconfig files

AUTOCONFIG = """\
<clientConfig version="1.1"><emailProvider id="example.org"><domain>example.org</domain>
<incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username></outgoingServer>
<outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>
<username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>
"""


@pytest.fixture
def example_book(tmp_path: Path) -> PresetBook:
    write(tmp_path / "presets", "example.toml")
    return PresetBook.load([tmp_path / "presets"])


def test_the_same_servers_make_no_difference(tmp_path: Path, example_book: PresetBook) -> None:
    write(tmp_path / "ispdb", "example.org", AUTOCONFIG)
    assert differences(example_book, tmp_path / "ispdb") == ()


def test_differences_are_named(tmp_path: Path, example_book: PresetBook) -> None:
    theirs = tmp_path / "ispdb"
    changed = AUTOCONFIG.replace("993", "143").replace(">SSL<", ">STARTTLS<", 1).replace("ADDRESS", "LOCALPART", 1)
    write(theirs, "example.org.xml", changed.replace("<incoming", "<domain>example.net</domain><incoming", 1))
    write(theirs, "unknown.xml", AUTOCONFIG.replace("example.org", "example.com"))
    write(theirs, "bomb.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert [str(each) for each in differences(example_book, theirs)] == [
        "bomb.xml: not an autoconfig file: left out",
        "example (example.org.xml): domain: preset does not know it, file example.net",
        "example (example.org.xml): imap: preset imap.example.org:993/tls, file imap.example.org:143/starttls",
        "example (example.org.xml): imap user name: preset full-address, file %EMAILLOCALPART%",
        "unknown.xml: no preset: example.com",
    ]


def test_an_empty_folder_is_said(tmp_path: Path, example_book: PresetBook) -> None:
    with pytest.raises(UsageError):
        differences(example_book, tmp_path / "nowhere")


# In the plan


async def test_a_provider_whose_servers_nobody_knows_by_heart_is_still_looked_up(start_lab: StartLab) -> None:
    known = replace(hoster(domains=("example.org",)), servers=(), no_servers_because="It names them itself.")
    page = Page(body=config())
    lab = start_lab(pages={("autoconfig.example.org", "/mail/config-v1.1.xml"): page}, presets=[known])
    plan = await lab.planner.plan(Address.parse("ada@example.org"))
    assert plan.provider is known
    assert plan.notes[0] == "It names them itself."
    assert "imap.example.org" in {each.host for each in plan.candidates}


async def test_a_provider_without_mail_programs_is_not_looked_up(start_lab: StartLab) -> None:
    closed = replace(
        hoster(domains=("example.org",)),
        servers=(),
        status=ProviderStatus.UNSUPPORTED,
        no_servers_because="It lets no mail program in.",
    )
    lab = start_lab(pages={("autoconfig.example.org", "/mail/config-v1.1.xml"): Page(body=config())}, presets=[closed])
    plan = await lab.planner.plan(Address.parse("ada@example.org"))
    assert (plan.candidates, plan.notes) == ((), ("It lets no mail program in.",))
    assert plan.provider is closed


async def test_an_mx_leads_to_the_servers_of_its_region(start_lab: StartLab, book: PresetBook) -> None:
    zoho = provider(book, "zoho-workplace")
    lab = start_lab({"example.org": ["@ MX 10 mx.zoho.eu."]}, presets=[zoho])
    plan = await lab.planner.plan(Address.parse("ada@example.org"), PlanOptions(offline=True))
    assert [each.host for each in plan.of(Protocol.SMTP)] == ["smtppro.zoho.eu", "smtppro.zoho.eu"]
    assert {each.source for each in plan.candidates} == {Source.MX}
