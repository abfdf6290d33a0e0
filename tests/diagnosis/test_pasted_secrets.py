"""A password in what somebody pastes, be it a log, a configuration or code, is not repeated; a sentence stays whole."""

from __future__ import annotations

import pytest

from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.pasted_secrets import mask_secrets

SECRETS = ("hunter2", "zq7", "AGFkYQBodW50ZXIy", "aHVudGVyMg", "YWRhOmh1bnRlcjI", "efgh")
HELD = [
    # conversations
    "AUTH PLAIN AGFkYQBodW50ZXIy",
    "AUTH LOGIN YWRh\n334 UGFzc3dvcmQ6\naHVudGVyMg==\n535 no",
    "S: 334 UGFzc3dvcmQ6\nC: aHVudGVyMg==\nS: 535 no",
    "C: a1 AUTHENTICATE PLAIN\nS: + \nC: AGFkYQBodW50ZXIy\nS: a1 NO",
    "a1 authenticate plain AGFkYQBodW50ZXIy",
    "PASS hunter2hunter2",
    "C: pass hunter2",
    "pass hunter2\r\n-ERR no",
    "a1 LOGIN ada@example.org hunter2",
    'TAG1 LOGIN "ada@example.org" "hunter2"',
    'a1 LOGIN ada "correct hunter2 staple"',
    "> a1 LOGIN ada@example.org hunter2 (0.03 s)",
    "a1 login ada@example.org hunter2",
    '. login ada@example.org "hunter2"\n. NO login failed',
    "Authorization: Bearer ya29.hunter2",
    "Authorization: Basic YWRhOmh1bnRlcjI=",
    # configurations
    "password=hunter2",
    "MAIL_PASSWORD=hunter2",
    "spring.mail.password=hunter2",
    "SMTP_PASS: hunter2",
    "smtp_auth_password: 'hunter2'",
    "Passwort: hunter2",
    "mot de passe : hunter2",
    "contraseña: hunter2",
    "密码：hunter2",
    "app password: abcd efgh ijkl mnop",
    '{"user": "ada", "password": "hunter2"}',
    "{'user': 'ada', 'pass': 'hunter2'}",
    'auth: { user: "ada", pass: "hunter2" }',
    "'smtp_password' => 'hunter2',",
    '"refresh_token":"1//hunter2"',
    "client_secret=hunter2",
    'set imap_pass = "hunter2"',
    '<add key="Password" value="hunter2"/>',
    "<password>hunter2</password>",
    # code and commands
    '$mail->Password = "hunter2";',
    'server.login("ada@example.org", "hunter2")',
    "server.login(user, 'hunter2')",
    'client.Authenticate("ada", "hunter2");',
    'new NetworkCredential("ada@example.org", "hunter2")',
    "smtp://ada%40example.org:hunter2@smtp.example.org:587",
    "imapsync --user1 ada --password1 hunter2",
    "curl -u ada@example.org:hunter2 imaps://imap.example.org",
    "curl --user ada:hunter2 imaps://imap.example.org",
    # with signs of any kind
    'a1 LOGIN ada "correct hunter2 staple" was sent',
    "password=zq7,hunter2",
    "MAIL_PASSWORD=zq7;hunter2<x>",
    "PASS zq7;hunter2",
    "PASS zq7-hunter2 was sent",
    "C: pass zq7,hunter2",
    'a1 LOGIN "ada" "zq7\\"hunter2"',
    "a1 LOGIN ada zq7'hunter2",
    'password="hunter2',
    '{"password": "zq7\\"hunter2"}',
    'server.login("ada", "zq7\\"hunter2")',
    "smtp://ada:zq7@hunter2@smtp.example.org",
    "smtp://ada:zq7/hunter2@smtp.example.org",
    "curl -u ada:zq7,hunter2 imaps://imap.example.org",
    # told
    "my password is hunter2",
    "mein Passwort ist hunter2",
    "https://mail.example.org/?error=535%205.7.8%20failed&password=zq7%20hunter2%20tail",
    "https://mail.example.org/cb#access_token=zq7%2Bhunter2%3D%3D&error=invalid_grant",
    "My password\nis zq7hunter2 and the server refuses it",
]
SENTENCES = [
    "Your login has expired",
    "The login to the server failed",
    "Login failed for user bob",
    "We could not pass the message on",
    "Failed to authenticate on SMTP server",
    "could not authenticate with GSSAPI",
    "The password is incorrect",
    "password is 8 characters long",
    "Password authentication failed",
    "bypass = yes",
    "Compass: north",
    "spf=pass smtp.mailfrom=example.org; dkim=pass header.d=example.org; dmarc=pass (p=NONE)",
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
    "Bearer token expired",
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS AUTH=PLAIN AUTH=LOGIN] Dovecot ready",
    "250-AUTH LOGIN PLAIN XOAUTH2\n250 SIZE 35882577",
    "250 AUTH PLAIN LOGIN CRAM-MD5 NTLM",
    "AUTH LOGIN is not supported",
    "a1 NO [AUTHENTICATIONFAILED] LOGIN failed.",
    "-ERR PASS command failed",
    "C: AUTHENTICATE PLAIN failed: bad",
    "* BYE LOGIN disabled here",
    "smtp://mail.example.org:587 did not answer",
    "https://support.google.com/mail/?p=BadCredentials",
]


@pytest.mark.parametrize("text", HELD)
def test_a_secret_in_what_is_pasted_is_masked(text: str) -> None:
    masked = mask_secrets(text)
    assert "***" in masked
    assert not [secret for secret in SECRETS if secret in masked]


@pytest.mark.parametrize("text", HELD)
def test_what_is_said_of_a_paste_repeats_no_secret_of_it(text: str, diagnoser: Diagnoser) -> None:
    busy = "\n".join(f"12:00:{second:02d} error: worker {second} was started again" for second in range(40))
    refused = f"{text}\n535 5.7.8 Error: authentication failed"
    quoted = "".join(f"> {line}\n" for line in refused.splitlines())
    for pasted in (text, refused, quoted, f"{busy}\n{text}\nerror: 535 5.7.8 failed"):
        said = repr(diagnoser.of_text(pasted))
        assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_and_a_list_of_mechanisms_stay_whole(text: str) -> None:
    assert mask_secrets(text) == text
