from __future__ import annotations

from wizard.net.own_addresses import own_addresses, private_of


def test_only_networks_of_a_home_or_an_office_count() -> None:
    everywhere = [
        "127.0.0.1", "127.0.1.1", "169.254.3.4", "100.64.0.7", "203.0.113.5", "172.32.0.1", "224.0.0.1", "0.0.0.0",
        "192.168.178.20", "10.1.2.3", "172.16.0.9", "192.168.178.20",
    ]  # fmt: skip
    assert private_of(everywhere) == ("192.168.178.20", "10.1.2.3", "172.16.0.9")
    assert private_of([]) == ()


def test_those_of_this_computer_are_its_own() -> None:
    assert own_addresses() == private_of(list(own_addresses()))
