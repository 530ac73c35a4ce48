"""Addresses of hosts: an injected name service, one that fails, and one that never answers."""

import socket
from datetime import date
from threading import Event

from analyzer.extract import resolution

DAY = date(2026, 9, 1)


def test_answers_are_sorted_and_mapped_addresses_are_no_ipv6():
    def answer(host, family):
        if family == socket.AF_INET:
            return ["192.0.2.2", "192.0.2.1", "192.0.2.1"]
        return ["::ffff:192.0.2.1"] if host == "b.example" else ["2001:db8::2%eth0"]

    found = resolution.resolve(["b.example", "a.example", "a.example"], DAY, answer)
    assert [(row.host, row.ipv4, row.ipv6) for row in found.hosts] == [
        ("a.example", ("192.0.2.1", "192.0.2.2"), ("2001:db8::2",)),
        ("b.example", ("192.0.2.1", "192.0.2.2"), ()),
    ]
    assert (found.asked, found.left_out) == ("2026-09-01", 0)


def test_silence_is_no_absence(monkeypatch):
    for number, expected in ((socket.EAI_NONAME, ()), (socket.EAI_AGAIN, None)):
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, number=number: (_ for _ in ()).throw(socket.gaierror(number, ""))
        )
        row = resolution.resolve(["a.example"], DAY).hosts[0]
        assert (row.ipv4, row.ipv6) == (expected, expected)


def test_name_service_that_never_answers_does_not_hold_the_audit():
    wait = Event()
    found = resolution.resolve(["a.example"], DAY, lambda *_: () if wait.wait(20) else None, seconds=0.05)
    assert (found.hosts[0].ipv4, found.hosts[0].ipv6) == (None, None)
    wait.set()


def test_hosts_beyond_the_limit_are_counted():
    names = [f"h{n}.example" for n in range(resolution.MOST_HOSTS + 3)]
    found = resolution.resolve(names, DAY, lambda *_: ())
    assert (len(found.hosts), found.left_out) == (resolution.MOST_HOSTS, 3)
