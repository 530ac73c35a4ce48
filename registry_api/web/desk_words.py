"""Words for codes of notices, accounts and the trail: Chinese and English."""

from __future__ import annotations

_KINDS: dict[str, tuple[str, str]] = {
    "rectification": ("整改通知书", "rectification notice"),
    "interview": ("约谈通知书", "summons to an interview"),
    "public_naming": ("通报", "public naming"),
    "delisting": ("下架通知书", "delisting notice"),
}

_STATES: dict[str, tuple[str, str]] = {
    "drafted": ("草稿", "draft"),
    "signed": ("已签发", "signed"),
    "issued": ("已送达", "issued"),
    "received": ("已签收", "received"),
    "replied": ("已答复", "replied"),
    "re_audit": ("复测", "re-audit"),
    "closed": ("已办结", "closed"),
    "escalated": ("已升级", "escalated"),
    "cancelled": ("已撤销", "cancelled"),
}

_EVENTS: dict[str, tuple[str, str]] = {
    "draft": ("拟稿", "draft"),
    "sign": ("签发", "sign"),
    "return": ("退回拟稿人", "return to who drafted it"),
    "issue": ("送达", "issue"),
    "receive": ("签收", "confirm receipt"),
    "reply": ("答复", "reply"),
    "re_audit": ("复测", "order a re-audit"),
    "reopen": ("重新限期", "open again with a new term"),
    "close": ("办结", "close"),
    "escalate": ("升级处理", "escalate"),
    "cancel": ("撤销", "cancel"),
    "recount": ("重算到期日", "count the term anew"),
}

DESK_WORDS: dict[str, tuple[str, str]] = {
    **{f"notice_kind.{key}": pair for key, pair in _KINDS.items()},
    **{f"notice_state.{key}": pair for key, pair in _STATES.items()},
    **{f"notice_event.{key}": pair for key, pair in _EVENTS.items()},
    **{
        f"notice.{kind}.{event}": (f"{zh}：{what}", f"{en}: {step}")
        for kind, (zh, en) in _KINDS.items()
        for event, (what, step) in _EVENTS.items()
    },
    "failure.analysis_error": ("检测程序出错", "the program of the audit failed"),
    "failure.older_rules": ("检测进程的规则过旧", "the worker's rules are too old"),
    "failure.unreadable_artifact": ("安装包无法读取", "the package cannot be read"),
    "failure.unreadable_policy": ("隐私政策无法读取", "the privacy policy cannot be read"),
    "failure.worker_lost": ("检测进程多次中断", "the worker was lost again and again"),
    "clause_channel.static": ("安装包分析", "the package"),
    "clause_channel.traffic": ("流量", "traffic"),
    "clause_channel.policy": ("隐私政策", "the policy"),
    "clause_channel.filing": ("备案材料", "the filing"),
    "clause_channel.dynamic": ("真机操作", "using the app"),
    "clause_channel.human": ("人工核查", "a person"),
    "role.anonymous": ("未登录", "not signed in"),
    "account.create": ("开设账户", "account created"),
    "account.role": ("变更账户角色", "role of an account changed"),
    "account.disable": ("停用账户", "account disabled"),
    "account.reset": ("重置口令", "password reset"),
    "account.password": ("修改口令", "password changed"),
    "auth.sign_in": ("登录", "signed in"),
    "auth.sign_out": ("退出", "signed out"),
    "auth.refused": ("登录失败", "sign-in refused"),
    "auth.locked": ("账户锁定", "account locked"),
    "auth.key_refused": ("密钥被拒", "key refused"),
    "auth.throttled": ("访问受限", "slowed down"),
    "listing.black": ("列入黑名单", "put on the black list"),
    "listing.white": ("列入白名单", "put on the white list"),
    "listing.end": ("移出名单", "taken off a list"),
    "scope.read": ("查阅", "read"),
    "scope.file": ("申报", "file"),
    "scope.traffic": ("提交流量事实", "hand in traffic facts"),
    "scope.audit": ("发起检测", "audit"),
    "scope.review": ("审核", "review"),
    "scope.suspend": ("暂停与撤销", "suspend and revoke"),
    "scope.notice": ("文书", "notices"),
    "scope.sign": ("签发", "sign"),
    "scope.answer": ("答复", "answer"),
    "scope.list": ("名单", "lists"),
    "scope.trail": ("办理记录", "trail"),
    "scope.keys": ("密钥", "keys"),
    "scope.webhooks": ("推送", "webhooks"),
}
"""Code → (Chinese, English)."""
