"""Errors of the API: problem+json of RFC 9457 with a stable type, Chinese and English titles, and errors per field."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from analyzer.model import Bilingual, EduauditError

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, Bilingual]] = {
    "bad-request": (400, Bilingual(zh="请求无法理解", en="The request cannot be understood")),
    "unauthenticated": (401, Bilingual(zh="缺少有效的访问密钥", en="A valid API key is missing")),
    "forbidden": (403, Bilingual(zh="无权进行此操作", en="This is not allowed for this key")),
    "not-found": (404, Bilingual(zh="没有此项记录", en="There is no such record")),
    "method-not-allowed": (405, Bilingual(zh="此地址不支持该方法", en="The method is not allowed here")),
    "conflict": (409, Bilingual(zh="与现有记录冲突", en="This conflicts with what is on record")),
    "illegal-transition": (409, Bilingual(zh="当前状态不允许此操作", en="The state does not allow this step")),
    "banned": (409, Bilingual(zh="撤销备案后的禁止期未满", en="A revocation bars new filings until a day")),
    "in-progress": (409, Bilingual(zh="同一请求正在处理", en="The same request is being handled")),
    "calendar-unknown": (409, Bilingual(zh="该年度节假日安排未知", en="The holidays of that year are not known")),
    "stale": (412, Bilingual(zh="记录已被他人修改", en="The record has changed meanwhile")),
    "too-large": (413, Bilingual(zh="内容超过大小限制", en="The content is larger than the limit")),
    "unsupported-media-type": (415, Bilingual(zh="内容类型不受支持", en="The content type is not supported")),
    "invalid": (422, Bilingual(zh="填报内容有误", en="Some fields are not in order")),
    "hash-mismatch": (422, Bilingual(zh="文件校验值不一致", en="The content does not match its SHA-256")),
    "idempotency-mismatch": (
        422,
        Bilingual(zh="幂等键已用于另一请求", en="The Idempotency-Key was used for another request"),
    ),
    "precondition-required": (428, Bilingual(zh="须提供 If-Match", en="If-Match is required")),
    "too-many-requests": (429, Bilingual(zh="请求过于频繁", en="There are too many requests")),
    "internal": (500, Bilingual(zh="服务器内部错误", en="Internal error")),
    "unavailable": (503, Bilingual(zh="服务暂不可用", en="The service is not available")),
}
"""Slug → HTTP status and titles; the type of a problem is ``urn:eduaudit:problem:<slug>``."""

_BY_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "stale",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    428: "precondition-required",
    429: "too-many-requests",
    503: "unavailable",
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, and how to mend it."""

    pointer: str
    """JSON pointer, such as ``/uscc``."""
    code: str
    message: str
    suggestion: str = ""


class RegistryError(EduauditError):
    """A refusal that reaches the caller of the API as a problem document."""

    def __init__(
        self,
        slug: str,
        detail: str,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.slug = slug
        self.headers = headers
        self.detail = detail
        self.errors = errors or []
        super().__init__(detail)

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return TITLES[self.slug][0]


def problem(slug: str, detail: str, errors: list[FieldError] | None = None, *, instance: str = "") -> dict[str, Any]:
    """Return the problem document."""
    status, title = TITLES[slug]
    return {
        "type": f"urn:eduaudit:problem:{slug}",
        "title": title.zh,
        "title_en": title.en,
        "code": slug,
        "status": status,
        "detail": detail,
        "instance": instance,
        "errors": [asdict(item) for item in errors or []],
    }


def slug_of(status: int) -> str:
    """Return the slug for a status that the framework chose."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "internal" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request"


FULL = "the disk of the server is full; nothing was changed"
"""What is said where something cannot be kept."""


def why_away(error: Exception) -> str:
    """Return why the database cannot be used, for whoever asked; both databases name a full disk."""
    text = str(error).casefold()
    return FULL if "is full" in text or "no space left" in text else "the database does not answer"
