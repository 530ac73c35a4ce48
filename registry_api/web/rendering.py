"""Templates → pages: the environment, the words of both languages, the frame that all screens share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from analyzer.model import Bilingual
from analyzer.model.signature import short_name
from analyzer.model.wire_words import wire_excerpt, wire_place, wire_word
from registry_api.kit.china import CHINA, day_of
from registry_api.web.chains import chain_of, doubt_of, offsets_of
from registry_api.web.navigation import navigation_of
from registry_api.web.words import field_name, province_name, word

if TYPE_CHECKING:
    from registry_api.accounts.access import Actor

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one template environment: everything is escaped, and a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["time"] = show_time
    made.filters["day"] = show_day
    made.filters["size"] = show_size
    made.filters["path"] = lambda text: quote(str(text), safe="")
    made.filters["purpose"] = show_purpose
    made.globals["asset"] = asset
    return made


def show_purpose(code: str, lang: str) -> str:
    """Return what commonly justifies a permission in words."""
    import analyzer  # noqa: PLC0415  # only pages with a report need the rules

    return analyzer.code_names("permission_functions").get(code, (code, code))[lang == "en"]


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so that browsers may keep it for long."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def show_time(value: datetime | str | None) -> str:
    """Return a moment in China to the second; – for none."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if value else "–"


def show_day(value: date | datetime | str | None) -> str:
    """Return a day in China; – for none. A text is a moment as the interface writes it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        value = day_of(value)
    return value.isoformat() if value else "–"


def show_size(value: int) -> str:
    """Return a number of bytes as people write it."""
    return f"{value / 1024 / 1024:.1f} MB" if value >= 1024 * 1024 else f"{value / 1024:.1f} KB"


def shown(item: Any, lang: str) -> Any:
    """Return a value as people write it."""
    if isinstance(item, Bilingual):
        return item.pick(lang)
    if isinstance(item, bool):
        return ("yes" if item else "no") if lang == "en" else ("是" if item else "否")
    return "–" if item is None else item


def render_text(template: str, lang: str, *, actor: Actor | None, here: Any, **context: Any) -> str:
    """Return a template as text; ``here`` is the address of the page, for the links of the languages."""

    def t(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    def pick(both: Bilingual | Mapping[str, str]) -> str:
        return both.pick(lang) if isinstance(both, Bilingual) else both[lang]

    return (
        environment()
        .get_template(template)
        .render(
            lang=lang,
            t=t,
            w=lambda code: word(code, lang),
            wire=lambda code: wire_word(code, lang),
            wire_place=lambda where: wire_place(where, lang),
            wire_excerpt=lambda excerpt: wire_excerpt(excerpt, lang),
            pick=pick,
            show=lambda item: shown(item, lang),
            chain=lambda site: chain_of(site, lang),
            doubt=lambda site: doubt_of(site, lang),
            offsets=offsets_of,
            short=short_name,
            field_name=lambda key: field_name(key, lang),
            province=lambda code: province_name(code, lang),
            signed_in=actor,
            here=here,
            menu=navigation_of(actor, here.path if here is not None else "", lang),
            **context,
        )
    )


def render(
    template: str, lang: str, status: int = 200, *, signed_in: Actor | None, here: Any, **context: Any
) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(render_text(template, lang, actor=signed_in, here=here, **context), status)
