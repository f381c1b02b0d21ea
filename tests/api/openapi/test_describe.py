"""Pieces of OpenAPI."""

from api.http.problems import STATUS_OF_KIND
from api.openapi.describe import SAID, array, integer, json_answer, obj, operation, parameter, problems, string


def test_all_of_a_record_is_there_but_what_is_optional() -> None:
    assert obj({"a": string("x"), "b": integer("y", minimum=0)}, optional=("b",)) == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": "x"},
            "b": {"type": "integer", "description": "y", "minimum": 0},
        },
        "required": ["a"],
    }


def test_busy_answers_say_when_to_come_again() -> None:
    found = problems(503, 404)
    assert list(found) == ["404", "503"]
    assert "headers" not in found["404"]
    assert found["503"]["headers"]["Retry-After"]["required"]


def test_every_status_of_an_error_has_its_sentence() -> None:
    assert {int(status) for status in STATUS_OF_KIND.values()} - set(SAID) <= {409}  # a conflict is the operator's


def test_an_operation_names_answers_errors_and_parameters() -> None:
    found = operation("Does.", {"200": json_answer(array({"type": "string"}))}, (404,), (parameter("q", string("x")),))
    assert list(found["responses"]) == ["200", "404"]
    assert found["parameters"] == [
        {"name": "q", "in": "query", "required": False, "schema": {"type": "string", "description": "x"}}
    ]
    assert "parameters" not in operation("Does.", {})
