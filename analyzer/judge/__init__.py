"""Judgement: facts → ledger → findings. Pure; the only files read here are a filing and a waivers file."""

from .ageing import lasts_until
from .assembly import build_report
from .judgement import Judgement, judge
from .ledger import make_ledger
from .settings import DEFAULTS, Settings
from .waivers import Waiver, read_waivers

__all__ = [
    "DEFAULTS",
    "Judgement",
    "Settings",
    "Waiver",
    "build_report",
    "judge",
    "lasts_until",
    "make_ledger",
    "read_waivers",
]
