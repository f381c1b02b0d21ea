"""What a browser has kept of one user's photos is not shown to the next one who signs in at it."""

from urllib.parse import quote

from tests.end_to_end.servers import Server
from tests.web.house import ADMIN, ADMIN_PASSWORD, SAILOR, SAILOR_PASSWORD
from tests.web.visitor import Visitor

# Asked as an image is: the browser's own cache may answer. What came over the network has a size there.
ASK = """async url => {
    performance.clearResourceTimings();
    const answer = await fetch(url), bytes = (await answer.arrayBuffer()).byteLength;
    const [entry] = performance.getEntriesByName(new URL(url, location).href);
    return [answer.status, answer.status == 200 && bytes > 0, entry?.transferSize === 0];
}"""


def test_photos_across_logins(guest: Visitor, server: Server) -> None:
    town = next(photoid for path, photoid in server.photos().items() if path.startswith("town/town"))
    url = f"/picapportapi/1.0/getPhoto?photoid={quote(town, safe='')}&width=31"
    guest.expects(403, "getPhoto")

    def ask() -> list[object]:
        answer: list[object] = guest.page.evaluate(ASK, url)
        return answer

    guest.library()
    assert ask()[:2] == [200, True]
    assert ask() == [200, True, True]  # from the cache
    guest.log_in(SAILOR, SAILOR_PASSWORD)
    assert ask()[0] == 403  # not for this user
    guest.log_in(ADMIN, ADMIN_PASSWORD)
    assert ask() == [200, True, False]
    assert ask() == [200, True, True]
    assert guest.context.request.delete(f"{guest.url}/api/session", headers={"X-Darkroom": "page"}).status == 204
    guest.library()
    assert ask() == [200, True, False]  # the guest again, who may
