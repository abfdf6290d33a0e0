"""A domain's records judged, as a real name server and web server publish them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, WebServer, trust_of
from wizard.domain.check import check_domain
from wizard.domain.dmarc import dmarc
from wizard.domain.finding import Finding, Record, State
from wizard.domain.registration import REGISTRIES, registration
from wizard.domain.spf import spf, suggestion
from wizard.net.dns import DnsResolver, MxRecord
from wizard.net.fetch import Fetcher

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 26, tzinfo=UTC)
REVERSE = "2.0.192.in-addr.arpa"


def key(bits: int) -> str:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    text = f"v=DKIM1; k=rsa; p={der}"
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


GOOD = [
    "@ MX 10 mail",
    "mail A 192.0.2.10",
    '@ TXT "v=spf1 mx include:_spf.example.net -all"',
    '@ TXT "some-service-verification=1"',
    '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:reports@example.org; adkim=s"',
    f"mine._domainkey TXT {key(2048)}",
    '_mta-sts TXT "v=STSv1; id=1"',
    "mta-sts A 127.0.0.1",
    '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:reports@example.org"',
]
OTHERS: dict[str, Sequence[str]] = {
    "example.net": ['_spf TXT "v=spf1 ip4:192.0.2.0/24 -all"'],
    REVERSE: ["10 PTR mail.example.org."],
}


async def found(
    lines: Sequence[str], others: Mapping[str, Sequence[str]] = OTHERS, **options: object
) -> dict[str, Finding]:
    with NameServer({"example.org": lines, **others}) as names:
        resolver = DnsResolver(names.address)
        findings = await check_domain("example.org", resolver, None, now=NOW, **options)  # type: ignore[arg-type]
    return {finding.id: finding for finding in findings}


async def test_a_domain_that_does_everything_right() -> None:
    all_of_it = await found(GOOD, selectors=["mine"])
    assert {name: finding.state for name, finding in all_of_it.items()} == {
        "mx": State.OK,
        "spf": State.OK,
        "dkim": State.OK,
        "dmarc": State.OK,
        "ptr": State.OK,
        "mta-sts": State.UNKNOWN,  # its policy was not fetched
        "tls-rpt": State.OK,
    }
    assert all_of_it["spf"].says == "One record, 2 of at most 10 look-ups."
    assert all_of_it["dkim"].says == "mine: a key of 2048 bits."
    assert "SPF passes for this domain or one below it, or DKIM for the very same domain" in all_of_it["dmarc"].says
    assert all_of_it["ptr"].says.startswith("mail.example.org, 192.0.2.10: ")


async def test_a_domain_that_publishes_nothing_is_told_what_to_publish() -> None:
    nothing = await found(["@ MX 10 mail", "mail A 192.0.2.10"], {})
    assert nothing["spf"].publish == (Record("example.org", "TXT", "v=spf1 mx ~all"),)
    assert nothing["dmarc"].publish == (
        Record("_dmarc.example.org", "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@example.org"),
    )
    assert nothing["tls-rpt"].publish == (
        Record("_smtp._tls.example.org", "TXT", "v=TLSRPTv1; rua=mailto:postmaster@example.org"),
    )
    assert nothing["ptr"].state is State.WRONG
    assert nothing["ptr"].publish == (Record("10.2.0.192.in-addr.arpa", "PTR", "mail.example.org."),)
    assert nothing["dkim"].state is State.WARNING
    assert nothing["mta-sts"].state is State.ABSENT


@pytest.mark.parametrize(
    ("lines", "state", "says"),
    [
        ([], State.WRONG, "no MX record and no address"),
        (["@ A 192.0.2.10"], State.WARNING, "goes to the domain's own address"),
        (["@ MX 0 ."], State.ABSENT, "takes no mail"),
        (["@ MX 10 gone"], State.WRONG, "gone.example.org has no address"),
        (["@ MX 10 gone", "@ MX 20 127.0.0.1."], State.WRONG, "gone.example.org, 127.0.0.1 has no address"),
        (["@ MX 10 gone", "@ MX 20 mail", "mail A 192.0.2.10"], State.WARNING, "gone.example.org has no address"),
        (["@ MX 10 mail", "@ MX 20 other", "mail A 192.0.2.10", "other CNAME mail"], State.WARNING,
         "other.example.org is only another name (CNAME) of mail.example.org"),
    ],
)  # fmt: skip
async def test_where_mail_arrives(lines: Sequence[str], state: State, says: str) -> None:
    finding = (await found(lines, {}))["mx"]
    assert finding.state is state
    assert says in finding.says


async def test_an_exchanger_that_is_another_name_is_told_with_the_record_that_puts_it_right() -> None:
    """RFC 2181 §10.3."""
    finding = (await found(["@ MX 5 mail", "mail CNAME real", "real A 192.0.2.10"], {}))["mx"]
    assert (finding.state, finding.publish) == (State.WARNING, (Record("example.org", "MX", "5 real.example.org."),))


INCLUDES = [f'i{number} TXT "v=spf1 include:i{number + 1}.example.org ?all"' for number in range(12)]


@pytest.mark.parametrize(
    ("lines", "state", "says"),
    [
        (['@ TXT "v=spf1 ip4:192.0.2.1 -all"'], State.OK, "0 of at most 10"),
        (['@ TXT "v=spf1 a mx ip6:2001:db8::/32 ~all"'], State.OK, "2 of at most 10"),
        (['@ TXT "V=SPF1 A/24 MX:example.net/28 -ALL"'], State.OK, "2 of at most 10"),
        (['@ TXT "v=spf1 -all"', '@ TXT "v=spf1 mx -all"'], State.WRONG, "2 SPF records"),
        (['@ TXT "v=spf1 +all"'], State.WRONG, "lets anybody send"),
        (['@ TXT "v=spf1 all"'], State.WRONG, "lets anybody send"),
        (['@ TXT "v=spf1 mx ?all"'], State.WARNING, "says nothing about strangers"),
        (['@ TXT "v=spf1 mx"'], State.WARNING, "no end that speaks of all others"),
        (['@ TXT "v=spf1 mx ptr -all"'], State.WARNING, "told not to use it"),
        (['@ TXT "v=spf1 ipv4:192.0.2.1 -all"'], State.WRONG, "“ipv4:192.0.2.1” is nothing that SPF knows"),
        (['@ TXT "v=spf1 192.0.2.1 -all"'], State.WRONG, "nothing that SPF knows"),
        (['@ TXT "v=spf1 mx ip4:300.1.1.1 -all"'], State.WRONG, "“ip4:300.1.1.1” is nothing that SPF knows"),
        (['@ TXT "v=spf1 ip6:192.0.2.1 -all"'], State.WRONG, "“ip6:192.0.2.1” is nothing that SPF knows"),
        (['@ TXT "v=spf1 ip4:192.0.2.7/24 -ip6:2001:db8::1 -all"'], State.OK, "0 of at most 10"),
        (['@ TXT "v=spf1 include:gone.example.org -all"'], State.WRONG, "has no SPF record"),
        (['@ TXT "v=spf1 include:self.example.org -all"', 'self TXT "v=spf1 include:self.example.org"'], State.WRONG,
         "includes itself"),
        (['@ TXT "v=spf1 include:i0.example.org -all"', *INCLUDES, 'i12 TXT "v=spf1 -all"'], State.WRONG,
         "need 13 look-ups for it and stop after 10"),
        (['@ TXT "v=spf1 redirect=r.example.org"', 'r TXT "v=spf1 mx -all"'], State.OK, "2 of at most 10"),
        (['@ TXT "v=spf1 redirect=r.example.org"'], State.WRONG, "“r.example.org”, which it includes"),
        (['@ TXT "v=spf1 exists:%{i}.example.org include:%{d}.example.org exp=e.example.org -all"'], State.OK, "2 of"),
        (['@ TXT "v=spf10 mx -all"'], State.WRONG, "does not say which servers"),
    ],
)  # fmt: skip
async def test_spf(lines: Sequence[str], state: State, says: str) -> None:
    with NameServer({"example.org": lines}) as names:
        finding = await spf("example.org", DnsResolver(names.address), ())
    assert (finding.state, says in finding.says) == (state, True), finding.says


async def test_two_records_are_joined_into_one() -> None:
    with NameServer(
        {"example.org": ['@ TXT "v=spf1 mx -all"', '@ TXT "v=spf1 mx include:a.example.net ~all"']}
    ) as names:
        finding = await spf("example.org", DnsResolver(names.address), ())
    (record,) = finding.publish
    assert set(record.value.split()) == {"v=spf1", "mx", "include:a.example.net", "~all"}
    assert record.value.endswith("~all")


@pytest.mark.parametrize(
    ("host", "include"),
    [
        ("aspmx.l.google.com", "_spf.google.com"),
        ("example-org.mail.protection.outlook.com", "spf.protection.outlook.com"),
    ],
)
def test_the_providers_own_record_is_proposed(host: str, include: str) -> None:
    assert suggestion((MxRecord(1, host),)) == f"v=spf1 include:{include} ~all"
    assert suggestion((MxRecord(1, "notgoogle.com"),)) == "v=spf1 mx ~all"


@pytest.mark.parametrize(
    ("lines", "state", "says"),
    [
        (['_dmarc TXT "v=DMARC1; p=none"'], State.WARNING, "p=none only watches"),
        (['_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:a@example.org"'], State.OK, "put into Junk"),
        (['_dmarc TXT "v=DMARC1;p=reject"'], State.OK, "Nobody is told"),
        (['_dmarc TXT "v=DMARC1; rua=mailto:a@example.org"'], State.WRONG, "no policy"),
        (['_dmarc TXT "v=DMARC1; p=rejct"'], State.WRONG, "no policy"),
        (['_dmarc TXT "v=DMARC1; p=none"', '_dmarc TXT "v=DMARC1; p=reject"'], State.WRONG, "2 records"),
        (['_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@example.net"'], State.WARNING, "Reports to example.net"),
        (['_dmarc TXT "something else"'], State.WRONG, "There is no record"),
    ],
)  # fmt: skip
async def test_dmarc(lines: Sequence[str], state: State, says: str) -> None:
    with NameServer({"example.org": lines, "example.net": []}) as names:
        finding = await dmarc("example.org", DnsResolver(names.address))
    assert (finding.state, says in finding.says) == (state, True), finding.says


async def test_reports_to_another_domain_that_wants_them() -> None:
    zones = {
        "example.org": ['_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@example.net"'],
        "example.net": ['example.org._report._dmarc TXT "v=DMARC1"'],
    }
    with NameServer(zones) as names:
        assert (await dmarc("example.org", DnsResolver(names.address))).state is State.OK


async def test_a_subdomain_has_the_policy_of_its_domain() -> None:
    with NameServer({"example.org": ['_dmarc TXT "v=DMARC1; p=none; sp=reject"']}) as names:
        finding = await dmarc("news.example.org", DnsResolver(names.address))
    assert finding.state is State.OK
    assert finding.says.endswith("The record is that of example.org.")


@pytest.mark.parametrize(
    ("record", "state", "says"),
    [
        (key(1024), State.WARNING, "1024 bits; 2048 are usual"),
        ('"v=DKIM1; p="', State.WARNING, "withdrawn"),
        ('"v=DKIM1; k=rsa; p=MIIBIjANBgkqhki"', State.WRONG, "cannot be read"),
        ('"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="', State.OK, "Ed25519"),
    ],
)
async def test_a_key_is_judged(record: str, state: State, says: str) -> None:
    finding = (await found([f"default._domainkey TXT {record}"], {}))["dkim"]
    assert (finding.state, says in finding.says) == (state, True), finding.says


async def test_a_selector_without_a_key_is_wrong() -> None:
    finding = (await found(["@ MX 10 mail"], {}, selectors=["mine"]))["dkim"]
    assert finding.state is State.WRONG
    assert "no key under mine" in finding.says


async def test_a_name_that_leads_elsewhere() -> None:
    others = {REVERSE: ["10 PTR host-10.example.net."], "example.net": []}
    finding = (await found(["@ MX 10 mail", "mail A 192.0.2.10"], others))["ptr"]
    assert (finding.state, finding.says.startswith("192.0.2.10 is called host-10.example.net, which")) == (
        State.WRONG,
        True,
    )


async def test_another_companys_servers_are_its_own_affair() -> None:
    assert "ptr" not in await found(["@ MX 10 mx.example.net."], {"example.net": ["mx A 192.0.2.10"]})
    named = await found(["@ MX 10 mx.example.net."], {"example.net": ["mx A 192.0.2.10"]}, sender="mx.example.net")
    assert named["ptr"].state is State.WRONG


async def test_no_name_server_is_no_judgement() -> None:
    with NameServer({"example.org": []}) as names:
        address = names.address
    findings = await check_domain("example.org", DnsResolver(address), None, now=NOW)
    assert {finding.state for finding in findings} == {State.UNKNOWN}


# What is fetched


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    zones = {"example.org": [*GOOD], "iana.org": ["data A 127.0.0.1"], "example.net": ["rdap A 127.0.0.1"]}
    with NameServer(zones) as server:
        yield server


STS = ("mta-sts.example.org", "/.well-known/mta-sts.txt")


@pytest.mark.parametrize(
    ("policy", "state", "says"),
    [
        (b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmax_age: 86400\r\n", State.OK, "or not at all"),
        (b"version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 86400\n", State.OK, "or not at all"),
        (b"version: STSv1\nmode: testing\nmx: mail.example.org\n", State.WARNING, "only watches"),
        (b"version: STSv1\nmode: enforce\nmx: other.example.org\n", State.WRONG, "does not name mail.example.org"),
        (b"<html>", State.WRONG, "no version STSv1"),
        (None, State.WRONG, "answers with 404"),
    ],
)  # fmt: skip
async def test_the_policy_is_fetched(
    names: NameServer, ca: trustme.CA, policy: bytes | None, state: State, says: str
) -> None:
    pages = {STS: Page(policy)} if policy is not None else {}
    with WebServer(ca, pages, names=[STS[0]]) as web:
        fetcher = Fetcher(LabDialer(names, web.port), trust_of(ca))
        findings = await check_domain("example.org", DnsResolver(names.address), fetcher, now=NOW)
    finding = next(finding for finding in findings if finding.id == "mta-sts")
    assert (finding.state, says in finding.says) == (state, True), finding.says


def answer(until: datetime | None, *status: str) -> bytes:
    events = [{"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"}]
    if until is not None:
        events.append({"eventAction": "expiration", "eventDate": until.isoformat()})
    return json.dumps({"objectClassName": "domain", "events": events, "status": list(status)}).encode()


@pytest.mark.parametrize(
    ("body", "state", "says"),
    [
        (answer(NOW + timedelta(days=200), "active"), State.OK, "registered until 14 June 2027"),
        (answer(NOW + timedelta(days=9)), State.WARNING, "ends on 5 December 2026"),
        (answer(NOW - timedelta(days=1)), State.WRONG, "Renew it at once"),
        (answer(NOW + timedelta(days=200), "redemption period"), State.WRONG, "is held"),
        (answer(None), State.UNKNOWN, "does not say"),
        (b"[]", State.UNKNOWN, "does not say"),
        (b"{", State.UNKNOWN, "does not say"),
        (b'{"events": [1, {"eventAction": "expiration", "eventDate": "soon"}]}', State.UNKNOWN, "does not say"),
    ],
)
async def test_the_registry_says_until_when(
    names: NameServer, ca: trustme.CA, body: bytes, state: State, says: str
) -> None:
    registries = json.dumps({"services": [[["org"], ["https://rdap.example.net/v1"]]]}).encode()
    pages = {
        ("data.iana.org", "/rdap/dns.json"): Page(registries),
        ("rdap.example.net", "/v1/domain/example.org"): Page(body),
    }
    assert REGISTRIES == "https://data.iana.org/rdap/dns.json"
    with WebServer(ca, pages) as web:
        fetcher = Fetcher(LabDialer(names, web.port), trust_of(ca))
        finding = await registration("mail.example.org", fetcher, NOW)
        assert (finding.state, says in finding.says) == (state, True), finding.says
        assert (await registration("example.test", fetcher, NOW)).state is State.UNKNOWN


@pytest.mark.parametrize(
    "target", ["<b>evil</b>", "a..b", "x" * 70, "evil\\027[2J", "\\226\\128\\174evil.example", "-"]
)
async def test_records_that_hold_no_names_are_told_and_cost_no_other(target: str) -> None:
    """What stands in a record is a stranger's: it is shown without effect, and asked for only where it is a name."""
    lines = [
        "@ MX 10 mail",
        "mail A 192.0.2.10",
        f'@ TXT "v=spf1 include:{target} redirect={target} -all"',
        f'_dmarc TXT "v=DMARC1; p=reject; rua=mailto:reports@{target}"',
        f'k._domainkey TXT "v=DKIM1; p={target}"',
        f'_mta-sts TXT "v=STSv1; id={target}"',
        f'_smtp._tls TXT "v=TLSRPTv1; rua=mailto:{target}"',
    ]
    told = await found(lines, selectors=("k",))
    assert {"mx", "spf", "dkim", "dmarc"} <= set(told)
    assert "are not sent" in told["dmarc"].says
    said = "".join(finding.says for finding in told.values())
    assert not {"\x1b", "\u202e"} & set(said)
