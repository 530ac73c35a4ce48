"""Cases of the version on record against the filed one: (rule, subject, severity, status, calling, silent facts)."""

from analyzer.model import Artifact

_SMS = "android.permission.READ_SMS"
_FILED = Artifact(format="apk", sha256="f" * 64, size=1, name="filed.apk")


def _pair(build, now=None, then=None, **more):
    """A new version, and the version that was filed."""
    return build.facts(static=build.static(**(now or {})), filed=build.static(artifact=_FILED, **(then or {})), **more)


def _signed(build, digest):
    return {"app": {"signers": (build.signer(sha256=digest * 64),)}}


def _reads(build):
    phone = (build.permission("READ_PHONE_STATE"),)
    return {"permissions": phone}, {"permissions": phone, "accesses": (build.access("device.imei"),)}


def _without_and_with(build):
    then, now = _reads(build)
    return _pair(build, now, then)


def _with_both(build):
    _, now = _reads(build)
    return _pair(build, now, now)


CASES = [
    ("DRIFT.PACKAGE", "package", "high", "proven",
     lambda b: _pair(b, {"app": {"package": "cn.other.app"}}), _pair),
    ("DRIFT.SIGNER", "signer", "high", "proven",
     lambda b: _pair(b, _signed(b, "9")), _pair),
    ("DRIFT.PERMISSION", _SMS, "medium", "proven",
     lambda b: _pair(b, {"permissions": (b.permission(_SMS),)}),
     lambda b: _pair(b, {"permissions": (b.permission(_SMS),)}, filing=b.filing(permissions=(_SMS,)))),
    ("DRIFT.SDK", "umeng-analytics", "medium", "proven",
     lambda b: _pair(b, {"sdks": (b.sdk(),)}), lambda b: _pair(b, {"sdks": (b.sdk(),)}, {"sdks": (b.sdk(),)})),
    ("DRIFT.DATA", "device.imei", "medium", "suspected", _without_and_with, _with_both),
    ("DRIFT.HOST", "hosts", "low", "suspected",
     lambda b: _pair(b, {"endpoints": (b.host("a.unknown-host.example"),)}),
     lambda b: _pair(b, {"endpoints": (b.host("a.unknown-host.example"),)}, filing=b.filing(domains=("unknown-host.example",)))),
]  # fmt: skip
