"""Slips away from a provider's domain are questioned before a password is used; nobody's own domain is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.stage import PASSWORD, imap, smtp, speaks_first, stage
from wizard import wiring
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Change, ChangeSettings, EditField, Field
from wizard.model.evidence import Stage
from wizard.model.secret import Secret
from wizard.setup.account_in_progress import AccountInProgress
from wizard.setup.did_you_mean import resembles_provider, suggested_address
from wizard.setup.given import given_draft
from wizard.setup.options import Options

UNASKED = Options(deadline_s=20)

SLIPS = {
    "gmail.com": "gmial gmai gamil gmal gmaill gnail gmali ggmail gmaul gmsil "
    "gmil gmaio gmeil gmiail gnmail gemail gmaiil gaail gmqail g-mail",
    "hotmail.com": "hotmial hotmal hotmai hotmaill hotmil hotnail hotamil "
    "htmail hormail hitmail hotnmail otmail jotmail hotmsail hottail",
    "outlook.com": "outlok outloo oulook otlook outllook outlokk outloook "
    "outlool outloock outlooc outtlook outlouk utlook outlock outolok",
    "yahoo.com": "yaho yahooo yhoo yhaoo yajoo yahpo ayhoo yashoo yahho yaahoo yahxoo yachoo",
    "icloud.com": "iclod icoud iclould icluod iclud icloyd icdloud iclound iclowud ickoud iccoud icould",
    "comcast.net": "comcat comast comacst",
    "googlemail.com": "googlmail googelmail",
    "btinternet.com": "btinernet btintenet",
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((f"{slip}.{real.partition('.')[2]}", real) for real, slips in SLIPS.items() for slip in slips.split()),
        ("yahho.de", "yahoo.de"),
        ("hotmaill.fr", "hotmail.fr"),
        ("hotmial.nl", "hotmail.nl"),
        ("otlook.pt", "outlook.pt"),
        ("yaho.com.mx", "yahoo.com.mx"),
        ("yahooo.co.nz", "yahoo.co.nz"),
        ("gmx.ed", "gmx.de"),
        ("frenet.de", "freenet.de"),
        ("vluewin.ch", "bluewin.ch"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.om", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("hotmail.con", "hotmail.com"),
        ("yahoo.cmo", "yahoo.com"),
        ("outlook.comm", "outlook.com"),
        ("comcast.ner", "comcast.net"),
        ("t-online.ed", "t-online.de"),
        ("yahoo.co.ku", "yahoo.co.uk"),
        ("hotmail.rf", "hotmail.fr"),
        ("zoho.con", "zoho.com"),
        ("aol.cm", "aol.com"),
        ("gmx.nett", "gmx.net"),
        ("gmx.ent", "gmx.net"),
        ("gmx.d", "gmx.de"),
        ("outlook.om", "outlook.com"),
        ("web.ed", "web.de"),
        ("web.dee", "web.de"),
        ("posteo.dee", "posteo.de"),
        ("t-online.d", "t-online.de"),
        ("live.cim", "live.com"),
        ("me.con", "me.com"),
        ("proton.em", "proton.me"),
        ("mail.ur", "mail.ru"),
        ("yahoo.couk", "yahoo.co.uk"),
        ("aol.c.uk", "aol.co.uk"),
        ("yahoo.con.br", "yahoo.com.br"),
        ("hotmial.rf", "hotmail.fr"),
        ("gmmx.de", "gmx.de"),
        ("gmxx.net", "gmx.net"),
        ("aoll.com", "aol.com"),
        ("zohoo.com", "zoho.com"),
        ("zho.com", "zoho.com"),
        ("zoh.eu", "zoho.eu"),
    ],
)
def test_a_slip_is_recognised(typed: str, meant: str) -> None:
    assert resembles_provider(typed) == meant


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("gm\u0430il.com", "gmail.com"),  # Cyrillic a
        ("gma\u0131l.com", "gmail.com"),  # dotless i
        ("\u043eutlook.com", "outlook.com"),
        ("hotm\u0101il.com", "hotmail.com"),
        ("y\u0430h\u043e\u043e.com", "yahoo.com"),
        ("ic\u04cfoud.com", "icloud.com"),
        ("gma1l.com", "gmail.com"),
        ("gmai1.com", "gmail.com"),
        ("0utlook.com", "outlook.com"),
        ("out1ook.com", "outlook.com"),
        ("yah00.com", "yahoo.com"),
        ("grnail.com", "gmail.com"),
        ("hotrnail.com", "hotmail.com"),
        ("gmaiI.com", "gmail.com"),
        ("icIoud.com", "icloud.com"),
        ("lcloud.com", "icloud.com"),
        ("0utI00k.com", "outlook.com"),
        ("icloucl.com", "icloud.com"),
        ("iclouci.com", "icloud.com"),
        ("idoud.com", "icloud.com"),
        ("icloud.corn", "icloud.com"),
        ("vvanadoo.fr", "wanadoo.fr"),
        ("vveb.de", "web.de"),
        ("grnx.net", "gmx.net"),
        ("aoI.com", "aol.com"),
        ("a0l.com", "aol.com"),
        ("z0h0.com", "zoho.com"),
        ("rnail.ru", "mail.ru"),
        ("g\u043cail.com", "gmail.com"),  # Cyrillic m
        ("\u0441omcast.net", "comcast.net"),
        ("gm\u03b1\u03b9l.com", "gmail.com"),  # Greek alpha and iota
        ("\u03bfutlook.com", "outlook.com"),
        ("yah\u0585o.com", "yahoo.com"),  # Armenian
        ("gmai\u0142.com", "gmail.com"),
        ("xn--gmil-63d.com", "gmail.com"),
        ("\u0192astmail.com", "fastmail.com"),  # f with a hook
        ("\u1d0futlook.com", "outlook.com"),  # small capitals
        ("o\u1d1ctlook.com", "outlook.com"),
        ("\u1d22oho.com", "zoho.com"),
    ],
)
def test_a_name_that_only_looks_the_same_is_recognised(shown: str, meant: str) -> None:
    assert resembles_provider(Address.parse(f"ada@{shown}").domain) == meant


def test_no_domain_of_a_provider_is_questioned() -> None:
    book = wiring.presets()
    domains = {domain for provider in book.all() for domain in provider.domains if "*" not in domain}
    assert len(domains) > 1000
    # Not even by the bare comparison: it never needs the presets to keep it from a mistake.
    assert {domain for domain in domains if resembles_provider(domain)} == set()


_OWN_DOMAINS = """
example.org lovelace-partners.com hofmann-dach.de boulangerie-martin.fr studiobianchi.it westgate-dental.co.uk
smithandjones.com greenfields.farm kovacs-law.hu dupont.be jansen-bouw.nl nordlys.no bergstrom.se tamminen.fi
hansen.dk novak.cz nagy.hu kowalski.pl ivanov.ru petrov.com.ua alvarez.mx silva.com.br gomez.es rossi.it
ferrari-auto.it mail.ru.com emailx.com mymail.com email.de fmail.org tmail.io hmail.net vmail.me rmail.eu smail.cz
pmail.us cloud.com icloudy.com icons.com nicloud.org iclouds.com cloudy.net outlooks.com lookout.com outlet.com
outback.com yahara.org yaho-trading.jp yamaha.com hooya.com hotels.com hotmaid.com hotmess.org hotrail.ch
hotel-mail.com gmx.email gmxx.org gmai-consulting.eu gm.com gail.com mail.com email.com tail.com jmail.org kmail.dev
omail.net verizone-shop.com horizon.net verona.it verizons.net comcart.com compass.net comcastle.com podcast.net
telcast.net protonmile.org proton-lab.com protein.com photon.me tutana.com tutor.com fastmall.com fasttrain.com
fastrail.eu freenet.org frenet.com freeset.de free.fr.com tonline.com online.de t-shirt-online.de tonlines.com
onlinet.de blue.ch bluewine.ch bluewing.ch highspeed.ch speed.ch tiscal.fr seznami.si seznam.sk sezam.pl
optometry.net opto.net optonics.net earthling.net earthlight.net heartlink.org bell.net bellsout.org southbell.net
internet.com btinter.org britishinternet.com virgin.com media.com virginia-media.org ntl.com world.com ntlworks.com
big-pod.com bigpoint.com big-pond.org optus.com.au sympa.ca sympathy.ca wanado.org laposta.it poste.net laposte.be
la-poste.net rediff.com hanmail.org hanmail.kr yandex.com yandexx.org andex.ru index.ru office.com office-36.com
offices365.net ada-lovelace.name charles-babbage.org turing.institute hopper.dev noether.math hypatia.gr curie.fr
meitner.at farmacia-central.pt clinica-sol.es tandlaegen.dk zahnarzt-meyer.de cabinet-durand.fr avvocatorossi.it
kancelaria.pl bookshop.london bakery.nyc cafe.berlin atelier.paris hotel-alpina.ch chalet.tirol winery.vin
garage.autos school.k12.ca.us uni-example.edu college.ac.uk lycee.ac-paris.fr stadt-musterort.de gemeinde.gv.at
kommune.no club-alpin.ch verein-nord.de asso-lire.org charity.ngo foundation.org parish.church choir.music
theatre.stage logistics-hub.eu freight.co solar-roof.energy plumber.services taxi4u.co.nz surf-school.com.au
braai.co.za shop.co.jp kaisha.co.jp soft.kr design.tw trading.hk exports.in spices.lk tea.ke coffee.et gold.gh
fabrics.ng kite-school.pt bees-and-honey.co.uk observatory.cl rail-tours.ch paperwork.fi
"""
OWN = _OWN_DOMAINS.split()


def test_no_own_domain_is_questioned() -> None:
    assert len(set(OWN)) >= 200
    assert {domain for domain in OWN if resembles_provider(domain)} == set()


_LIKE_PROVIDERS = """
y7mail.com prontomail.com ispeed.ch highspeed.ch gotmail.com fastmall.com
incloud.com cloud.com bmail.com jmail.com nmail.com zmail.com
gmail.com googlemail.com mail.com email.com ymail.com rocketmail.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in
yahoo.co.nz yahoo.co.id yahoo.ca yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.se yahoo.ie yahoo.in yahoo.com.ar
yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.sg yahoo.com.ph yahoo.com.hk yahoo.com.tw gmx.net gmx.com gmx.de
gmx.at gmx.ch gmx.li gmx.eu gmx.us gmx.fr gmx.es gmx.it gmx.pt gmx.ie gmx.co.uk gmx.org gmx.info gmx.biz gmx.ca gmx.cn
email.gmx mail.gmx aol.com aol.de aol.co.uk aol.fr aol.it aol.es aol.se aol.co.nz aol.com.ar aol.com.au aol.com.br
aim.com zoho.com zoho.eu zoho.in zoho.jp zoho.com.au zohomail.com zohomail.eu zohocorp.com zoo.com zoom.us ao.com
al.com gm.com me.com mac.com icloud.com apple.com msn.com live.com live.de live.fr live.it live.nl live.be live.at
live.ie live.dk live.se live.no live.fi live.co.uk live.ca live.cn live.jp live.in live.com.au live.com.mx outlook.com
outlook.de outlook.fr outlook.es outlook.it outlook.at outlook.be outlook.dk outlook.ie outlook.in outlook.jp
outlook.pt outlook.cz outlook.sk outlook.hu outlook.com.br outlook.com.au hotmail.com hotmail.de hotmail.fr hotmail.it
hotmail.es hotmail.nl hotmail.be hotmail.ch hotmail.dk hotmail.se hotmail.no hotmail.fi hotmail.ca hotmail.co.uk
hotmail.co.jp hotmail.co.nz hotmail.com.br hotmail.com.ar hotmail.gr hotmail.hu windowslive.com passport.com web.de
webb.de email.de mail.de mail.ru mail.ee mail.dk mail.org mail.bg bk.ru list.ru inbox.ru inbox.lv inbox.lt inbox.eu
online.de t-online.de freenet.de arcor.de posteo.de posteo.net posteo.org posteo.eu posteo.co posteo.me mailbox.org
mailfence.com proton.me protonmail.com protonmail.ch pm.me tuta.com tuta.io tutanota.com tutanota.de tutamail.com
fastmail.com fastmail.fm fastmail.net fastmail.co.uk fastmail.de hushmail.com hey.com runbox.com startmail.com
free.fr orange.fr orange.net sfr.fr laposte.net laposte.fr wanadoo.fr bbox.fr libero.it virgilio.it tiscali.it
tiscali.co.uk tim.it alice.it alice.de tin.it o2.pl o2.co.uk o2.de wp.pl onet.pl onet.eu interia.pl interia.eu
seznam.cz email.cz post.cz centrum.cz azet.sk yandex.ru yandex.com yandex.net yandex.by yandex.kz yandex.ua ya.ru
att.net att.com cox.net cox.com comcast.net comcast.com charter.net verizon.net verizon.com bellsouth.net
bluewin.ch blueyonder.co.uk btinternet.com bt.com sky.com skynet.be telenet.be proximus.be ziggo.nl kpnmail.nl kpn.com
xs4all.nl terra.es uol.com.br bol.com.br bol.com naver.com daum.net hanmail.net qq.com 163.com 126.com sina.com
sina.cn shaw.ca rogers.com telus.net sympatico.ca rediffmail.com riseup.net disroot.org
"""


def test_no_wellknown_domain_that_is_like_a_providers_is_questioned() -> None:
    known = _LIKE_PROVIDERS.split()
    assert len(set(known)) >= 200
    assert {domain for domain in known if resembles_provider(domain)} == set()


def test_a_name_that_is_a_word_of_its_own_is_not_questioned_for_one_letter() -> None:
    words = (
        "mall.com mails.com maile.de wed.de webs.de weg.de lie.com lives.com love.com mad.com ne.com gm.de ol.com al.de"
    )
    assert {domain for domain in words.split() if resembles_provider(domain)} == set()


def test_a_domain_that_the_presets_or_a_pack_know_is_never_questioned() -> None:
    address = Address.parse("ada@gmial.com")
    assert str(suggested_address(address, lambda _: False)) == "ada@gmail.com"
    assert suggested_address(address, lambda domain: domain == "gmial.com") is None


def test_the_part_before_the_at_stays_as_it_was() -> None:
    address = Address.parse("Ada.Lovelace+lists@hotmial.com")
    assert str(suggested_address(address, lambda _: False)) == "Ada.Lovelace+lists@hotmail.com"


@pytest.mark.parametrize("domain", ["gmial.com", "hotmial.com", "outlok.com", "yaho.com", "gmail.con"])
async def test_no_password_is_sent_and_nobody_is_asked_before_the_address_is_looked_at_again(domain: str) -> None:
    servers = smtp(f"smtp.{domain}"), imap(f"imap.{domain}")  # a typosquatter's, with good certificates
    async with stage(f"ada@{domain}", *servers, options=UNASKED) as on_stage:
        result = await on_stage.check()
        assert dict(result.sign_in_attempts) == {}
        assert result.reports == ()  # not even dialled
        first = speaks_first(result, "address-mistyped", "use-suggested-address", Verdict.FAILS)
        meant = resembles_provider(domain)
        assert first.title == f"Did you mean ada@{meant}?"
        assert first.stage is Stage.INPUT
        assert (first.protocol, first.server) == (None, None)
        assert [remedy.say for remedy in first.remedies] == [
            f"Use ada@{meant}",
            "Correct the email address",
            f"Yes, ada@{domain} is right",
        ]
        assert first.remedies[0].action == ChangeSettings(Change.SUGGESTED_ADDRESS)
        assert first.remedies[1].action == EditField(Field.ADDRESS)
        changed = on_stage.session.apply(first.remedies[0], first, result)
        assert str(changed.address) == f"ada@{meant}"
        assert changed.secret == Secret(PASSWORD)


async def test_the_persons_word_that_it_is_right_is_taken() -> None:
    servers = smtp("smtp.gmial.com"), imap("imap.gmial.com")
    async with stage("ada@gmial.com", *servers, options=UNASKED) as on_stage:
        result = await on_stage.check()
        first = result.diagnoses[0]
        agreed = on_stage.session.apply(first.remedies[2], first, result)
        result = await on_stage.session.check(agreed)
    assert result.verdict is Verdict.WORKS


async def test_yes_on_the_command_line_answers() -> None:
    servers = smtp("smtp.gmial.com"), imap("imap.gmial.com")
    async with stage("ada@gmial.com", *servers, options=replace(UNASKED, accept_address=True)) as on_stage:
        assert (await on_stage.check()).verdict is Verdict.WORKS


async def test_a_typed_server_that_only_looks_like_a_providers_is_reached_and_gets_no_password() -> None:
    servers = smtp("smtp.corp-lab.com"), imap("imap.gmial.com")
    async with stage("ada@corp-lab.com", *servers, options=UNASKED) as on_stage:
        draft = on_stage.draft(incoming="imap.gmial.com:993/tls", outgoing="smtp.corp-lab.com:465/tls")
        account = AccountInProgress(draft)
        assert account.to_agree_to() == ("gmial.com",)
        result = await on_stage.session.check(draft)
        assert [report.sign_in_attempts for report in result.reports if report.candidate.is_incoming] == [0]
        assert any("gmial.com only looks like gmail.com" in note for note in result.notes)
        agreed = account.agreed(account.to_agree_to()).draft
        assert agreed is not None
        assert (await on_stage.session.check(agreed)).verdict is Verdict.WORKS


async def test_what_was_found_says_what_was_probably_meant() -> None:
    async with stage("ada@hotmial.com", imap("imap.hotmial.com"), options=UNASKED) as on_stage:
        plan = await on_stage.session.discover(on_stage.address)
    assert str(plan.suggestion) == "ada@hotmail.com"


def test_another_suggested_address_asks_discovery_anew() -> None:
    typed = AccountInProgress(given_draft(Address.parse("ada@gmial.com")))
    assert typed.remedied(given_draft(Address.parse("ada@gmail.com"))).plan is None


@pytest.mark.parametrize("shown", ["müller.de", "почта.рф", "例え.jp", "café-yahoo.fr", "ñandu.com.ar", "grün-mail.at"])
def test_a_domain_in_another_script_is_questioned_no_more_than_any_other(shown: str) -> None:
    assert resembles_provider(Address.parse(f"ada@{shown}").domain) is None
