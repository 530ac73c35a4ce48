"""The fields of both forms of filing, in the order of the pages."""

from __future__ import annotations

from registry_api.web.filing_forms import Field

_MODES = "required recommended free"

PROVIDER: tuple[tuple[tuple[str, str], tuple[Field, ...]], ...] = (
    (
        ("备案单位", "Provider"),
        (
            Field("/unit/legal_name", required=True),
            Field("/unit/uscc", required=True),
            Field("/unit/unit_type", "select", "unit_types"),
            Field("/unit/region", required=True),
            Field("/unit/address"),
            Field("/unit/legal_representative"),
            Field("/unit/contact_name", required=True),
            Field("/unit/contact_phone", required=True),
            Field("/unit/contact_email"),
        ),
    ),
    (
        ("业务系统", "Back end"),
        (
            Field("/system/name", required=True),
            Field("/system/domains", "list"),
            Field("/system/ips", "list"),
            Field("/system/hosting_place"),
            Field("/system/icp", required=True),
            Field("/system/miit_app_filing"),
            Field("/system/mlps", required=True),
            Field("/system/mlps_level", "number"),
            Field("/system/mlps_authority"),
            Field("/system/mlps_date", "date"),
            Field("/system/mlps_report"),
            Field("/system/mlps_report_date", "date"),
            Field("/system/outsourced", "bool"),
            Field("/system/third_party_developer"),
            Field("/system/user_scale", "number"),
            Field("/system/collects_minors_data", "bool"),
            Field("/system/storage_place"),
        ),
    ),
    (
        ("应用", "App"),
        (
            Field("/app/name", required=True),
            Field("/app/platform", "select", "android ios"),
            Field("/app/package", required=True),
            Field("/app/category", "select", "categories", required=True),
            Field("/app/version_name"),
            Field("/app/signer_md5"),
            Field("/app/signer_sha1"),
            Field("/app/signer_sha256"),
            Field("/app/download_url"),
            Field("/app/description", "long"),
            Field("/app/main_functions", "long"),
            Field("/app/stages", "checks", "stages"),
            Field("/app/user_groups", "checks", "user_groups"),
            Field("/app/use_mode", "select", _MODES),
            Field("/app/charges", "bool"),
            Field("/app/charge_method"),
            Field("/app/contains", "checks", "ads games social live"),
            Field("/app/app_types", "numbers"),
            Field("/app/personal_data", "list"),
            Field("/app/permissions", "list"),
            Field("/app/sdks", "list"),
            Field("/app/privacy_policy_url"),
            Field("/app/user_agreement_url"),
            Field("/app/tutoring_licence"),
        ),
    ),
)
"""Groups of the provider filing: (Chinese, English) and fields."""

USER: tuple[tuple[tuple[str, str], tuple[Field, ...]], ...] = (
    (
        ("应用", "App"),
        (Field("/app/number", required=True), Field("/app/package"), Field("/app/name")),
    ),
    (
        ("如何使用", "How it is used"),
        (
            Field("/use/mode", "select", "use_modes", required=True),
            Field("/use/origin", "select", "origins", required=True),
            Field("/use/imposed_by"),
            Field("/use/purpose", "long"),
            Field("/use/scope", "long"),
            Field("/use/stages", "checks", "stages"),
            Field("/use/user_groups", "checks", "user_groups"),
            Field("/use/users", "number"),
            Field("/use/charges", "bool"),
            Field("/use/charge_basis", "long"),
            Field("/use/decision", "long", required=True),
            Field("/use/decision_date", "date"),
            Field("/use/collects_at_scale", "bool"),
            Field("/use/opinions_collected", "bool"),
            Field("/use/biometrics", "bool"),
        ),
    ),
    (
        ("使用单位", "Institution"),
        (
            Field("/institution/legal_name", required=True),
            Field("/institution/uscc", required=True),
            Field("/institution/unit_type", "select", "unit_types"),
            Field("/institution/region"),
            Field("/institution/superior"),
            Field("/institution/department", required=True),
            Field("/institution/contact_name", required=True),
            Field("/institution/contact_phone"),
            Field("/institution/contact_email"),
        ),
    ),
)
"""Groups of a school's filing."""


def all_fields(groups: tuple[tuple[tuple[str, str], tuple[Field, ...]], ...]) -> tuple[Field, ...]:
    """Return the fields of all groups."""
    return tuple(item for _, fields in groups for item in fields)
