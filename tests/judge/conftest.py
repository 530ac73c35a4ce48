"""Builders of small facts, so that a test says only what matters to it."""

from datetime import date

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.judge import judge
from analyzer.judge.checks import coverage  # noqa: F401  # registers the checks
from analyzer.model import (
    Access,
    App,
    Artifact,
    Component,
    Coverage,
    CoverageReason,
    Declaration,
    Endpoint,
    Facts,
    FilingFacts,
    ManifestFlags,
    Permission,
    PermissionRequest,
    PolicyFacts,
    PolicyPoint,
    Sdk,
    SdkEvidence,
    Signer,
    StaticFacts,
    StringFact,
    TrafficFacts,
    Transmission,
)


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


class Build:
    """Makes facts; every method has the modest app's values where nothing is said."""

    PACKAGE = "cn.example.study"

    def permission(self, name, *, declared=True, used=None, used_by=(), level="dangerous", group=None, special=False):
        full = name if "." in name else f"android.permission.{name}"
        return Permission(
            name=full,
            group=group or name.lower(),
            level=level,
            special=special,
            max_sdk=None,
            declared=declared,
            used=used,
            used_by=used_by,
            justified_by=(),
        )

    def sdk(
        self,
        identity="umeng-analytics",
        category="analytics",
        *,
        confidence="certain",
        collects=(),
        name=None,
        vendor="友盟同欣（北京）科技有限公司",
    ):
        evidence = (SdkEvidence(kind="code", value="com/example/sdk"),)
        return Sdk(
            id=identity,
            name=name or identity,
            vendor=vendor,
            category=category,
            version=None,
            confidence=confidence,
            evidence=evidence,
            collects=collects,
        )

    def access(
        self,
        data,
        *,
        actor="app",
        level="present",
        weak=None,
        sure="V",
        caller="Lcn/example/study/A;->a()V",
        api="Landroid/x/Y;->get()",
        **path,
    ):
        return Access(
            data=data,
            api=api,
            caller=caller,
            actor=actor,
            level=level,
            weak=weak,
            sure=sure,
            **self.path(level, caller, **path),
        )

    def path(self, level, caller, *, steps=("Lcn/example/study/App;->onCreate()V",), entry="application", **more):
        """A chain from an entry point to the caller, unless the level is `present`."""
        if level == "present":
            return {"chain": ()}
        links = more.pop("links", ("call",) * len(steps))
        return {"chain": (*steps, caller), "links": links, "entry": entry, **more}

    def request(self, *names, actor="app", level="reachable", caller="Lcn/example/study/Main;->ask()V", **path):
        return PermissionRequest(
            permissions=tuple(name if "." in name else f"android.permission.{name}" for name in names),
            api="Landroid/app/Activity;->requestPermissions([Ljava/lang/String;I)V",
            caller=caller,
            actor=actor,
            level=level,
            **self.path(level, caller, **path),
        )

    def signer(self, **changes):
        values = {
            "sha256": "a" * 64,
            "md5": "b" * 32,
            "subject": "CN=Example",
            "schemes": ("v1", "v2"),
            "verified": True,
        }
        return Signer(**{**values, **changes})

    def string(self, kind, value):
        return StringFact(kind=kind, value=value, found_in="classes.dex")

    def static(self, *, complete=True, entries=None, app=None, **changes):
        reasons = () if complete else (CoverageReason(code="dex_unreadable", detail="classes2.dex"),)
        values = {
            "engine": "1",
            "rules": "r",
            "artifact": Artifact(format="apk", sha256="c" * 64, size=1, name="a.apk"),
            "app": App(
                **{
                    "package": self.PACKAGE,
                    "label": "学习",
                    "version_name": "1.0",
                    "version_code": 1,
                    "min_sdk": 24,
                    "target_sdk": 34,
                    "signers": (self.signer(),),
                    **(app or {}),
                }
            ),
            "coverage": Coverage(complete=complete, reasons=reasons, dex_files=1, entries=entries),
            "flags": ManifestFlags(debuggable=False, allow_backup=False, uses_cleartext_traffic=False),
            "strings": (self.string("privacy_policy", "隐私政策"), self.string("edu_filing", "教APP备1100001号")),
        }
        return StaticFacts(**{**values, **changes})

    def said(self, *data, negated=False, general=False):
        return tuple(
            Declaration(
                data=item,
                source="policy",
                quote=f"我们不收集{item}。" if negated else f"…{item}…",
                offset=1,
                negated=negated,
                general=general,
            )
            for item in data
        )

    def named(self, *sdks):
        return tuple(Declaration(sdk=item, source="policy", quote=f"…{item}…", offset=1) for item in sdks)

    def policy(self, *declarations, language="zh", missing=()):
        points = tuple(PolicyPoint(id=f"POL-{n:02}", found=f"POL-{n:02}" not in missing) for n in range(1, 19))
        return PolicyFacts(
            name="p.html", sha256="d" * 64, characters=3000, language=language, declarations=declarations, points=points
        )

    def filing(self, **changes):
        values = {
            "name": "学习", "package": self.PACKAGE, "provider": "示例科技有限公司", "uscc": "91350100M000100Y43",
            "signer_md5": "b" * 32, "version_name": "1.0", "app_types": (19,), "category": "learning", "stages": ("primary",),
            "user_groups": ("students",), "use_mode": "recommended", "charges": False, "functions": ("homework_photo",),
            "personal_data": ("phone_number",), "permissions": ("android.permission.CAMERA",), "sdks": (), "domains": ("example.cn",),
            "icp": "京ICP备12345678号", "mlps": "11010812345-00001", "edu_filing": "教APP备1100001号",
        }  # fmt: skip
        return FilingFacts(**{**values, **changes})

    def sent(self, data, **changes):
        values = {
            "host": "api.example.cn", "recipient": None, "country": "CN", "encrypted": True, "phase": "after_consent", "foreground": True,
            "count": 1, "interval_s": None, "encoding": ("json",), "where": "body", "key": "k", "value_redacted": "86…01",
            "request_id": "f1", "proof": "known_value",
        }  # fmt: skip
        return Transmission(data=data, **{**values, **changes})

    def host(self, name, recipient=None):
        return Endpoint(
            host=name, scheme="https", url=f"https://{name}/", found_in="capture", recipient=recipient, country="CN"
        )

    def traffic(self, *transmissions, marks=("first_start", "agreed"), **changes):
        values = {
            "engine": "1",
            "app": self.PACKAGE,
            "captures": ("e" * 64,),
            "profile": "phone",
            "marks": marks,
            "flows": 9,
        }
        return TrafficFacts(**{**values, "transmissions": transmissions, **changes})

    def component(self, kind, name, **changes):
        return Component(kind=kind, name=name, **changes)

    def facts(self, **channels):
        return Facts(**channels)


@pytest.fixture(scope="session")
def build():
    return Build()


@pytest.fixture
def rules_of(catalogue):
    """Judge facts, and return {(rule, subject): finding}."""

    def judged(facts, **options):
        options.setdefault("today", date(2026, 9, 1))
        return {(row.rule, row.subject): row for row in judge(facts, catalogue, **options).findings}

    return judged


@pytest.fixture
def modest(build):
    """All channels of a modest, honest learning app."""
    static = build.static(
        permissions=(
            build.permission("INTERNET", level="normal", used=True),
            build.permission("CAMERA", used=True, used_by=("app",), group="camera"),
        ),
        accesses=(build.access("camera"), build.access("device.model"), build.access("contacts", weak="picker")),
        components=(build.component("activity", "cn.example.study.Main", exported=True, main=True),),
        sdks=(build.sdk("okhttp", "network", name="OkHttp"),),
    )
    policy = build.policy(*build.said("phone_number", "camera", "device.model"), missing=("POL-17",))
    filing = build.filing(personal_data=("phone_number", "camera", "device.model"))
    traffic = build.traffic(build.sent("phone_number"), hosts=(build.host("api.example.cn"),))
    return build.facts(static=static, policy=policy, filing=filing, traffic=traffic)
