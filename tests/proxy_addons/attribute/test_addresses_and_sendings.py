import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.attribute.address import address_data, assigned_country, public_address
from proxy_addons.attribute.phase import Timeline
from proxy_addons.attribute.sendings import Sent, sendings
from proxy_addons.marks import Mark


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("114.114.114.114", "CN"), ("8.8.8.8", "US"), ("2408:8000::1", "CN"), ("2001:4860:4860::8888", "US"),
        ("::ffff:8.8.8.8", "US"), ("2408:8000::1%wlan0", "CN"),
        ("127.0.0.1", None), ("10.1.2.3", None), ("192.0.2.10", None), ("fe80::1", None), ("::1", None),
        ("example.com", None), ("", None), (None, None), ("1.2.3.4.5", None), ("224.0.0.1", None),
    ],
)  # fmt: skip
def test_countries_are_those_of_the_registries(address, country):
    assert assigned_country(address) == country


@given(st.one_of(st.ip_addresses().map(str), st.text(max_size=20)))
def test_any_text_has_a_country_or_none(text):
    country = assigned_country(text)
    assert country is None or (len(country) == 2 and country.isupper())
    known = public_address(text)
    assert known is None or ipaddress.ip_address(str(known)).is_global


def test_the_table_says_its_version_and_date():
    name, version, date = address_data().split()
    assert name == "iptocc"
    assert version[0].isdigit()
    assert date.startswith("(20")


def sent(**changes):
    values = {
        "data": "device.imei", "recipient": None, "host": "a.cn", "phase": "unknown", "foreground": None, "encrypted": True,
        "time": 10.0, "message": ("c", "f"), "since_start_s": None,
    }  # fmt: skip
    return Sent(**{**values, **changes})


def test_twice_in_one_message_is_once():
    (row,) = sendings([sent(), sent(), sent(time=14.0, message=("c", "g")), sent(time=15.0, message=("c", "h"))])
    assert (row.count, row.interval_s, row.shortest_s) == (3, 2.5, 1.0)


def test_dresses_and_hosts_of_one_recipient_are_one_row():
    (row,) = sendings(
        [sent(recipient="sdk:x", host="a.cn"), sent(recipient="sdk:x", host="b.cn", encrypted=False, time=0.0)]
    )
    assert (row.hosts, row.encrypted, row.count, row.interval_s) == (("a.cn", "b.cn"), False, 2, None)


def test_unknown_hosts_data_and_phases_are_rows_of_their_own():
    rows = sendings(
        [sent(), sent(host="b.cn"), sent(data="phone_number"), sent(phase="refused"), sent(foreground=True)]
    )
    assert len(rows) == 5


def test_a_capture_is_added_up_without_guesses(message, facts_of):
    both = {"imei": "490154203237518", "again": "490154203237518", "password": "hunter2hunter2"}
    found = facts_of(
        *(message(json.dumps(both).encode(), time=1000.0 + at, flow=f"f{at}") for at in (3, 5, 9)),
        timeline=Timeline([Mark(1000, "first_start"), Mark(1004, "agreed")]),
    ).sendings
    rows = [(row.data, row.phase, row.count, row.interval_s, row.since_start_s) for row in found]
    assert ("device.imei", "after_consent", 2, 4.0, 5.0) in rows
    assert ("device.imei", "before_consent", 1, None, 3.0) in rows
    assert all(row.data == "device.imei" for row in found)
