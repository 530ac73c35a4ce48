"""The provider filing (提供者备案) as a form: unit, business system, app; a superset of what provinces ask for.

The official annex forms are not public in full, so every field may be left out of a draft; `REQUIRED` says which ones a
filing that is handed in must have.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from analyzer.model import DataId, Frozen

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\s/?#]+")]
Names = Annotated[tuple[Text, ...], Field(max_length=500)]


class Unit(Frozen):
    """The legal owner of the app (单位信息)."""

    legal_name: Text | None = None
    """单位名称, as on the licence, the ICP and the MLPS record."""
    uscc: Text | None = None
    """统一社会信用代码, 18 characters, GB 32100."""
    unit_type: Text | None = None
    """单位类型, a code of the code table."""
    region: Text | None = None
    """注册地, six digits of GB/T 2260; the first two decide the reviewing province."""
    address: Text | None = None
    legal_representative: Text | None = None
    """法定代表人."""
    contact_name: Text | None = None
    """联系人."""
    contact_phone: Text | None = None
    """Mobile, or fixed with area code."""
    contact_email: Text | None = None
    licence_file: Text | None = None
    """营业执照/法人证书: name of the scan."""


class System(Frozen):
    """The back end (业务系统): ICP and MLPS records belong to it, not to the app."""

    name: Text | None = None
    domains: Names = ()
    ips: Names = ()
    hosting_place: Text | None = None
    """服务器所在地."""
    icp: Text | None = None
    """ICP备案号."""
    miit_app_filing: Text | None = None
    """App备案号 (MIIT, since 2023-09), ends in ``-nA``."""
    mlps: Text | None = None
    """等保备案证明编号, 11 digits, hyphen, 5 digits."""
    mlps_level: Annotated[int, Field(ge=1, le=5)] | None = None
    mlps_authority: Text | None = None
    """备案公安机关."""
    mlps_date: date | None = None
    mlps_report: Text | None = None
    """等保测评报告, for level 3."""
    mlps_report_date: date | None = None
    outsourced: bool | None = None
    """是否委托开发."""
    third_party_developer: Text | None = None
    """第三方开发者, where outsourced."""
    user_scale: Annotated[int, Field(ge=0)] | None = None
    collects_minors_data: bool | None = None
    storage_place: Text | None = None
    """数据存储地点."""


class AppForm(Frozen):
    """The client (应用信息)."""

    name: Text | None = None
    platform: Literal["android", "ios"] | None = None
    package: Text | None = None
    """包名, or Bundle ID; must equal the manifest's."""
    signer_md5: Text | None = None
    """签名证书 MD5, 32 hex digits with or without colons."""
    signer_sha1: Text | None = None
    """40 hex digits; what the MIIT records of an iOS app."""
    signer_sha256: Text | None = None
    """64 hex digits."""
    public_key: LongText | None = None
    version_name: Text | None = None
    operating_system: Text | None = None
    download_url: Url | None = None
    description: LongText | None = None
    main_functions: LongText | None = None
    functions: Names = ()
    """Functions that justify permissions, ids of the permission table."""
    category: Text | None = None
    """应用分类, a code of the code table."""
    stages: Names = ()
    """适用学段, codes of the code table."""
    user_groups: Names = ()
    """用户群体, codes of the code table."""
    use_mode: Literal["required", "recommended", "free"] | None = None
    """要求使用, 推荐使用, 自主使用."""
    charges: bool | None = None
    """是否收费."""
    charge_method: Text | None = None
    contains: Annotated[tuple[Literal["ads", "games", "social", "live"], ...], Field(max_length=4)] = ()
    """是否含广告/游戏/社交/直播."""
    app_types: Annotated[tuple[Annotated[int, Field(ge=1, le=39)], ...], Field(max_length=39)] = ()
    """Numbers of the 39-type rule (14号文); 19 is learning education."""
    personal_data: Annotated[tuple[DataId, ...], Field(max_length=500)] | None = None
    """收集的个人信息; left out: not stated; empty: none."""
    permissions: Names | None = None
    """Full Android names; left out: not stated."""
    sdks: Names | None = None
    """第三方SDK, ids or names; left out: not stated."""
    privacy_policy_url: Url | None = None
    user_agreement_url: Url | None = None
    tutoring_licence: Text | None = None
    """办学许可, mandatory for subject tutoring."""
    edu_filing: Text | None = None
    """教APP备 number, once it was given."""


class ProviderFiling(Frozen):
    """A provider filing. Unknown keys are errors."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Literal["eduaudit.filing/1"] = Field(default="eduaudit.filing/1", alias="schema")
    unit: Unit = Unit()
    system: System = System()
    app: AppForm = AppForm()


REQUIRED = (
    "/unit/legal_name",
    "/unit/uscc",
    "/unit/region",
    "/unit/contact_name",
    "/unit/contact_phone",
    "/system/name",
    "/system/icp",
    "/system/mlps",
    "/app/name",
    "/app/package",
    "/app/category",
)
"""Fields without which a filing that is handed in is returned (EDU-02 for the two records)."""

CODE_TABLES = {
    "/unit/unit_type": "unit_types",
    "/app/category": "categories",
    "/app/stages": "stages",
    "/app/user_groups": "user_groups",
}
"""Which code table a field takes its values from."""


def filing_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a provider filing."""
    schema = ProviderFiling.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:eduaudit:schema:filing:1", **schema}
