"""Words in the package: photo search, vulgar content, subject tutoring. Words alone are always only suspected."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_sdk, of_string
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import WORD_LIST
from analyzer.model import FindingEvidence, Severity, Status
from analyzer.model.images import together


@check("CONTENT.PHOTO_SEARCH")
def photo_search(case: Case) -> Iterator[Hit]:
    """Wording of photo search for homework, in an app for primary and secondary pupils or of unknown audience."""
    words = case.strings("photo_search")
    if not words or case.for_minors is False:
        return
    ocr = case.sdks_of("ocr")
    yield Hit(
        subject="photo_search",
        status=Status.SUSPECTED,
        severity=Severity.HIGH if ocr and case.for_minors else Severity.MEDIUM,
        evidence=in_order([*map(of_string, words), *map(of_sdk, ocr)]),
        values={"words": names.listed(row.value for row in words)},
    )


@check("CONTENT.VULGAR_IMAGE")
def vulgar_image(case: Case) -> Iterator[Hit]:
    """Pictures that the local model takes for nudity: a lesson in anatomy or art may look the same to it."""
    images = together(case.facts.images, case.traffic.images if case.traffic else None)
    if images and images.hits:
        yield Hit(
            subject="images",
            status=Status.SUSPECTED,
            evidence=tuple(
                FindingEvidence(kind="image", where=hit.path, excerpt=f"{hit.label} {hit.score:.2f}")
                for hit in images.hits
            ),
            values={"model": images.model or "?", "looked": images.looked},
        )


@check("CONTENT.VULGAR")
def vulgar(case: Case) -> Iterator[Hit]:
    """Words of the vulgar vocabulary; a person must read them where they stand."""
    words = (*case.strings("vulgar", "violence", "gambling"), *(case.traffic.wording if case.traffic else ()))
    if words:
        places: dict[str, set[str]] = {}
        for row in words:
            places.setdefault(row.found_in, set()).add(row.value)
        # a list of words is in a dictionary or a filter: reported, and not as text that pupils are shown
        shown = set[str]().union(*(found for found in places.values() if len(found) < WORD_LIST))
        yield Hit(
            subject="vulgar",
            status=Status.SUSPECTED,
            severity=Severity.MEDIUM if len(shown) > 2 else Severity.LOW,
            evidence=in_order(map(of_string, words)),
            values={"words": names.listed(row.value for row in words)},
        )


@check("CONTENT.TUTORING")
def subject_tutoring(case: Case) -> Iterator[Hit]:
    """Wording of subject tutoring for pupils, in an app that is not filed as such."""
    words = case.strings("subject_tutoring")
    filed = case.filing is not None and case.filing.category == "subject_tutoring"
    if words and case.for_minors and not filed:
        yield Hit(
            subject="tutoring",
            status=Status.SUSPECTED,
            evidence=in_order(map(of_string, words)),
            values={"words": names.listed(row.value for row in words)},
        )
