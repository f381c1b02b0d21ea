"""A bill of materials of a release, as CycloneDX 1.6 has it: what Darkroom needs, which versions, under which licences.

https://cyclonedx.org/docs/1.6/json/
"""

import uuid
from collections.abc import Iterable
from typing import Any

from bin.requirements import canonical
from bin.shipped import Package

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "darkroom")


def bill(version: str, found: Iterable[Package]) -> dict[str, Any]:
    """The bill of that version: the same for the same packages, so that a release can be made again."""
    components = [_component(each) for each in found]
    own = f"pkg:pypi/darkroom@{version}"
    refs = [each["bom-ref"] for each in components]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, ' '.join([own, *refs]))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "darkroom",
                "version": version,
                "purl": own,
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": refs}, *({"ref": each} for each in refs)],
    }


def _component(package: Package) -> dict[str, Any]:
    purl = f"pkg:pypi/{canonical(package.name)}@{package.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "licenses": [{"expression": package.licence}],
    }
    if package.hashes:  # each of one file of the version, of which a machine takes one
        hashes = [{"alg": "SHA-256", "content": each} for each in package.hashes]
        url = f"https://pypi.org/simple/{canonical(package.name)}/"
        component["externalReferences"] = [{"type": "distribution", "url": url, "hashes": hashes}]
    if package.only:
        component["properties"] = [{"name": "darkroom:only", "value": package.only}]
    return component
