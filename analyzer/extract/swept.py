"""What one sweep over the code finds, before anything is followed: the sites that are asked for, and endpoints.

Needs the tables of the DEX files alone, so that it can run beside the building of the call graph.
"""

from __future__ import annotations

from typing import Any

from analyzer.container.package import Package
from analyzer.dex import DexIndex, Query
from analyzer.dex.sites import plain_sites
from analyzer.model.facts import Endpoint

from . import accesses, endpoints, security, unread
from .answers import SweptCode
from .memory import peak_memory
from .sdk_states import NO_CALLS, SdkCalls, look_up
from .stages import Stages


def reads_query(catalogue: Any, calls: SdkCalls) -> Query:
    """Return what is asked of the code, the security rules' questions left out."""
    return accesses.build_query(catalogue) | unread.loader_query() | calls.query()


def sweep_code(index: DexIndex, catalogue: Any) -> SweptCode:
    """Search strings and code once; what fails becomes a reason."""
    stages, package = Stages(), Package("dex")
    urls = sites = None
    calls = NO_CALLS
    found: tuple[Endpoint, ...] = ()
    with stages.guarded("urls", package):
        urls = endpoints.find_urls(index, catalogue.recipients)
    with stages.guarded("sweep", package):
        calls = look_up(index, catalogue)
        whole = reads_query(catalogue, SdkCalls(calls, catalogue)) | security.build_query(catalogue)
        hits = index.find(whole | urls.query if urls is not None else whole)
        sites = plain_sites(hits.sites)
    if urls is not None and sites is not None:
        with stages.guarded("endpoints", package):
            found = endpoints.find_endpoints(urls, hits, catalogue.recipients)
    return SweptCode(
        sites=sites,
        calls=calls,
        hosts=tuple(sorted(urls.hosts)) if urls is not None else (),
        endpoints=found,
        reasons=tuple(package.reasons),
        seconds=stages.seconds,
        peak_memory=peak_memory(),
    )
