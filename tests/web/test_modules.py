"""The page's pure modules, run in the browser: a selection, the encryption of a password, how things are written."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from playwright.sync_api import Error, Page, expect

from tests.web.conftest import Visit
from tests.web.visitor import Screen, Visitor


@pytest.fixture
def page(guest: Visitor) -> Page:
    """A page of the server: its modules can be imported there.

    It is whole: a page that is still to draw itself would take away what a test puts into it.
    """
    page = guest.open("/login")
    expect(page.get_by_label("User", exact=True)).to_be_focused()
    return page


SELECT = """async moves => {
    const { Selection } = await import("/web/selection/selection.js");
    const selection = new Selection();
    let told = 0;
    selection.addEventListener("change", () => told++);
    return moves.map(([move, index]) => {
        selection[move](index);
        const some = Array.from({ length: 12 }, (_, each) => each).filter(each => selection.has(each));
        return { some, all: [...selection.indexes()], count: selection.count, ranges: selection.ranges, told };
    }); }"""


def test_a_selection_is_a_set_of_indexes(page: Page) -> None:
    """Beside a plain set: an extension takes the place of the one before, and a toggle begins a new one."""
    dice = random.Random(20)
    moves = [(dice.choice(["toggle", "extendTo"]), dice.randrange(12)) for _ in range(2000)]
    kept: set[int] = set()
    shown: set[int] = set()
    anchor: int | None = None
    for number, ((move, index), state) in enumerate(zip(moves, page.evaluate(SELECT, moves), strict=True)):
        if move == "toggle":
            kept = shown ^ {index}
            shown, anchor = kept, index
        else:
            anchor = index if anchor is None else anchor
            shown = kept | set(range(min(anchor, index), max(anchor, index) + 1))
        assert state["some"] == state["all"] == sorted(shown)
        assert (state["count"], state["told"]) == (len(shown), number + 1)
        ends = [end for each in state["ranges"] for end in each]
        assert ends == sorted(set(ends))  # in order, and none touches the next


def test_all_of_a_large_list_is_one_range(page: Page) -> None:
    moves = [("all", 100_000), ("toggle", 5), ("clear", None), ("all", 0)]
    ranges = [state["ranges"] for state in page.evaluate(SELECT.replace("[...selection.indexes()]", "[]"), moves)]
    assert ranges == [[[0, 100_000]], [[0, 5], [6, 100_000]], [], []]


ENCRYPT = """async ([text, modulus, exponent]) =>
    (await import("/web/server/rsa.js")).encrypt(text, modulus, exponent)"""


def test_a_password_is_encrypted_for_openssl(page: Page) -> None:
    """PKCS #1 v1.5 of every length that fits; what does not is an error. The padding is another each time."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_numbers()
    for text in ("", "guest", "pässwörd of the sea €", "x" * 245):
        sent = page.evaluate(ENCRYPT, [text, f"{public.n:x}", f"{public.e:x}"])
        assert len(sent) == 512
        assert key.decrypt(bytes.fromhex(sent), padding.PKCS1v15()).decode() == text
        assert sent != page.evaluate(ENCRYPT, [text, f"{public.n:x}", f"{public.e:x}"])
    with pytest.raises(Error, match="RangeError"):
        page.evaluate(ENCRYPT, ["x" * 246, f"{public.n:x}", f"{public.e:x}"])


WRITTEN = """async () => {
    const { t, bytes, duration, moment, month } = await import("/web/i18n/strings.js");
    return [
        t("photos", { n: 1 }), t("photos", { n: 12345 }), bytes(0), bytes(1.5e9), duration(0), duration(90),
        duration(7200), moment("2015-07-02T14:35:33"), month("2015-07"), moment("never"),
    ].join(" | ").replace(/[^\\S ]/g, " "); }"""
ENGLISH = (
    "1 photo | 12,345 photos | 0 byte | 1.5 GB | 0 seconds | 2 minutes | 2 hours | "
    "2 July 2015 at 14:35 | July 2015 | never"
)
GERMAN = (
    "1 Foto | 12.345 Fotos | 0 Byte | 1,5 GB | 0 Sekunden | 2 Minuten | 2 Stunden | "
    "2. Juli 2015 um 14:35 | Juli 2015 | never"
)


@pytest.mark.parametrize(("language", "text"), [("en-GB", ENGLISH), ("de-DE", GERMAN)])
def test_how_numbers_and_times_are_written(visit: Visit, language: str, text: str) -> None:
    assert visit(Screen(language=language)).open("/login").evaluate(WRITTEN) == text


COPY = """async () => {
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    const { copyButton, openDialog } = await import("/web/components/dialog.js");
    openDialog("Test", copyButton("Copy it", "the text")); }"""

CLIPBOARD = """() => {
    delete navigator.clipboard;
    return navigator.clipboard.readText(); }"""


def test_copying_where_the_page_came_by_plain_http(page: Page) -> None:
    """There the browser keeps its clipboard from scripts; what somebody asks for by a click goes all the same."""
    page.evaluate(COPY)
    button = page.get_by_role("button", name="Copy it")
    button.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    expect(button).to_be_focused()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_count(0)
    assert page.evaluate(CLIPBOARD) == "the text"


FORM = """async () => {
    const { form } = await import("/web/components/forms.js"), { h } = await import("/web/components/dom.js");
    window.sent = 0;
    document.getElementById("main").replaceChildren(form(async () => window.sent++, { label: "Go" }, h("input"))); }"""


def test_a_form_is_sent_once(page: Page) -> None:
    """By a double click, and by an Enter that is held."""
    page.evaluate(FORM)
    page.get_by_role("button", name="Go").dblclick()
    assert page.evaluate("window.sent") == 1
    page.get_by_role("textbox").focus()
    for _ in range(5):
        page.keyboard.down("Enter")
    assert page.evaluate("window.sent") == 2
