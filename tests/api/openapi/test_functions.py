"""The description is whole: every route and function that the wiring names is in it, and nothing else."""

import json
import re
from pathlib import Path

import pytest
from falcon import App
from falcon.testing import TestClient

from api.openapi.functions import BASE, DOCUMENT, FUNCTIONS, PATHS, OpenApi
from api.page import FILES, ROUTES
from config.prefix import OWN

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


@pytest.mark.parametrize("prefix", ["", "/photos"])
def test_it_says_below_which_path_all_this_is(prefix: str) -> None:
    app = App()
    app.add_route("/described", OpenApi())
    said = TestClient(app).simulate_get("/described", root_path=prefix).json
    assert said == DOCUMENT | {"servers": [{"url": prefix or "/"}]}


def test_a_prefix_is_none_of_our_own_addresses() -> None:
    assert {path.split("/")[1] for path in PATHS} <= OWN
    assert {path.split("/")[1] for path in (*ROUTES, FILES)} - {""} <= OWN
