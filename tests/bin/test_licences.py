"""The licences of all that is shipped, and a release's bill of materials."""

import json
import re
import sysconfig
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from bin.licences import PAGE, page
from bin.release import materials
from bin.requirements import PROJECT, SERVING, pins
from bin.shipped import BUNDLED, Package, Unknown, licence, packages


def test_the_page_is_of_the_pinned_requirements() -> None:
    assert PAGE.read_text("utf-8") == page(packages()), "run `make licences`"


def test_each_library_that_a_wheel_brings_along_is_named() -> None:
    site = Path(sysconfig.get_paths()["purelib"])
    for package in packages():
        folder = site / f"{package.name.replace('-', '_')}.libs"
        for library in folder.iterdir() if folder.is_dir() else ():
            assert any(name in library.name for name in BUNDLED.get(package.name, {})), library


def test_a_licence_that_nobody_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="no-such-package is not installed here: write its licence into"):
        licence("no-such-package")
    for file in SERVING:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text('# none\nsix==1.0; python_version < "3"\n')
    assert set(packages(tmp_path)) == {Package("six", "1.0", "MIT", 'python_version < "3"')}


def test_the_bill_of_materials_of_a_release(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for file in (one, two):
        materials(file, "1.2.3")
    assert one.read_bytes() == two.read_bytes()
    bill = json.loads(one.read_text("utf-8"))
    assert complaints(bill) == []
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    names = [each["name"] for each in bill["components"]]
    assert names == [package.name for package in packages(PROJECT)]
    assert all(each["licenses"] and each["purl"].endswith(f"@{each['version']}") for each in bill["components"])
    pinned = [pin for file in SERVING for pin in pins(PROJECT / file)]
    assert [[each["content"] for each in of["externalReferences"][0]["hashes"]] for of in bill["components"]] == [
        list(pin.hashes) for pin in pinned
    ]
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(set(refs)) == len(refs)
    assert bill["dependencies"][0] == {"ref": "pkg:pypi/darkroom@1.2.3", "dependsOn": refs}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bill: bill.update(serialNumber="1"),
        lambda bill: bill["components"][0].pop("name"),
        lambda bill: bill["components"][0].update(type="package"),
        lambda bill: bill["components"][0]["licenses"].append({"license": {"id": "no-such-licence"}}),
        lambda bill: bill["components"][0]["externalReferences"][0]["hashes"][0].update(content="1"),
        lambda bill: bill["dependencies"][0]["dependsOn"].append(bill["dependencies"][0]["dependsOn"][0]),
    ],
)
def test_the_schema_takes_no_other_bill(tmp_path: Path, spoil: Callable[[Any], None]) -> None:
    materials(tmp_path / "bill.json", "1.2.3")
    bill = json.loads((tmp_path / "bill.json").read_text("utf-8"))
    spoil(bill)
    assert complaints(bill) != []


def complaints(bill: Any) -> list[str]:
    """What a bill has that the schema of CycloneDX 1.6 does not allow."""
    folder = resources.files("cyclonedx.schema") / "_res"
    files = {name: f"{name}.SNAPSHOT.schema.json" for name in ("bom-1.6", "spdx", "jsf-0.82")}
    schemas = {name: json.loads((folder / file).read_text("utf-8")) for name, file in files.items()}
    where = schemas["bom-1.6"]["$id"].rpartition("/")[0]  # where it looks for the others, by the names of their files
    registry = jsonschema_rs.Registry([(f"{where}/{files[name]}", schema) for name, schema in schemas.items()])
    validator = jsonschema_rs.validator_for(schemas["bom-1.6"], registry=registry, validate_formats=True)
    return [error.message for error in validator.iter_errors(bill)]
