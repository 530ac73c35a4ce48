"""Whether encrypted connections are really checked (PIPL 51). Byte code and the configuration file show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from analyzer.judge.case import Case
from analyzer.judge.hits import Hit, check
from analyzer.judge.pins import pins_until
from analyzer.judge.weaknesses import details, facts_of, how, kinds_of, named, severity_of, shown, status_of
from analyzer.model import Bilingual, SecurityFact, Severity, Status

_EVERY_HOST = Bilingual(zh="所有主机", en="all hosts")


def _classes(rows: tuple[SecurityFact, ...]) -> Bilingual:
    """Name the classes in short; the evidence has them in full."""
    return named(row.detail.partition(":")[0].rpartition(".")[2] for row in rows)


def _unchecked(case: Case, identity: str, subject: str) -> Iterator[Hit]:
    rows = facts_of(case, *kinds_of(case, identity))
    if rows:
        yield Hit(
            subject=subject,
            status=status_of(rows),
            severity=severity_of(rows, Severity.HIGH),
            evidence=shown(rows),
            values={"classes": _classes(rows), "how": how(rows)},
        )


@check("TLS.TRUST_ALL")
def trust_all(case: Case) -> Iterator[Hit]:
    """Report trust managers that let every certificate pass; proven where one is certainly handed to a connection."""
    yield from _unchecked(case, "TLS.TRUST_ALL", "checkServerTrusted")


@check("TLS.ANY_HOST")
def any_host(case: Case) -> Iterator[Hit]:
    """Report host name verifiers that always agree."""
    yield from _unchecked(case, "TLS.ANY_HOST", "verify")


@check("TLS.SSL_ERROR")
def ssl_error(case: Case) -> Iterator[Hit]:
    """Report WebView clients that go on whatever is wrong with the certificate."""
    yield from _unchecked(case, "TLS.SSL_ERROR", "onReceivedSslError")


@check("TLS.USER_CERTIFICATES")
def user_certificates(case: Case) -> Iterator[Hit]:
    """Report a release whose configuration trusts certificates that the user, or somebody for him, installs."""
    rows = facts_of(case, *kinds_of(case, "TLS.USER_CERTIFICATES"))
    if rows:
        every = any(row.detail == "*" for row in rows)
        yield Hit(
            subject="trust-anchors",
            status=Status.PROVEN,
            evidence=shown(rows),
            values={"hosts": _EVERY_HOST if every else details(rows)},
        )


@check("TLS.PINS_EXPIRED")
def pins_expired(case: Case) -> Iterator[Hit]:
    """Report pins whose day is over: from then on the platform accepts any certificate of a known authority."""
    if case.today is None:
        return
    over: dict[date, list[SecurityFact]] = {}
    for row in facts_of(case, "netconfig.pins"):
        until = pins_until(row)
        if until is not None and until <= case.today:
            over.setdefault(until, []).append(row)
    for until, rows in sorted(over.items()):
        yield Hit(
            subject=f"pin-set:{until}",
            status=Status.PROVEN,
            evidence=shown(rows),
            values={
                "hosts": named(row.detail.rpartition(": ")[0] for row in rows),
                "until": until.isoformat(),
            },
        )
