"""Cases of the checks of governance and pictures: (rule, subject, severity, status, facts that call, facts that are silent)."""

from analyzer.model import Endpoint, HostAddresses, ImageFacts, ImageHit, ResolutionFacts


def _address(build, host):
    row = Endpoint(
        host=host, scheme="http", url=f"http://{host}/", found_in="assets/app.js", recipient=None, country=None
    )
    return build.facts(static=build.static(endpoints=(row,)))


def _resolved(build, *ipv6):
    rows = (HostAddresses(host="api.example.cn", ipv4=("192.0.2.1",), ipv6=ipv6),)
    return build.facts(static=build.static(), resolution=ResolutionFacts(asked="2026-09-01", hosts=rows))


def _filed(build, **changes):
    return build.facts(filing=build.filing(**changes))


def _shows(build, number):
    return build.facts(static=build.static(strings=(build.string("icp", number),)), filing=build.filing())


def _pictures(build, *hits):
    return build.facts(static=build.static(), images=ImageFacts(model="m 1", looked=3, hits=hits))


def _hit():
    return ImageHit(path="assets/a.png", sha256="a" * 64, label="BUTTOCKS_EXPOSED", score=0.7)


CASES = [
    ("CONTENT.VULGAR_IMAGE", "images", "medium", "suspected", lambda b: _pictures(b, _hit()), _pictures),
    ("FILING.NUMBER_WRONG", "uscc", "low", "proven",
     lambda b: _filed(b, uscc="91350100M000100Y44"), _filed),
    ("FILING.NUMBER_WRONG", "icp", "low", "suspected",
     lambda b: _filed(b, icp="京ICP备12号"), _filed),
    ("FILING.MLPS_AGED", "mlps", "low", "suspected",
     lambda b: _filed(b, mlps_level=3, mlps_date="2025-08-01"), lambda b: _filed(b, mlps_level=2, mlps_date="2025-08-01")),
    ("FILING.MLPS_OLD_CERTIFICATE", "mlps", "info", "suspected",
     lambda b: _filed(b, mlps_date="2023-08-01"), lambda b: _filed(b, mlps_date="2024-08-01")),
    ("FILING.ICP_DIFFERENT", "icp", "low", "suspected",
     lambda b: _shows(b, "京ICP备87654321号"), lambda b: _shows(b, "京ICP备12345678号-4")),
    ("NETWORK.LITERAL_IPV4", "literal_ipv4", "low", "suspected",
     lambda b: _address(b, "203.0.113.9"), lambda b: _address(b, "api.example.cn")),
    ("NETWORK.NO_IPV6", "hosts", "info", "suspected",
     _resolved, lambda b: _resolved(b, "2001:db8::1")),
]  # fmt: skip
