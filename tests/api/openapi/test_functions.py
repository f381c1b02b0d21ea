"""The description is whole: every route and function that the wiring names is in it, and nothing else."""

import json
import re
from pathlib import Path

from api.openapi.functions import BASE, DOCUMENT, FUNCTIONS, PATHS

WIRING = (Path(__file__).parents[3] / "api/app.py").read_text()


def test_every_route_is_described() -> None:
    routes = set(re.findall(r'add_route\("([^"]+)"', WIRING)) - {f"{BASE}{{function}}"}
    assert routes == {path for path in PATHS if not path.startswith(BASE)}


def test_every_function_is_described() -> None:
    functions = set(re.findall(r'^        "(\w+)": ', WIRING, re.MULTILINE))
    assert functions
    assert functions == {name for name in FUNCTIONS if "200" in FUNCTIONS[name]["responses"]}


def test_every_reference_leads_somewhere() -> None:
    names = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT))
    assert set(names) == set(DOCUMENT["components"]["schemas"])
