"""Static analysis of educational apps and the shared vocabulary: the façade that other packages import.

Everything is imported on use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.registers import (
    calendar,
    clauses,
    code_names,
    compare_facts,
    data_dictionary,
    data_permissions,
    dictionary_text,
    difference_rows,
    filing_codes,
    finding_words,
    legal_texts,
    notice_templates,
    rule_sources,
    supervisory_items,
    usage_number,
    usage_schema,
    validate_usage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from datetime import date
    from pathlib import Path
    from threading import Event

    from analyzer.model import Facts, FilingFacts, ImageFacts, PolicyFacts, Report, StaticFacts, TrafficFacts
    from analyzer.sandbox import Limits
    from analyzer.sandbox.cache import FactsCache

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "audit",
    "calendar",
    "clauses",
    "code_names",
    "compare_facts",
    "data_dictionary",
    "data_permissions",
    "dictionary_text",
    "difference_rows",
    "engine",
    "filing_codes",
    "filing_facts",
    "filing_schema",
    "finding_words",
    "gather",
    "images_in",
    "images_of",
    "lasts_until",
    "legal_texts",
    "notice_templates",
    "package_facts",
    "policy_text",
    "read_filing",
    "read_policy",
    "read_waivers",
    "report_of",
    "resolve_hosts",
    "rule_sources",
    "rules_version",
    "static_facts",
    "supervisory_items",
    "typeface",
    "usage_number",
    "usage_schema",
    "validate_filing",
    "validate_usage",
    "with_packaged_policy",
]


def static_facts(path: Path, limits: Limits | None = None, *, ended_by: Event | None = None) -> StaticFacts:
    """Extract the facts of one package in a child process under limits; setting ``ended_by`` ends it, and raises.

    Raises `analyzer.model.UnreadableInputError` when the file is no package at all; everything else that goes wrong
    is said in ``coverage`` of the result.
    """
    from analyzer.sandbox import Limits, run_extraction

    return run_extraction(path, limits or Limits(), ended_by.is_set if ended_by is not None else None)


def package_facts(*paths: Path, cached: bool = False) -> list[StaticFacts]:
    """Return the facts of several packages, read side by side; from the user's cache if ``cached``.

    Raises as `static_facts` does; the other children are ended then.
    """
    from contextlib import ExitStack

    with ExitStack() as stack:
        return _side_by_side([_as_file(path, stack) for path in paths], cached=cached)


def _side_by_side(paths: list[Path], *, cached: bool) -> list[StaticFacts]:
    from analyzer.sandbox import Limits, start_extraction

    limits = Limits()
    caches = [_cache(path, limits) if cached else None for path in paths]
    found = [cache.find() if cache is not None else None for cache in caches]
    running: list[Any] = []
    try:
        for path, facts in zip(paths, found, strict=True):
            running.append(start_extraction(path, limits) if facts is None else None)
        for place, extraction in enumerate(running):
            if extraction is not None:
                running[place] = None
                found[place] = facts = extraction.result()
                if (cache := caches[place]) is not None:
                    cache.keep(facts)
    finally:
        for extraction in running:
            if extraction is not None:
                extraction.cancel()
    return [facts for facts in found if facts is not None]


def report_of(
    facts: Facts,
    *,
    waivers: tuple[Any, ...] = (),
    seconds: dict[str, float] | None = None,
    today: date | None = None,
) -> Report:
    """Judge ``facts`` with the rules in force; no package is opened. Certificates age until ``today``, else now."""
    import time
    from datetime import UTC, datetime

    from analyzer.catalogue import load_catalogue
    from analyzer.judge import build_report
    from analyzer.model import Run

    started = datetime.now(UTC)
    clock = time.perf_counter()
    catalogue = load_catalogue()
    stages = {**(facts.static.seconds if facts.static else {}), **(seconds or {})}
    stages["catalogue"] = round(time.perf_counter() - clock, 4)
    run = Run(
        tool=__version__,
        rules=catalogue.rules_version,
        engine=facts.static.engine if facts.static else engine(),
        started=started.isoformat(timespec="seconds"),
        seconds=stages,
        peak_memory=facts.static.peak_memory if facts.static else None,
    )
    return build_report(facts, catalogue, run, waivers, today=today)


def lasts_until(facts: Facts, today: date | None = None) -> date | None:
    """Return the first day on which judging equal facts by equal rules may come to more; `None`: never by itself."""
    from datetime import UTC, datetime

    from analyzer.catalogue import load_catalogue
    from analyzer.judge import lasts_until as until

    return until(facts, load_catalogue(), today or datetime.now(UTC).date())


def audit(
    path: Path,
    *,
    policy: Path | None = None,
    filing: Path | None = None,
    traffic: TrafficFacts | None = None,
    limits: Limits | None = None,
    waivers: Path | None = None,
    today: date | None = None,
    cached: bool = False,
) -> Report:
    """Extract, join all channels, judge: what `eduaudit audit` does.

    Raises `analyzer.model.UnreadableInputError` naming the file that cannot be read and why.
    """
    facts, waived = gather(
        path, policy=policy, filing=filing, traffic=traffic, limits=limits, waivers=waivers, today=today, cached=cached
    )
    return report_of(facts, waivers=waived, today=today)


def gather(
    path: Path,
    *,
    policy: Path | None = None,
    filing: Path | None = None,
    traffic: TrafficFacts | None = None,
    limits: Limits | None = None,
    waivers: Path | None = None,
    today: date | None = None,
    cached: bool = False,
) -> tuple[Facts, tuple[Any, ...]]:
    """Extract the package, and read what else is at hand; return the facts of the case, and the waivers.

    The child that reads the package starts first; the small inputs, the rules and the judge are loaded while it
    works, and an error in one of them ends the child. With ``cached``, the facts of a package that was audited before
    are taken from the user's cache.
    Raises `analyzer.model.UnreadableInputError` naming the file that cannot be read and why.
    """
    if path.is_dir():
        from contextlib import ExitStack

        with ExitStack() as stack:
            return gather(
                _as_file(path, stack),
                policy=policy,
                filing=filing,
                traffic=traffic,
                limits=limits,
                waivers=waivers,
                today=today,
                cached=cached,
            )
    from analyzer.sandbox import Limits, dismiss, start_extraction

    limits = limits or Limits()
    cache = _cache(path, limits) if cached else None
    static = cache.find() if cache is not None else None
    if static is not None:
        dismiss()  # a child may wait already
    extraction = start_extraction(path, limits) if static is None else None
    try:
        from analyzer.ahead import load_ahead
        from analyzer.model import Facts

        if extraction is not None:
            load_ahead(report_of, engine(), rules_version())
        filed = read_filing(filing) if filing else None
        read = read_policy(policy) if policy else None
        waived = read_waivers(waivers, today) if waivers else ()
    except BaseException:
        if extraction is not None:
            extraction.cancel()
        raise
    if extraction is not None:
        static = extraction.result()
        if cache is not None:
            cache.keep(static)
    return with_packaged_policy(Facts(static=static, policy=read, filing=filed, traffic=traffic)), waived


def with_packaged_policy(facts: Facts) -> Facts:
    """Return the facts with a policy found in the package, where none was handed in and just one fits."""
    from dataclasses import replace

    static = facts.static
    if static is None or not static.policies:
        return facts
    if facts.policy is not None:
        rows = tuple(replace(row, source="", state="not_needed") for row in static.policies)
        return replace(facts, static=replace(static, policies=rows))
    from analyzer.catalogue import load_catalogue
    from analyzer.policy.packaged import choose_policy

    filed = (facts.filing.name, facts.filing.provider) if facts.filing else ()
    policy, rows = choose_policy(static.policies, load_catalogue(), (static.app.label, *filed))
    return replace(facts, static=replace(static, policies=rows), policy=policy)


def _as_file(path: Path, stack: ExitStack) -> Path:
    """Return a package as one file: a folder of splits, or of code beside a manifest, is packed meanwhile."""
    if not path.is_dir():
        return path
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from analyzer.container.folder import pack_folder

    return pack_folder(path, Path(stack.enter_context(TemporaryDirectory(prefix="eduaudit-"))))


def _cache(path: Path, limits: Limits) -> FactsCache | None:
    """Return the cache's view of one package; `None` when it cannot be read, which the extraction says better."""
    from analyzer.sandbox.cache import FactsCache

    try:
        return FactsCache(path, rules_version(), limits)
    except OSError:
        return None


def read_waivers(path: Path, today: date | None = None) -> tuple[Any, ...]:
    """Read the waivers in force ``today``. Raises `UnreadableInputError` naming the first wrong entry."""
    from datetime import UTC, datetime

    from analyzer.judge.waivers import read_waivers as read

    return tuple(read(path, today or datetime.now(UTC).date()))


def read_policy(path: Path) -> PolicyFacts:
    """Read a privacy policy and extract what it declares."""
    from analyzer.catalogue import load_catalogue
    from analyzer.policy import read_policy as read

    return read(path, load_catalogue())


def policy_text(path: Path) -> str:
    """Return the text of a policy file as its facts count offsets in it; raises as `read_policy` does."""
    from analyzer.policy import load_text

    return load_text(path).text


def read_filing(path: Path) -> FilingFacts:
    """Read and validate a filing; raises `UnreadableInputError` naming the first wrong field."""
    from analyzer.judge.filing import read_filing as read

    return read(path)


def filing_facts(data: dict[str, Any]) -> FilingFacts:
    """Return the parts of a filing (already validated JSON) that are compared with facts."""
    from analyzer.judge.filing import ProviderFiling
    from analyzer.judge.filing import filing_facts as convert

    return convert(ProviderFiling.model_validate(data))


def validate_filing(data: dict[str, Any]) -> list[Any]:
    """Return the problems of a filing, one `FieldProblem` a field (``level``: ``error`` or ``warning``)."""
    from analyzer.judge.filing import validate_filing as validate

    return validate(data)


def filing_schema() -> dict[str, Any]:
    """Return the JSON Schema of a provider filing."""
    from analyzer.judge.filing import filing_schema as schema

    return schema()


def resolve_hosts(facts: Facts) -> Facts:
    """Return the facts with the addresses of the app's own hosts, asked from the machine's name service.

    The only function here that needs a network; nothing calls it unless a person asks for it.
    """
    from dataclasses import replace
    from datetime import UTC, datetime

    from analyzer.catalogue import load_catalogue
    from analyzer.extract.resolution import resolve
    from analyzer.judge.hosts import own_hosts

    asked = datetime.now(UTC).date()
    return replace(facts, resolution=resolve(own_hosts(facts, load_catalogue()), asked))


def images_of(path: Path) -> ImageFacts:
    """Look at the pictures of a package with the local model of the extra ``[vision]``; minutes for a large app."""
    from analyzer.extract.images import images_of as look

    return look(path)


def images_in(files: Sequence[tuple[str, Path]]) -> ImageFacts:
    """Look at picture files, each with the name by which it is told, with the same model."""
    from analyzer.extract.images import images_in as look

    return look(files)


def typeface() -> tuple[str, Callable[[str], str]]:
    """Return the name of the printed typeface, ready for reportlab, and what makes a text into its (inert) markup."""
    import analyzer.render.printed_parts  # noqa: F401  # sets which signs may not begin a line of Chinese
    from analyzer.render.typeface import NAME, characters, markup

    characters()
    return NAME, markup


def rules_version() -> str:
    """Return the hash of the rule data in force."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().rules_version


def engine() -> str:
    """Return the version of the extractor: facts of another engine are extracted anew."""
    from analyzer.extract import ENGINE

    return ENGINE
