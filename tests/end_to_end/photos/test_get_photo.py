"""getPhoto over real HTTP through real workers, both ways."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.end_to_end.servers import Server
from tests.end_to_end.thrice import remembered
from tests.photos import decoded

# path, query → size of the answer, by the scaling table of the Web API
SIZES = [
    ("red.jpg", "", (1200, 900)),
    ("red.jpg", "&width=400", (400, 300)),
    ("red.jpg", "&height=300&quality=0.9", (400, 300)),
    ("red.jpg", "&width=1920&height=1080", (1440, 1080)),
    ("red.jpg", "&width=1080&height=1920", (1440, 1080)),
    ("red.jpg", "&width=256&height=256", (256, 256)),
    ("red.jpg", "&WIDTH=2400&nocache=1", (2400, 1800)),
    ("tall/green.jpg", "", (900, 1200)),
    ("tall/green.jpg", "&width=300", (300, 400)),
    ("tall/green.jpg", "&width=800&height=600", (600, 800)),
    ("tall/green.jpg", "&width=100&height=100", (100, 100)),
    ("blue.png", "&width=90", (90, 60)),
    ("yellow.webp", "&height=48", (64, 48)),
    ("cyan.tif", "&width=30", (30, 20)),
    ("magenta.gif", "&width=1", (1, 1)),
]
COLOURS = {
    "red.jpg": (200, 30, 30),
    "tall/green.jpg": (30, 200, 30),
    "blue.png": (30, 30, 200),
    "yellow.webp": (200, 200, 30),
    "cyan.tif": (30, 200, 200),
    "magenta.gif": (200, 30, 200),
}

# query (with PHOTO for a photo's id) → status
STATUSES = [
    ("", 400),
    ("photoid=", 400),
    ("photoid=tooshort", 400),
    ("photoid=" + "x" * 5000, 400),
    ("photoid=AAAAAAAAAAAAAAAAAAAAAA", 404),
    ("photoid=PHOTO&photoid=PHOTO", 400),
    ("photoid=PHOTO&width=", 400),
    ("photoid=PHOTO&width=0", 400),
    ("photoid=PHOTO&width=-5", 400),
    ("photoid=PHOTO&width=abc", 400),
    ("photoid=PHOTO&width=1e3", 400),
    ("photoid=PHOTO&width=%D9%A3%D9%A0", 400),
    ("photoid=PHOTO&width=9999999999999999999999", 400),
    ("photoid=PHOTO&width=8193", 400),
    ("photoid=PHOTO&width=400&WIDTH=400", 400),
    ("photoid=PHOTO&quality=1.01", 400),
    ("photoid=PHOTO&quality=-0.1", 400),
    ("photoid=PHOTO&quality=nan", 400),
    ("photoid=PHOTO&quality=", 400),
    ("photoid=PHOTO&vid=nonsense&index=-1&width=10", 200),
]


@pytest.mark.parametrize(("path", "query", "size"), SIZES)
def test_every_row_of_the_scaling_table(server: Server, path: str, query: str, size: tuple[int, int]) -> None:
    answer = server.photo(server.photos()[path], query)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    image = decoded(answer.content)
    assert image.size == size
    middle = image.convert("RGB").getpixel((size[0] // 2, size[1] // 2))
    assert isinstance(middle, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(middle, COLOURS[path], strict=True))


@pytest.mark.parametrize(("query", "status"), STATUSES)
def test_every_status(server: Server, query: str, status: int) -> None:
    photoid = server.photos()["red.jpg"].replace("+", "%2B")
    answer = server.get("/picapportapi/1.0/getPhoto?" + query.replace("PHOTO", photoid))
    assert answer.status_code == status, answer.text
    if status != 200:
        assert_problem(answer)


@pytest.mark.parametrize(("path", "status"), [("damaged.jpg", 500), ("huge.jpg", 501)])
def test_a_photo_that_cannot_be_rendered_says_why(server: Server, path: str, status: int) -> None:
    answer = server.photo(server.photos()[path], "&width=100")
    assert answer.status_code == status
    assert_problem(answer)


@pytest.mark.parametrize("path", ["/nothing", "/picapportapi/1.0/noSuchFunction", "/picapportapi/2.0/getPhoto"])
def test_what_is_not_there_is_404(server: Server, path: str) -> None:
    answer = server.get(path)
    assert answer.status_code == 404
    assert_problem(answer)


def test_function_names_go_without_regard_to_case_and_ids_unescaped(server: Server) -> None:
    for photoid in server.photos().values():
        raw = server.get(f"/PICAPPORTAPI/1.0/getPhoto?photoid={photoid}")
        assert raw.status_code == 404  # only the function's name is forgiven
    photoid = server.photos()["red.jpg"]
    for written in (photoid, f"{photoid}==", photoid.replace("+", "-").replace("/", "_"), photoid.replace("+", " ")):
        assert server.get(f"/picapportapi/1.0/GETPHOTO?photoid={written}&width=40").status_code == 200


def test_the_second_request_renders_nothing_however_it_asks(server: Server) -> None:
    photoid = server.photos()["red.jpg"]
    first = server.photo(photoid, "&width=444")
    made = server.renders()
    # 4:3, so that this width and this height are one size, and so are the screen and the screen turned
    for query in (
        "&width=444",
        "&height=333",
        "&width=444&height=333",
        "&width=333&height=444",
        "&width=444&quality=.70",
    ):
        assert server.photo(photoid, query).content == first.content
    assert server.renders() == made


def test_forty_first_requests_at_once_are_one_render(server: Server) -> None:
    photoid = server.photos()["noise.jpg"]
    before = server.renders()
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: server.photo(photoid, "&width=613"), range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert decoded(answers[0].content).width == 613
    assert server.renders() == before + 1


def test_a_caller_that_has_the_render_gets_304(server: Server) -> None:
    photoid = server.photos()["blue.png"]
    tag = server.photo(photoid, "&width=77").headers["ETag"]
    url = f"/picapportapi/1.0/getPhoto?photoid={photoid.replace('+', '%2B')}&width=77"
    assert remembered(server, lambda: server.get(url, headers={"If-None-Match": tag}))
    answer = server.get(url, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert server.get(url, headers={"If-None-Match": '"another"'}).status_code == 200


def test_head_is_get_without_the_body(server: Server) -> None:
    url = f"{server.url}/picapportapi/1.0/getPhoto?photoid={server.photos()['red.jpg'].replace('+', '%2B')}&width=50"
    got, asked = httpx.get(url), httpx.head(url)
    assert asked.content == b""
    assert asked.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.content))


def assert_problem(answer: httpx.Response) -> None:
    """A problem+json that shows nothing of the server's inside."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == answer.status_code
    assert problem["detail"].endswith(".")
    assert "Traceback" not in answer.text
    assert "/tmp" not in answer.text
