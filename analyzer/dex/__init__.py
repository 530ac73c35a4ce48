"""A fast index over DEX: what classes are defined, who calls, reads or names what, with which constants.

>>> index = load([("classes.dex", data)])
>>> imei = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
>>> hits = index.find(Query(methods=frozenset({imei})))
>>> [(site.caller, site.offset) for site in hits.sites]

Independent of the rule data: it takes plain signatures. Exact: the answers equal those of a full linear decode.
"""

from .flow import UNKNOWN, Value
from .index import DexIndex, FoundString, load
from .problem import Problem
from .query import Hits, Query, Site, SiteKind

__all__ = ["UNKNOWN", "DexIndex", "FoundString", "Hits", "Problem", "Query", "Site", "SiteKind", "Value", "load"]
