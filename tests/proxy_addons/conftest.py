"""Messages, a profile and the rules for the traffic tests. All values are made up."""

import warnings

import pytest

from analyzer.catalogue import load_catalogue
from proxy_addons.match.matcher import Matcher
from proxy_addons.pipeline import Examination
from proxy_addons.profile import Profile
from proxy_addons.sources.message import Message

with warnings.catch_warnings():
    # mitmproxy 12 calls deprecated names of pyparsing while it is imported; warnings are errors here.
    warnings.simplefilter("ignore")
    import mitmproxy.io
    import mitmproxy.test.taddons
    import mitmproxy.test.tflow  # noqa: F401  # imported for its effect

VALUES = {
    "device.imei": ("490154203237518", "352099001761481"),
    "device.android_id": ("a1b2c3d4e5f60718",),
    "device.oaid": ("4f8a3c1e-77b2-4d1f-9a55-0c2b7e9d1f34",),
    "device.mac": ("00:DB:96:D2:80:79",),
    "device.imsi": ("460011234567890",),
    "device.model": ("Edu Phone 7",),
    "phone_number": ("13912345678",),
    "identity.name": ("钟离澄砚",),
    "identity.id_card": ("11010519491231002X",),
    "identity.gender": ("女",),
    "email": ("edu-3f9a@example.com",),
    "location.precise": ("31.230416,121.473701",),
}


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def profile():
    return Profile("bench phone", VALUES, {"vendor": "s3cret"})


@pytest.fixture(scope="session")
def matcher(catalogue, profile):
    return Matcher(profile.values, profile.keys, catalogue.identifiers)


@pytest.fixture(scope="session")
def bare_matcher(catalogue):
    return Matcher({}, {}, catalogue.identifiers)


@pytest.fixture
def message():
    def make(body=b"", content_type="application/json", **fields):
        headers = (("Content-Type", content_type), *fields.pop("headers", ()))
        plain = {
            "flow": "f1",
            "time": 1_700_000_000.0,
            "direction": "request",
            "kind": "http",
            "scheme": "https",
            "host": "api.example.cn",
            "method": "POST",
            "target": "/v1/report",
            "headers": headers,
            "body": body,
        }
        return Message(**{**plain, **fields})

    return make


@pytest.fixture
def facts_of(catalogue, profile):
    """Examine messages with the profile (or another), as one capture."""

    def run(*messages, using=profile, timeline=None, app="cn.example.app"):
        examination = Examination(catalogue, using, app=app)
        if timeline is not None:
            examination.mark("/tmp/a.flow", timeline)
        examination.add(messages, "/tmp/a.flow")
        return examination.facts(["0" * 64])

    return run
