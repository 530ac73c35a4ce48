"""What a policy says that is collected, and which SDKs and companies it names: sentence by sentence, with quotes."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analyzer.model import Declaration

from .answers import answer_to, verdict
from .indexes import GENERAL, ITEM, NOTHING, PolicyWords
from .layout import Line, cells, refuses, tells_aim, tells_data
from .mentions import Mentions, mentions_of
from .negation import Reading, Sentence, readings
from .words import Hit, fold

MAX_QUOTE = 240
"""Characters; a longer sentence is cut around the word."""

_NEAR = 40
"""Characters before a word in which what is tied to its beginning stands."""

_LOCATION = frozenset({"location.precise", "location.coarse"})
_CUE = re.compile(
    r"收集|采集|获取|读取|填|提供|上传|上报|提交|用于|用来|权限|授权|登记|录入|记录|记下|记着|记住|申请|调用|处理|使用|需要|拍摄|注册|登录|绑定|"
    r"扫描|访问|跟踪|开启|打开|属(?:于)?[^，。]{0,4}敏感|(?:会|将|被)录音|录音(?:并|送)|核验|输入|调起|导出|同步|比对|可见|推断|必填|选填|保存|存储|留下|请您|用(?:手机号|不用)|委托|我们会|会用|要您|敏感个人信息|涉及|"
    r"(?:展示|显示|公示)(?:您|你|学生|孩子|用户)的|导入|获得|接收|留存|发布|发表|凭|拿到|得到|校验|验证|缓存|搜集|抓取|录制|收到|得知|递交|转交|交给|报送|告诉(?:我|它|物流|快递)|留(?:一个|下)|记在|检查|检测|存下|根据|依据|按照|选(?:择)?(?:您|你|所在|孩子|学校|城市)|发(?:到|给|孩子|照片|语音|消息)|"
    r"collect|obtain|provide|access|read|permission|use",
)
"""A sentence that speaks of collecting. Elsewhere a word is named in passing, unless it stands in a list."""
_ASIDE = re.compile(
    r"可能反映|投诉|举报|联系(?!人|电话|方式|地址)|注销|撤回|更正|通知您|告知您|清空|清除|删除|销毁|公开|公示|载明|不愿|不想|不肯|披露|出售|泄[露漏]|权利|权益|更新|修订|本政策|本声明|规则|法律|法规|海外|境外|"
    r"如何|怎么|怎样|什么|哪些|小心|注意|谨慎|妥善|不要(?:把|将|在|向)|请勿|切勿|欢迎|感谢|尊重|重视|承诺|遵守|依法"
)
"""A sentence without a verb of collecting that is about something else: what it names is named in passing."""
_STRONG_CUE = re.compile(
    r"加密(?:后)?(?:保存|存储|储存|存放)|保存(?:\d|[一二三四五六七八九十]|至|到)|我们(?:会)?(?:使用|检测)(?:您|你|设备|\0)|涉及|收集|采集|获取|填写|登记|录入|要求您?提供|需要您?提供|读取",
    re.IGNORECASE,
)
_JUST_BEFORE = re.compile(r"(?:收集|采集|填写|登记|录入)(?:(?!为了|用于|以便|目的|核对)[^。；，,]){0,16}$")
"""Not across the purpose: "收集它是为了与学校的学籍库核对" names neither the school nor the record number."""
_TO_SCHOOL = re.compile(r"(?:[向由经给]|通过|联系)(?:您|你|学生|学员|孩子|其)?$")
_TAKES = re.compile(r"(?:采集|读取|获取)[^，。；、]{0,6}$|(?:根据|依据|按照?|基于)(?:[您你]的?|用户的?)?$")
_SPECIFIED = re.compile(r"[（(][^）)]{2}")
"""Behind a general word: what it means is told in brackets."""
_CARD = re.compile(
    r"\W*(?:第三方|SDK)?(?:的)?(?:(?:使用|处理|收集|共享|业务)?(?:目的|用途|场景|功能)|"
    r"(?:收集|处理|涉及|共享|获取)[^，。；：:]{0,10}(?:类型|种类|信息|数据|内容|范围))[：:]",
    re.IGNORECASE,
)
"""A line of an SDK's card that tells purpose or data: a name in it is no further SDK."""
_KEPT = re.compile(
    r"(?:会|将|都)?(?:保存|保留|留存|存(?=\d|[一二三四五六七八九十]))|(?:\d+|[一二三四五六七八九十]+)(?:天|日|年|个月)"
)
_HANDED = re.compile(r"(?:上传|导入|上报|录入)(?:学生|孩子|教师|老师|家长|您|用户)的?[^，。；]{0,8}$")
"""Somebody hands a person's data in; a word of lists that follows names them."""
_PASSING = re.compile(
    r"有权(?:查|复制|更正|删除|要求)|(?:采取|采用|使用)[^，。；]{0,10}(?:加密|措施|技术)[^，。；]{0,8}保护|妥善保管|告知他人|告诉他人|重置密码|冻结|操作日志|访问控制|保密|防止|才能访问|泄露|保管|(?:适当|显著|醒目|明显)的?位置|(?:您|用户|家长|监护人|自己)[^，。；,;]{0,12}(?:删除|更正|修改|查看和)|(?:删除|更正|修改)(?:您|用户|自己|个人|或)|(?:保护|守护|保障)(?:您|你|用户|孩子|学生|儿童)的|工作人员|员工|核对订单"
)
_PURPOSE = re.compile(
    r"(?:用于|用来|以便|目的[是为:：]|为了|便于|不会?影响)(?:(?!收集|读取|获取|申请)[^，,。；;】」])*$"
)
"""Before a word: it tells what for, or what stays possible."""
_DEFINITION = re.compile(
    r"是指|所称|敏感(?:个人)?信息[^。，]{0,12}(?:包括|例如)|"
    r"^(?:[\s\W\d一二三四五六七八九十]|本(?:政策|规则)[^，。]{0,6}|其中)*(?:个人|儿童|用户|学生)(?:敏感|隐私)?信息(?:主要|通常|一般)?(?:包括|包含|指|如|例如)"
)
_OWN_STATEMENT = re.compile(
    r"(?:会|将|需要|需|可能|才|仅|只)[^，。；]{0,10}(?:收集|采集|获取|读取|申请|使用|上传|记录|处理)"
)
_NOT_BEHIND = re.compile(r"(?:不会?|绝不|从不|不再|没有|未|无需|无须)(?:[^，。；]{0,6})$")
_QUESTION = re.compile(r"[？?]\W*$")
_YES = re.compile(r"\W*(?:A|答|回答)?\s*[：:]?\s*(?:需要|会的|是的|要的|有的?[，。])")
"""An answer that makes a statement of the question before it."""
_OWN_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+|电话[:：]|地址[:：]|邮箱[:：]|发送邮件|该邮箱|联系方式|联系我们|客服(?:电话|热线|邮箱|微信|QQ)|联系[^，。；]{0,6}客服|致电"
)
_USERS_OWN = re.compile(r"(?:您|你|用户|家长|学生)(?:所|主动)?(?:提供|留下|填写|预留)的")
_VALUE_AFTER = re.compile(r"[^，。；\w]{0,3}(?:[:：为是至]|地址)?[\s*]*(?:[\w.+-]{1,40}@|\+?\d[\d-]{5,}|\d{3,4}-)")
_PLACES = frozenset({"student.school", "student.grade"})
"""Subjects as often as data ("您所在的学校与我们签约"): they need a verb of collecting in their clause."""
_CONTACT_DATA = frozenset({"email", "phone_number", "identity.address", "identity.name"})
"""In a sentence that gives the operator's own contact these words name no data of users."""
_ITEM_LEFT = re.compile(
    r"(?:^|[、，,；;：:/（(\t\s+&|]|以及|及|和|或|与|您的|学生的|教师的|孩子的|我们收集|收集|采集|填写|获取|包括|包含|含|的|端|"
    r"需要|提供|输入|提交|录入|登记|上报|上传|申请|比如|例如|其|填入|填报|完善|索取)[\s*“「【《]*$"
)
_ITEM_RIGHT = re.compile(
    r"[\s*”]*(?:$|[、，,；;。/）)\t（(]|一律|一概|统统|全都|都|均|我们|保存|保留|留存|留\d|存(?:\d|[一二三四五六七八九十])|\d+(?:天|日|年)|[一二三四五六七八九十]+(?:天|日|年|个月)|以及|及|和|或|与|[:：]|等|权限|用于|信息|选填|必填|由)"
)
_WIFI_PASSWORD = re.compile(r"(?:wi-?fi|wlan|无线)[^，。；、]{0,6}(?:和|、|与)?$")


def read_declarations(text: str, every: list[Line], words: PolicyWords) -> tuple[Declaration, ...]:
    """Return one declaration for each thing that a sentence names, in the order of the text.

    A denied word ("不会收集…") gives a negated one; a word in a mere promise not to pass data on gives none.
    """
    folded = fold(text)
    found: list[Declaration] = []
    # most lines of a policy name nothing: one pass over the whole text says which do
    named = Mentions(folded, words)
    by_name = named.vendors(words)
    for line, following in zip(every, [*every[1:], None], strict=True):
        if not named.anything(line.start, line.end):
            continue
        refused = "\t" in line.text and refuses(line)
        affirmed = following is not None and _YES.match(following.text) is not None
        for begin, end in line.sentences:
            start = line.start + begin
            part = folded[start : line.start + end]
            hits = mentions_of(part, start, named.within(start, line.start + end), words, line, by_name)
            if not hits:
                continue
            meant = readings(part)
            own = line.denied and _OWN_STATEMENT.search(part) is not None
            seen: set[tuple[str, bool]] = set()
            if _QUESTION.search(part):
                found += _answered(hits, line, Sentence(begin, end), following)
            data = [hit for hit, kind in hits if kind == "data"]
            aims = _aims(line, begin, data)
            bare = _without(part, data)
            short = _quote(text[start : line.start + end], hits[0][0]) if end - begin <= MAX_QUOTE else ""
            for hit, kind in hits:
                how = _how(_meant(meant, hit), hit, kind, part, refused=(line.denied and not own) or refused)
                if (how == "unshared" and kind == "data") or (kind == "sdk" and _tells_aim(line, begin, hit)):
                    continue
                aim = any(low <= begin + hit.start < high for low, high in aims)
                for key in (
                    _named_by(hit, part, bare, line, aim=aim, how=how, affirmed=affirmed, others=data)
                    if kind == "data"
                    else hit.ids
                ):
                    mark = (kind + key, how == "denied")
                    if mark not in seen:
                        seen.add(mark)
                        quote = short or _quote(text[start : line.start + end], hit)
                        found.append(_declaration(kind, key, quote, start + hit.start, negated=how == "denied"))
    return tuple(found)


def _how(meant: str, hit: Hit, kind: str, part: str, *, refused: bool) -> str:
    """Tell how a word is meant, where all that its place holds may be refused.

    Under "what we do not collect" an entry is denied, a statement of its own is read as it stands.
    """
    if kind != "data":
        return "said" if meant == "disclaimed" else meant
    if refused or meant == "disclaimed":
        return "denied"
    return _in_background(part, hit) if "location.background" in hit.ids and meant == "said" else meant


def _tells_aim(line: Line, begin: int, hit: Hit) -> bool:
    """Tell whether an SDK's word stands where a table or card tells a purpose, which may read like another's name."""
    if line.topic == "sdk" and _CARD.match(line.text):
        return True
    return "\t" in line.text and any(
        low <= begin + hit.start < high and re.search(r"目的|用途|场景|功能", head) for low, high, head in cells(line)
    )


def _answered(hits: list[tuple[Hit, str]], line: Line, asked: Sentence, following: Line | None) -> list[Declaration]:
    """Return what an answer without words of its own says of the data that its question names."""
    answer = answer_to(line, asked, following)
    question = line.text[asked.start : asked.end]
    said = verdict(question, fold(answer[0])) if answer else None
    if answer is None or said is None:
        return []
    quote = " ".join(f"{question.strip()} {answer[0].strip()}".split())
    kinds: set[str] = set()
    for hit, kind in hits:
        if kind == "data" and not any(key.startswith(NOTHING) for key in hit.ids):
            plain = {key.removeprefix(ITEM) for key in hit.ids if not key.startswith(GENERAL)}
            kinds |= plain or _LOCATION & {key.removeprefix(GENERAL) for key in hit.ids}
    return [_declaration("data", key, quote[:MAX_QUOTE], answer[1], negated=said == "denied") for key in sorted(kinds)]


def _without(part: str, data: list[Hit]) -> str:
    """Return a sentence with its plain words of data blanked: the verb in "学习记录" is none of the sentence's."""
    for hit in data:
        if any(key[0] not in GENERAL + ITEM + NOTHING for key in hit.ids):
            part = part[: hit.start] + "\0" * (hit.end - hit.start) + part[hit.end :]
    return part


def _in_background(part: str, hit: Hit) -> str:
    """Tell how background use is meant: "不会在后台定位" denies just that, and leaves location as such said."""
    low = max(part.rfind(sign, 0, hit.start) for sign in "，；。,;") + 1
    return "denied" if _NOT_BEHIND.search(part, low, hit.start) else "said"


_MARK = re.compile(r"[，；,;\t。]")
_GAP = re.compile(r"[\s、，,；;/和与及或+]{1,2}|(?:、|和|与|及|或|以及)[^，。；、]{1,5}的")


def _beside(hit: Hit, others: list[Hit], part: str) -> bool:
    """Tell whether another word of data stands next to it, but for a sign or "和您的": both are entries of a list."""
    return any(
        0 < high - low <= 8 and _GAP.fullmatch(part, low, high) is not None
        for other in others
        for low, high in ((other.end, hit.start), (hit.end, other.start))
    )


def _aims(line: Line, begin: int, hits: list[Hit]) -> list[tuple[int, int]]:
    """Return the stretches of a line in which words tell a purpose, a function or a column's own name, not data."""
    if line.head_row:
        return [(0, len(line.text))]
    return _row_aims(line, begin, hits) if "\t" in line.text else _entry_aims(line, begin, hits)


def _row_aims(line: Line, begin: int, hits: list[Hit]) -> list[tuple[int, int]]:
    row = cells(line)
    telling = [cell for cell in row if tells_data(cell[2])]
    if telling and any(low <= hit.start + begin < high for hit in hits for low, high, _ in telling):
        return [cell[:2] for cell in row if cell not in telling]
    aims = [cell[:2] for cell in row if tells_aim(cell[2])]
    if any(all(not low <= hit.start + begin < high for low, high in aims) for hit in hits):
        return aims
    return [cell[:2] for cell in row if re.search(r"目的|用途|用于|说明", cell[2])]


def _entry_aims(line: Line, begin: int, hits: list[Hit]) -> list[tuple[int, int]]:
    colon = re.search(r"[：:]", line.text[line.mark :])
    if not colon or colon.start() > 24 or len(line.text) > 160:
        return []
    at = line.mark + colon.start()
    left = any(begin + hit.start < at for hit in hits)
    # "定位：用于考勤" tells an aim, and a word of lists alone no kind
    right = any(
        begin + hit.start >= at
        and any(key[0] not in GENERAL + ITEM + NOTHING for key in hit.ids)
        and _PURPOSE.search(line.text, at, begin + hit.start) is None
        for hit in hits
    )
    if not left or not right:
        return []
    return [(at, len(line.text))] if line.topic == "permission" else [(0, at)]


@lru_cache(maxsize=64)
def _of_clause(clause: str, bare: str) -> tuple[bool, bool, bool]:
    """Tell whether a clause speaks plainly of collecting, only in passing, of the operator's own contact."""
    return (
        _STRONG_CUE.search(bare) is not None,
        _PASSING.search(clause) is not None,
        _OWN_CONTACT.search(clause) is not None,
    )


@lru_cache(maxsize=64)
def _of_sentence(sentence: str, bare: str) -> tuple[bool, bool, bool, bool]:
    """Tell whether a sentence speaks of collecting, defines, speaks plainly of collecting, asks."""
    return (
        _CUE.search(bare) is not None or _ASIDE.search(sentence) is None,
        _DEFINITION.search(sentence) is not None,
        _STRONG_CUE.search(bare) is not None,
        _QUESTION.search(sentence) is not None,
    )


@lru_cache(maxsize=64)
def _marks(sentence: str) -> tuple[list[int], list[int]]:
    """Return where the signs between clauses stand, and those between the stretches that a purpose spans."""
    places = [match.start() for match in _MARK.finditer(sentence)]
    return [at for at in places if sentence[at] != "。"], [at for at in places if sentence[at] != "\t"]


def _named_by(
    hit: Hit, sentence: str, bare: str, line: Line, *, aim: bool, how: str, affirmed: bool, others: list[Hit]
) -> list[str]:
    """Return the ids that a word names, marked general where it names them only in passing or too broadly."""
    clauses, stretches = _marks(sentence)
    before = bisect.bisect_left(clauses, hit.start)
    after = bisect.bisect_left(clauses, hit.end)
    low = clauses[before - 1] + 1 if before else 0
    high = clauses[after] if after < len(clauses) else len(sentence)
    clause = sentence[low:high]
    strong, passing, own_contact = _of_clause(clause, bare[low:high])
    collects, defines, strong_anywhere, asked = _of_sentence(sentence, bare)
    cue = line.listed or line.denied or how == "denied" or collects
    if line.topic in {"rights", "security", "definition"} and not strong_anywhere:
        cue = False
    if (passing and not strong) or defines:
        cue = False
    if asked:
        cue = affirmed
    # what is tied to the word's beginning is looked for right before it
    before = bisect.bisect_left(stretches, hit.start)
    begin = stretches[before - 1] + 1 if before else 0
    aimed = _PURPOSE.search(sentence, begin, hit.start) is not None
    near = max(0, hit.start - _NEAR)
    # the costly looks are for words that need them: most name their kind by themselves
    listable = any(key.startswith(ITEM) for key in hit.ids)
    alone = (
        (listable or aim or any(key.startswith(GENERAL) for key in hit.ids))
        and _JUST_BEFORE.search(sentence, near, hit.start) is not None
        and "验证码" not in sentence
    )
    # "扫描二维码、采集人脸" in a column of purposes says what is collected all the same
    if (
        (line.heading and not asked)
        or (aim and how != "denied" and not _TAKES.search(sentence, near, hit.start))
        or (aimed and how != "denied")
    ):
        cue = False
    contact = own_contact and not strong and not _USERS_OWN.search(clause)
    item = (
        listable
        and _ITEM_RIGHT.match(sentence, hit.end) is not None
        and (_ITEM_LEFT.search(sentence, near, hit.start) is not None or _beside(hit, others, sentence))
        and (
            line.listed
            or how == "denied"
            or alone
            or _beside(hit, others, sentence)
            or _HANDED.search(sentence, near, hit.start) is not None
            or _KEPT.match(sentence, hit.end) is not None
        )
    )
    kinds = {key.lstrip(GENERAL + ITEM) for key in hit.ids if not key.startswith(NOTHING)}
    entry = {key[1:] for key in hit.ids if key.startswith(ITEM)} if item else set()
    spoken = kinds.isdisjoint(_PLACES) or _CUE.search(bare, low, high) is not None
    value = not kinds.isdisjoint(_CONTACT_DATA) and _VALUE_AFTER.match(sentence, hit.end) is not None
    named = []
    for key in kinds:
        if ((contact or value) and key in _CONTACT_DATA) or (
            key == "account.password" and _WIFI_PASSWORD.search(sentence[: hit.start])
        ):
            continue
        if key == "student.school" and _TO_SCHOOL.search(sentence, near, hit.start):
            continue  # whom it is told or who tells it
        if key == "phone_number" and key in entry and (line.topic == "permission" or "权限" in clause):
            continue  # the permission of that name opens no number
        enough = (
            key in hit.ids
            or key in entry
            # "位置信息" is the usual name of location; another general word counts where it can mean one thing only
            or (
                GENERAL + key in hit.ids
                and (key in _LOCATION or (len(kinds) == 1 and alone and not _SPECIFIED.match(sentence, hit.end)))
            )
        )
        if not enough and GENERAL + key not in hit.ids:
            continue  # an item word outside a list says nothing
        sure = (
            cue
            and enough
            and (key not in _PLACES or line.listed or how == "denied" or spoken or not entry.isdisjoint({key}))
        )
        named.append(key if sure else GENERAL + key)
    return sorted(named)


def _declaration(kind: str, key: str, quote: str, offset: int, *, negated: bool) -> Declaration:
    value: Mapping[str, Any] = {kind: key.removeprefix(GENERAL)}
    general = key.startswith(GENERAL)
    return Declaration(**value, source="policy", quote=quote, offset=offset, negated=negated, general=general)


def _meant(stretches: list[Reading], hit: Hit) -> str:
    for stretch in stretches:
        if stretch.start <= hit.start < stretch.end:
            return stretch.meant
    return "said"


def _quote(sentence: str, hit: Hit) -> str:
    if len(sentence) > MAX_QUOTE:
        start = max(0, min(hit.start - MAX_QUOTE // 3, len(sentence) - MAX_QUOTE))
        sentence = ("…" if start else "") + sentence[start : start + MAX_QUOTE] + "…"
    return " ".join(sentence.split())
