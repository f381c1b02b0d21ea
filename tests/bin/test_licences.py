"""The licences of all that is shipped, and a release's bill of materials."""

import json
import re
import sysconfig
from pathlib import Path

import pytest

from bin.licences import PAGE, page
from bin.release import materials
from bin.requirements import PROJECT, SERVING
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
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    names = [each["name"] for each in bill["components"]]
    assert names == [package.name for package in packages(PROJECT)]
    assert all(each["licenses"] and each["purl"].endswith(f"@{each['version']}") for each in bill["components"])
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(set(refs)) == len(refs)
    assert bill["dependencies"][0] == {"ref": "pkg:pypi/darkroom@1.2.3", "dependsOn": refs}
