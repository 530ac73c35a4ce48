"""Which words of a sentence are said *not* to be collected.

Negation is judged by clause (between commas): "我们会收集手机号，不会收集通讯录" says both. A condition
("未经您同意，不会收集…", "如您不提供…") is not a denial, and a promise not to *share* says nothing of collecting.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# "记录" is a verb here only where it is not the end of "通话记录", "浏览记录" and the like.
_COLLECT = (
    r"(?:收集|搜集|采集|获取|读取|提取|索取|索要|调取|抓取|截取|访问|碰|(?<![话览索天作用志播看])记录|上传|调用|监听|扫描|申请|使用|"
    r"接触|打开(?![^，。；]{0,4}(?:时|后|前))|处理(?!完|结果|投诉)|产生|过问|打听|请求(?:读取|获取|收集)?|感知|测量|统计(?!数据)|定位(?=$|[，。；—-])|(?:获得|得到|拿到)(?![^，。；]{0,6}(?:同意|授权|许可))|录音|录制|追踪|跟踪|窃听|偷听|偷看|偷拍|窥探|翻看|翻阅|翻查|要求|查看|查询|认出|识别|启用|获知|得知|知晓|知悉|掌握|经手|截取|捕捉|捕获|看(?!到)|开(?=\s?(?:gps|定位))|读(?=[您你短取通手任用学孩])|问|知道)"
)
_SURE = r"(?:收集|采集|获取|读取|索取|监听|扫描|上传|申请|接入|集成|嵌入)"
_ASK = r"(?:提供|填写|开启|授权|告诉|告知|手机号|身份证|实名|知道|您的|输入|绑定)"
_DENIAL = re.compile(
    # what stands between must not turn it into another statement ("不会影响您使用…")
    r"(?:不会|不再|绝不|从不|从来不|没有|不曾|并未|从未|从没|未曾|不得|禁止|不予|一概不|概不|从来没有)"
    r"(?:(?!影响|妨碍|限制|导致|因|阻碍|共享|分享|提供给|丢失)[^，。；]){0,8}?"
    rf"(?:{_COLLECT}|接入|集成|嵌入)"
    r"|(?<![若如您])不从[^，。；]{0,10}?"
    + _COLLECT
    + r"|(?<![若如您])不(?:想)?"
    + _COLLECT
    + r"|未"
    + _SURE
    + r"|(?:无需|无须|毋需|不需要|不要求|不必|不用)(?:您|用户|你|学生|家长|另行|额外|再|授予)*(?!录音)(?:"
    + _COLLECT
    + r"|"
    + _ASK
    + r")|不具备[^，。；]{0,12}(?:能力|功能)|不涉及|(?:我们|本应用|本公司|平台)拒绝(?:收集|采集|获取|读取)|"
    r"(?:(?<![您你户])(?:已|现已|起|全面|^)|[：:]\s*)停止(?:收集|采集|获取|读取)|(?:已经?|早已|现已)不(?:再)?用(?=了)|(?:不|未|从未|从不|绝不)(?:会)?(?:建立|构建|生成|形成|绘制|制作)[^，。；]{0,10}(?:画像|标签)|不(?:会)?在[^，。；]{1,14}(?:上|里|中)[^，。；]{0,4}(?:收集|读取|获取|采集)|(?:没有?|未)(?:写过|做过)读|从没想过要|从来不要|"
    # "身份证、户口本一律不读": the verb at the end, what it denies before it
    r"(?:不|没)(?:读|收|要|看|碰|取|问|采|拿|记录|查|听|录|拍|需要|收集|采集|获取|读取|申请|索取)(?:取|集)?过?(?=[。！!；;.]?$)|"
    r"(?:不设|不设置|不设有|不提供|没有(?:开发|设置|提供|上线|开通|做)?|未设|未开通|暂未开通|尚未开通|不支持|未提供|不开放|不开设|取消了|没做)(?!您|你|用户|给|向)[^，。；、]{0,8}(?:功能|服务|入口|模块|登录|板块|环节)(?!的(?:用户|家长|学生|同学|机型|手机|设备))|"
    r"没有[^，。；]{0,10}权限(?!的|也|时|就)|用不(?:到|着)|无需用到|"
    r"(?:不|未)(?:在|属于|列入|纳入)[^，。；]{0,8}(?:收集|采集|获取|处理)[^，。；]{0,4}(?:范围|之列|之内)|"
    r"(?:收集|采集|获取)[^，。；]{0,8}(?:不包括|不包含|不含|不涉及)|(?:严禁|杜绝|不作|不做|不进行|不实施)[^，。；]{0,6}?(?:收集|采集|获取|读取|录入|识别|提取|比对|建模)|"
    r"(?:我们|本应用|本软件|本产品|本公司|平台|系统)[^，。；]{0,4}无(?:法|权|从)[^，。；]{0,4}?(?:收集|采集|获取|读取|访问|查看|得知|知晓)|"
    r"(?:收|看|拿|读|得|查|听|获取|访问|接触)不(?:到|着)|(?:无需|无须|不必|不用)从[^，。；]{1,6}(?:选择|读取|获取)|"
    r"(?:不集成|不接入|不嵌入|不内置|不含有?)[^，。；]{0,6}(?:sdk|第三方|插件|广告)|"
    r"没有(?:人脸识别|录音|定位)功能|不做用户画像|(?:从不|绝不|不)(?:会)?(?:做|进行)用户画像"
    r"|\b(?:(?:do|does|did|will|would|shall)\s+not|don't|doesn't|won't|never)\s+(?:\w+\s+){0,3}?"
    r"(?:collect|gather|obtain|read|access|record|store|request|require|upload)",
    re.IGNORECASE,
)
_MAY_DENY = re.compile(r"[不没未无毋禁拒停除]|not|n't|never", re.IGNORECASE)
"""Without any of these nothing is denied, withheld or excepted: most sentences are passed over by this one look."""
_DOUBLE = re.compile(
    r"不仅|不但|不只|不限于|不得不|不可避免|不当|不同|不能不|无不|非不|不时|不定期|不要将|不存在|not only|not limited",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"相关功能|用它|用其(?![他它中])|用此|以此|后台|私自|擅自|强制|强迫|偷偷|主动|自动|直接(?!识别|关联|指向)|频繁|持续|过度|超出|超范围|"
    r"(?<!诸如)无关的(?!诸如)|不必要|非必要|多余|额外|其他用途|"
    r"用于|进行|发送|推送|营销|以便|为了|出于|本人同意|整个|全部相册|"
    r"\b(?:for|to (?:send|market|identify)|without|unless|beyond|background)\b",
    re.IGNORECASE,
)
"""A denial of one manner, purpose or excess only: the data may be collected otherwise, so nothing is denied."""
_WHOLE = re.compile(r"不(?:会)?(?:建立|构建|生成|形成|绘制|制作)[^，。；]{0,10}(?:画像|标签)")
"""Denied whatever the purpose: "不建立用于广告的画像"."""
_CONDITION = re.compile(
    r"不(?:采集|收集|开启|授权|打开|提供|同意|允许)(?:的|则|将|就)|不[^，。；不]{1,7}的(?=[，,]|$)|非经|不想[^，。；]{1,8}(?:可以|的话|就)|"
    r"如果|如您|如你|如用户|如不|如未|若|倘若|假如|一旦|除非(?!法律|国家|法规)|未经|未获|未取得|未征得|没有(?:获得|取得|得到)|没有您的|在您(?:未|没有|不)|当您|征得|同意[前之]|"
    r"(?:同意|授权|登录|注册|勾选|点击)[^，。；]{0,14}(?:之前|以前|前(?=[，,]|$))|"
    r"(?:您|用户|你)(?:可以|有权|可|能|也可以|可选择|可以选择|选择|拒绝)?(?:不|未|没有|拒绝)|"
    r"\b(?:if|unless|without your|until you|before you)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?:家长|老师|教师|园长|班主任|同学|他们|对方|别人|其他人|商家|学校|员工)[^，。；]{0,10}(?:看不到|看不见|无法查看|不能查看)|(?:就|则|便)(?:看|查|收|听)不到|"
    r"不(?:会|得)?(?:把|将|拿)[^，。；]{1,24}(?:用于|用来|用作|去|训练|做)|(?:去除|剔除|隐去|抹去|去掉|屏蔽|遮挡|删去)[^，。；]{0,16}|"
    r"^\W*(?:其中|均|都|也|但|且|而)?(?:并)?不(?:含|包含|包括|载明|显示|公开)(?!但不)(?!.{0,4}(?:sdk|广告|第三方))|"
    r"不(?:会)?(?:根据|依据|按照)|"
    r"(?:不会|不得|不|未|绝不|从不|决不)(?:主动)?(?:向|对)(?!您|你|用户|学生|家长|孩子)[^，。；]{1,14}(?:提供|透露|发送|传输|展示|传送|告知)|"
    r"(?:不会|不得|不|未|绝不|从不|决不)(?:将|把)[^，。；]{1,24}(?:提供|透露|传给|发给|交给|告诉|告知|发送|传输)|"
    r"(?:不会|不|未|绝不|禁止|没有)[^，。；]{0,20}"
    r"(?:共享|分享|出售|转让|披露|公开|泄露|提供给|出租|售卖|卖给|给别人|对外提供|传输至境外|出境|保存|留存|保留|存储)"
)
_EXCEPT = re.compile(r"除(?:了)?(?P<what>[^，。；]{1,40}?)(?:以外|之外|外)")
_CLAUSE = re.compile(r"[，,；;：:（()）\t]")
_LOCAL = re.compile(
    r"(?:只|仅)(?:存|保存|留)在|(?:只|仅|均)由(?:手机|设备|系统|操作系统|您的手机|您的设备)[^，。；]{0,6}(?:验证|识别|完成|比对|校验)"
)
_OWN_VERB = re.compile(
    _COLLECT + r"|用于|用来|以便|为了|需(?!要)|需要|提供|共享|"
    r"(?:保存|存)(?=到|至|\d|[一二三四五六七八九十])|但|会|将|可以|能够|只有|仅|collect|use|read",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """A stretch of the text up to a full stop or line end."""

    start: int
    end: int


_LATIN_STOP = re.compile(r"(?<=\.) (?=[A-Z])")
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")


def sentences(text: str) -> list[Sentence]:
    """Split a text at Chinese and Latin sentence marks and line ends (a point inside ``a.b`` is no mark)."""
    found = []
    for match in _SENTENCE.finditer(text):
        start = match.start()
        if ". " not in match[0]:
            if not match[0].isspace():
                found.append(Sentence(start, match.end()))
            continue
        for piece in _LATIN_STOP.split(match[0]):
            if piece.strip():
                found.append(Sentence(start, start + len(piece)))
            start += len(piece) + 1
    return found


class Reading(NamedTuple):
    """How a stretch of a sentence is meant."""

    start: int
    end: int
    meant: str
    """``said`` (collected, or merely named), ``denied``, ``unshared`` (only a promise not to pass it on), or
    ``disclaimed``: data named here are denied by the next clause, an SDK named here is not."""


_BACK = re.compile(
    r"\s*(?:运营者|我们|自己|我|学校|老师|园方|App|app|公司|本平台|它|本公司|本应用|本软件|平台|系统|但|对此|也|均|都|全部|一律|通通|统统|一个|全都|这些|以上|上述|信息|—|-)*"
    r"(?:(?:收|看|拿|读|得|查|听|获取|访问)不(?:到|着)(?:也(?:收|看|拿|读|查|听)不(?:到|着))?|无(?:从|法|权)(?:获取|得知|知晓|知悉|获知|查看|访问|读取)|(?:已经?|早已|早就)不(?:再)?用了?|(?:从不|从来不|绝不|从没|从未)(?:这么|这样)(?:做|干)|没(?:有)?(?:写|做)过读(?:取)?这些的(?:代码|功能)|不想知道|不(?:收集|申请|需要|读取|使用)|(?:不予|不会|不|未|没有|并不|并未|概不|一概不|从不|从未|从来不|绝不|决不|均不|都不|暂不|暂未|无需|无须)"
    r"(?:予以|进行|主动|去)?"
    r"(?:采集|收集|搜集|获取|读取|申请|调用|访问|索取|索要|接触|使用|查看|触碰|处理|记录|问|要|碰|看|读|收|取|拿))"
    r"(?:该权限|此权限|此类权限|这些权限|上述权限|这些信息|上述信息|此类信息|该信息|该类信息|这些|它们|它)?(?:过|了)?[。！.!]?$"
)
"""A denial without an object: what is denied was named in the clause before ("密码由用户输入，我们不予留存")."""


def readings(sentence: str) -> list[Reading]:
    """Part a sentence into stretches and say of each how its words are meant; offsets count in the sentence.

    A clause without a verb of its own ("…，短信，通话记录") is meant as the clause before it, a denial without an
    object is of what the clause before it names, and what stands inside "除…外" is meant the other way round.
    """
    if not _MAY_DENY.search(sentence):
        return [Reading(0, len(sentence), "said")]
    found: list[Reading] = []
    meant, condition, start, spared = "said", False, 0, False
    outside: list[str] = []  # how the words before an open bracket were meant: those behind it are meant so again
    for end in [*(match.start() for match in _CLAUSE.finditer(sentence)), len(sentence)]:
        clause = sentence[start:end]
        conditional_here = _CONDITION.search(clause) is not None
        exception = _EXCEPT.search(clause)
        denial = is_denial(clause)
        if _SHARE.search(clause) or _unsaid(sentence, start, clause, spared=denial and spared):
            meant = "unshared"
        elif denial:
            meant = "said" if conditional_here or condition or _limited(clause) else "denied"
            if meant == "denied" and found and _BACK.match(clause):
                _deny_named_before(found, sentence)
            if meant == "denied" and _LOCAL.search(sentence[:start]):
                found = [row._replace(meant="denied") for row in found]  # "it stays on the device, we do not upload it"
        elif _OWN_VERB.search(clause) or len(clause) > 16:
            meant = "said"
        condition = conditional_here
        spared = exception is not None or (spared and meant != "said")
        if exception and meant == "denied":
            inner = (start + exception.start("what"), start + exception.end("what"))
            found += [Reading(start, inner[0], meant), Reading(*inner, "said"), Reading(inner[1], end, meant)]
        else:
            found.append(Reading(start, end, meant))
        bracket = sentence[end : end + 1]
        if bracket in {"（", "("}:
            outside.append(meant)
        elif bracket in {"）", ")"} and outside:
            meant = outside.pop()
        start = end + 1
    return found


def _limited(clause: str) -> bool:
    """Tell whether a denial is of one manner, purpose or excess only."""
    return _QUALIFIED.search(clause) is not None and _WHOLE.search(clause) is None


def _unsaid(sentence: str, start: int, clause: str, *, spared: bool) -> bool:
    """Tell whether a clause neither says nor denies.

    "Apart from the above we collect none"; "老师可以看到…，看不到…", which is what one role sees.
    """
    if spared and _SPARES_ALL.search(sentence[:start]):
        return True
    return _ROLE_SEES.match(clause) is not None and _SEES.search(sentence, 0, start) is not None


_ROLE_SEES = re.compile(
    r"\W*(?:而|但|且|并|也)?(?:看不[到见]|查不到|(?:不能|无法|不可)(?:再)?(?:查看|看到)|没有[您你他她](?:的)?)"
)
_SEES = re.compile(r"(?:能|可|可以|可)(?:看到|查看|看见)|(?:拿到|得到|收到)的(?:是|只)")


def _deny_named_before(found: list[Reading], sentence: str) -> None:
    """Turn what stands right before a denial without an object: the clause before, and bare entries of its list."""
    for place in range(len(found) - 1, -1, -1):
        row = found[place]
        last = place == len(found) - 1
        if row.meant != "said" or (not last and _OWN_VERB.search(sentence, row.start, row.end)):
            return
        found[place] = row._replace(meant="disclaimed")
        if _OWN_VERB.search(sentence, row.start, row.end):
            return


_SPARES_ALL = re.compile(r"除(?:了)?(?:上述|以上|本条|前述|上面|前款|此)[^，。；]{0,16}外")


_CANNOT_BUT = re.compile(r"(?:无法|不可|不会|不能)不$")
_HEAD_DENIES = re.compile(
    r"(?:我们|本应用|本产品|App)(?:绝|从|都|也|并|暂|均)?不(?:会)?(?:想)?(?:要|碰|收|拿|取|看)(?:的|哪些|什么|$)|不(?:收集|采集|获取|读取|处理|申请|使用|索取|需要|涉及)(?:的|哪些|什么|清单)"
)


def heading_denies(line: str) -> bool:
    """Tell whether a heading says that what stands under it is not collected."""
    return "？" not in line and (is_denial(line) or _HEAD_DENIES.search(line.strip(" *#：:。")) is not None)


def is_denial(clause: str) -> bool:
    """Tell whether a clause or heading says that something is not collected."""
    if not _MAY_DENY.search(clause):
        return False
    return any(
        not _DOUBLE.search(clause[max(0, m.start() - 1) : m.end()]) and not _CANNOT_BUT.search(clause, 0, m.start() + 1)
        for m in _DENIAL.finditer(clause)
    )
