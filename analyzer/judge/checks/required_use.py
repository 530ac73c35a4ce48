"""Apps that a school requires everyone to use: free of charge, without ads and games (EDU-05)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_component, of_filing, of_sdk, of_string
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import GAME_ENGINES, ITEMS
from analyzer.model import Status


@check("FEES.REQUIRED_CHARGES")
def charges(case: Case) -> Iterator[Hit]:
    """Report that the filing says both: everyone must use it, and it charges."""
    if case.required_use and case.filing and case.filing.charges:
        evidence = (of_filing("/app/use_mode", "required"), of_filing("/app/charges", "true"))
        yield Hit(subject="charges", status=Status.PROVEN, evidence=evidence)


@check("FEES.REQUIRED_PAYMENT_SDK")
def payment_sdk(case: Case) -> Iterator[Hit]:
    """Everyone must use it, and it can take payments."""
    if not case.required_use:
        return
    # the page to which WeChat brings the result of a payment: its SDK is otherwise one for sign-in and sharing
    pages = [row for row in (case.static.components if case.static else ()) if row.name.endswith(".WXPayEntryActivity")]
    sdks = [*case.sdks_of("payment"), *(sdk for sdk in case.sdks if pages and sdk.id == "wechat-opensdk")]
    if sdks:
        words = case.strings("fee")
        shown = in_order([*map(of_sdk, sdks), *map(of_component, pages), *map(of_string, words)])
        yield Hit(
            subject="payment",
            status=Status.SUSPECTED,
            evidence=(of_filing("/app/use_mode", "required"), *shown),
            values={"sdks": names.sdk_names(case, sdks)},
        )


@check("REQUIRED.ADS_GAMES")
def ads_games(case: Case) -> Iterator[Hit]:
    """Everyone must use it, and it has ads or games: by its own filing, or by an SDK in the package."""
    if not case.required_use or case.filing is None:
        return
    for item in ("ads", "games"):
        filed = item in case.filing.contains
        sdks = case.sdks_of("advertising") if item == "ads" else ()
        engines = [sdk for sdk in case.sdks if sdk.id in GAME_ENGINES] if item == "games" else []
        words = case.strings("game") if engines else ()
        if not filed and not sdks and not (engines and words):
            continue
        evidence = [of_filing("/app/contains", item)] if filed else []
        evidence += [*map(of_sdk, (*sdks, *engines)), *map(of_string, words)]
        yield Hit(
            subject=item,
            status=Status.PROVEN if filed else Status.SUSPECTED,
            evidence=(of_filing("/app/use_mode", "required"), *in_order(evidence)),
            values={"item": ITEMS[item]},
        )
