#!/usr/bin/python
"""Ansible's module `mailwright.helpdesk.mailwright_check`: one account, checked from the host it runs on."""

# Ansible's own order: the documentation stands before the imports.
# ruff: noqa: E402

from __future__ import annotations

DOCUMENTATION = r"""
module: mailwright_check
short_description: Checks from a host whether a mail account can send and receive there
description:
  - Runs C(mailwright check) on the host and gives back its verdict, the cause and what helps.
  - The password goes to the program's standard input, never into an argument, a file or a log.
  - In check mode nothing is signed in to; only whether the servers are reached and encrypt is looked at.
  - A sign-in is tried once. The module never repeats it, so do not put C(until) or C(retries) on the task.
options:
  address: {description: The email address., type: str, required: true}
  password: {description: Its password., type: str}
  outgoing: {description: "The sending server, C(HOST[:PORT][/SECURITY]); found by itself without it.", type: str}
  incoming: {description: "The receiving server, C([imap:|pop3:]HOST[:PORT][/SECURITY]).", type: str}
  username: {description: "The user name, where it is not the address.", type: str}
  sign_in: {description: Whether to sign in., type: bool, default: true}
  accept_untrusted: {description: Whether servers count that nobody vouches for., type: bool, default: false}
  autofix: {description: Whether other settings may be tried., type: bool, default: true}
  deadline: {description: Seconds for the whole check., type: int, default: 60}
  pack: {description: A helpdesk's pack on the host., type: path}
  ca_file: {description: More roots of trust on the host., type: path}
  nameserver: {description: "Who is asked for names, C(HOST[:PORT]).", type: str}
  fail: {description: Whether an account that does not work fails the task., type: bool, default: false}
  executable: {description: The program on the host., type: str, default: mailwright}
author: The Mailwright authors
"""

EXAMPLES = r"""
- name: Can Ada send and receive from this office?
  mailwright.helpdesk.mailwright_check:
    address: ada@example.org
    password: "{{ vault_ada_password }}"
  throttle: 1
  register: ada
"""

RETURN = r"""
verdict: {description: works, works-after-fix, fails or undecided, type: str, returned: always}
works: {description: Whether mail can be sent and received from here., type: bool, returned: always}
cause: {description: "The cause's id, empty where it works.", type: str, returned: always}
title: {description: The cause in a sentence., type: str, returned: always}
result: {description: The document of C(mailwright check --json)., type: dict, returned: always}
"""

import json

from ansible.module_utils.basic import AnsibleModule

WORKS = ("works", "works-after-fix")
# 70 is an internal error and 2 wrong usage: then there is no document.
ANSWERED = (0, 1, 3, 4)


def words_of(params: dict, *, sign_in: bool) -> list:
    """The command line for these parameters; a password is not among them."""
    words = [
        params["executable"],
        "check",
        params["address"],
        "--json",
        "--quiet",
        "--deadline",
        str(params["deadline"]),
    ]
    for name in ("outgoing", "incoming", "username", "pack", "nameserver"):
        if params[name]:
            words += [f"--{name}", params[name]]
    if params["ca_file"]:
        words += ["--ca-file", params["ca_file"]]
    if params["accept_untrusted"]:
        words.append("--yes")
    if not params["autofix"]:
        words.append("--no-autofix")
    return [*words, "--password-file", "-"] if sign_in else [*words, "--no-sign-in"]


def main() -> None:
    """Runs the check and gives its document back."""
    module = AnsibleModule(
        argument_spec={
            "address": {"type": "str", "required": True},
            "password": {"type": "str", "no_log": True},
            "outgoing": {"type": "str"},
            "incoming": {"type": "str"},
            "username": {"type": "str"},
            "sign_in": {"type": "bool", "default": True},
            "accept_untrusted": {"type": "bool", "default": False},
            "autofix": {"type": "bool", "default": True},
            "deadline": {"type": "int", "default": 60},
            "pack": {"type": "path"},
            "ca_file": {"type": "path"},
            "nameserver": {"type": "str"},
            "fail": {"type": "bool", "default": False},
            "executable": {"type": "str", "default": "mailwright"},
        },
        supports_check_mode=True,
    )
    params = module.params
    sign_in = params["sign_in"] and not module.check_mode
    if sign_in and not params["password"]:
        module.fail_json(msg="To sign in, the module needs a password; or say sign_in: false.")
    data = f"{params['password']}\n" if sign_in else None
    code, out, err = module.run_command(words_of(params, sign_in=sign_in), data=data, binary_data=True)
    try:
        document = json.loads(out) if code in ANSWERED else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        module.fail_json(msg=f"mailwright gave no result (exit {code}): {err.strip()[-400:]}")
    diagnoses = document.get("diagnoses") or [{}]
    works = document.get("verdict") in WORKS
    first = {} if works else diagnoses[0]
    answer = {
        "changed": False,
        "verdict": document.get("verdict"),
        "works": works,
        "cause": first.get("cause", ""),
        "title": first.get("title", ""),
        "result": document,
    }
    if params["fail"] and not works:
        module.fail_json(msg=f"{params['address']}: {answer['title'] or answer['verdict']}", **answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
