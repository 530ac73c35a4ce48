"""Ads, games and gifts in education products for minors (未成年人保护法 74, EDU-16)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_filing, of_sdk, of_string
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import GAME_ENGINES, ITEMS
from analyzer.model import Bilingual, FindingEvidence, Severity, Status


@check("ADS.MINORS")
def ad_sdk(case: Case) -> Iterator[Hit]:
    """Report an advertising SDK in an app for minors, or in one whose audience is not filed.

    One whose hosts were contacted is ADS.TRAFFIC's: the same accusation with better evidence.
    """
    if case.for_minors is False:
        return
    contacted = {row.recipient for row in case.traffic.hosts} if case.traffic else set()
    for sdk in case.sdks_of("advertising"):
        if f"sdk:{sdk.id}" in contacted:
            continue
        certain = bool(case.for_minors) and sdk.confidence == "certain"
        yield Hit(
            subject=sdk.id,
            status=Status.SUSPECTED,
            severity=Severity.HIGH if certain else Severity.MEDIUM,
            evidence=(of_sdk(sdk),),
            values={"sdk": names.recipient(case, f"sdk:{sdk.id}"), "audience": _audience(case)},
        )


def _audience(case: Case) -> Bilingual:
    """Return what is known of whom the app is for."""
    if case.for_minors:
        return Bilingual(zh="备案学段包括未成年的学生。", en="The filed school stages include minors.")
    if case.filing is None:
        return Bilingual(
            zh="没有备案资料可供比对，按可能面向未成年人提示。",
            en="There is no filing to compare with; minors are assumed possible.",
        )
    return Bilingual(
        zh="备案未填写学段，按可能面向未成年人提示。",
        en="No school stage was filed; minors are assumed possible.",
    )


@check("ADS.TRAFFIC")
def ad_host(case: Case) -> Iterator[Hit]:
    """Report an advertising host was contacted: the connection is certain, that an ad was shown is not."""
    if case.for_minors is False or case.traffic is None:
        return
    found: dict[str, list[FindingEvidence]] = {}
    for row in case.traffic.hosts:
        if case.host_category(row.host, row.recipient) == "advertising":
            endpoint = FindingEvidence(kind="endpoint", where=row.host, excerpt=row.url)
            found.setdefault(row.recipient or row.host, []).append(endpoint)
    present = {f"sdk:{sdk.id}": sdk for sdk in case.sdks_of("advertising")}
    for recipient, seen in sorted(found.items()):
        shown = [of_sdk(present[recipient])] if recipient in present else []
        yield Hit(
            subject=recipient,
            status=Status.SUSPECTED,
            severity=Severity.HIGH if case.for_minors else Severity.MEDIUM,
            evidence=in_order([*seen, *shown]),
            values={"recipient": names.recipient(case, recipient)},
        )


@check("MINORS.GAME")
def game(case: Case) -> Iterator[Hit]:
    """Report a game engine, or game links and wording, in an app for minors. An engine also draws lessons: low."""
    if not case.for_minors:
        return
    engines = [of_sdk(sdk) for sdk in case.sdks if sdk.id in GAME_ENGINES]
    words = [of_string(row) for row in case.strings("game")]
    if engines or words:
        yield Hit(
            subject="game",
            status=Status.SUSPECTED,
            severity=Severity.MEDIUM if engines and words else Severity.LOW,
            evidence=in_order([*engines, *words]),
        )


@check("MINORS.GAMES_FILED")
def ads_or_games_filed(case: Case) -> Iterator[Hit]:
    """Report that the filing itself says that an app for minors contains ads or games."""
    if not case.for_minors or case.filing is None:
        return
    for item in sorted({"ads", "games"}.intersection(case.filing.contains)):
        yield Hit(
            subject=item,
            status=Status.PROVEN,
            evidence=(of_filing("/app/contains", item),),
            values={"item": ITEMS[item]},
        )


@check("MINORS.LIVE_GIFTS")
def live_gifts(case: Case) -> Iterator[Hit]:
    """Live streaming together with words of tipping and charging, in an app for minors."""
    if case.for_minors is False:
        return
    live = case.sdks_of("rtc", "video")
    words = case.strings("live_gifts")
    if live and words:
        yield Hit(
            subject="live_gifts",
            status=Status.SUSPECTED,
            severity=Severity.MEDIUM if case.for_minors else Severity.LOW,
            evidence=in_order([*map(of_sdk, live), *map(of_string, words)]),
        )
