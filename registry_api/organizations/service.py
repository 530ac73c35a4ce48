"""Organisations, apps and versions: create and find. The caller's transaction, the caller's reach."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import MEMBERS, Actor, scope_key, scope_of, scoped
from registry_api.accounts.models import ApiKey
from registry_api.db import now, plain_rows
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.prepared import prepared
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import search_text
from registry_api.organizations.uscc import province_of, uscc_problem
from registry_api.storage.models import Upload
from registry_api.trail.chain import Act, append


def register_organization(
    session: Session, actor: Actor, name: str, uscc: str, province: str | None = None
) -> Organization:
    """Put a unit on record. A vendor's key that belongs to none yet belongs to it from now on."""
    wrong = uscc_problem(uscc)
    if wrong:
        raise RegistryError(
            "invalid",
            f"uscc: {wrong}",
            [
                FieldError(
                    "/uscc",
                    "uscc_checksum",
                    f"统一社会信用代码有误：{wrong}",
                    "请按营业执照核对 / compare with the licence",
                )
            ],
        )
    if actor.role in MEMBERS and actor.organization_id is not None:
        raise RegistryError("forbidden", "this key already belongs to an organisation")
    if session.exec(select(Organization.id).where(Organization.uscc == uscc)).first() is not None:
        raise RegistryError(
            "conflict",
            f"an organisation with {uscc} is on record",
            [FieldError("/uscc", "taken", "this code is on record already")],
        )
    organization = Organization(name=name, uscc=uscc, province=province or province_of(uscc), created_at=now())
    session.add(organization)
    session.flush()
    if actor.role in MEMBERS:
        key = session.get(ApiKey, actor.key_id)
        if key is not None:
            key.organization_id, key.province = organization.id, organization.province
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            "organization.register",
            "organization",
            str(organization.id),
            province=organization.province,
            payload={"name": name, "uscc": uscc},
        ),
    )
    return organization


def find_organization(session: Session, actor: Actor, organization_id: int) -> Organization:
    """Return one organisation within reach, or raise ``not-found``."""
    found = session.exec(scoped(Organization, actor).where(Organization.id == organization_id)).first()
    if found is None:
        raise RegistryError("not-found", f"there is no organisation {organization_id}")
    return found  # type: ignore[no-any-return]  # scoped() is one function for all models


def register_app(session: Session, actor: Actor, organization: Organization, package: str, name: str) -> App:
    """Put an app on record under its provider; a package belongs to one provider only."""
    holder = session.exec(select(App).where(App.package == package)).first()
    if holder is not None:
        raise taken(package, "/package")
    app = App(
        package=package,
        name=name,
        organization_id=organization.id or 0,
        province=organization.province,
        search=search_text(name, package, organization.name),
        created_at=now(),
    )
    session.add(app)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            "app.register",
            "app",
            package,
            app_id=app.id,
            province=app.province,
            payload={"name": name, "organization": organization.id},
        ),
    )
    return app


def taken(package: str, pointer: str) -> RegistryError:
    """Return the conflict of a package that is on record under another provider, with the way out."""
    return RegistryError(
        "conflict",
        f"{package} is on record under another provider or filing; if it is yours, claim it",
        [
            FieldError(
                pointer,
                "taken",
                "该包名已登记，一个包名只属于一个提供者 / this package is on record: it belongs to one provider only",
                f"若属本单位，请提交权属申请：POST /api/v1/apps/{package}/claims；原提供者也可申请移交 / "
                "if it is yours, claim it there; the provider that holds it may also hand it over",
            )
        ],
    )


def find_app(session: Session, actor: Actor, package: str) -> App:
    """Return one app within reach, or raise ``not-found``."""
    found = session.exec(select(App).where(App.package == package, scope_of(App, actor))).first()
    if found is None:
        raise no_app(package)
    return found


def find_app_id(session: Session, actor: Actor, package: str) -> int:
    """Return the id of one app within reach, or raise ``not-found``."""

    def make() -> Any:
        named = col(App.package) == sa.bindparam("package", type_=sa.String())
        return sa.select(col(App.id)).where(named, scope_of(App, actor))

    rows = plain_rows(session, prepared(("app id", scope_key(actor)), make), package=package)
    if not rows:
        raise no_app(package)
    return int(rows[0].id)


def no_app(package: str) -> RegistryError:
    """Return the refusal of a package that is not on record, or not within reach."""
    return RegistryError("not-found", f"there is no app {package}")


def add_version(session: Session, actor: Actor, app: App, artifact: Upload, policy: Upload | None) -> AppVersion:
    """Note a new artifact, or the same one with another policy, and make it the current version."""
    version = session.exec(
        select(AppVersion).where(AppVersion.app_id == app.id, AppVersion.artifact_sha256 == artifact.blob_sha256)
    ).first()
    if version is None:
        version = AppVersion(
            app_id=app.id or 0,
            artifact_sha256=artifact.blob_sha256,
            artifact_name=artifact.name,
            artifact_size=artifact.size,
            created_at=now(),
        )
    if policy is not None:
        version.policy_sha256, version.policy_name = policy.blob_sha256, policy.name
    elif version.id is None and app.current_version_id is not None:
        # A policy stays in force until another is handed in.
        before = session.get(AppVersion, app.current_version_id)
        if before is not None:
            version.policy_sha256, version.policy_name = before.policy_sha256, before.policy_name
    session.add(version)
    session.flush()
    app.current_version_id = version.id
    session.add(app)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            "app.version",
            "app",
            app.package,
            app_id=app.id,
            province=app.province,
            payload={"artifact": artifact.blob_sha256, "policy": version.policy_sha256},
        ),
    )
    return version


def find_upload(session: Session, actor: Actor, upload_id: str, pointer: str) -> Upload:
    """Return an upload of this very key, or raise ``invalid`` naming the field."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.key_id != actor.key_id:
        raise RegistryError(
            "invalid",
            f"there is no upload {upload_id}",
            [
                FieldError(
                    pointer, "unknown_upload", "no such upload of this key", "PUT the file to /uploads/{id} first"
                )
            ],
        )
    return upload
