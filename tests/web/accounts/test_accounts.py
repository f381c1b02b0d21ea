"""One's own account, and everybody's for admins: by mouse, on a phone, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update

from catalog.database import opened_catalog, writing
from catalog.people.app_passwords import SHAPE
from catalog.schema import sessions
from tests.end_to_end.people import sign_in
from tests.end_to_end.servers import Server
from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD
from tests.web.test_for_everybody import CUT_OFF, DARK_PHONE, stumbling_blocks
from tests.web.visitor import DESK, PHONE, Screen, Visitor

OWNER, OWNER_PASSWORD = "owner", "pässwörd of öne"


@pytest.fixture
def owner(visit: Visit, server: Server) -> Iterator[Visitor]:
    """A user of this test alone, whose sessions and passwords nobody else needs."""
    server.manage("user", "add", OWNER, "--password", OWNER_PASSWORD)
    visitor = visit(DESK)
    visitor.log_in(OWNER, OWNER_PASSWORD)
    yield visitor
    server.manage("user", "remove", OWNER)


CONFIRMED = "fetch('/api/account').then(answer => answer.json()).then(account => account.confirmed)"


def card(page: Page, text: str) -> Locator:
    """The card on which that stands."""
    return page.get_by_role("listitem").filter(has_text=text)


def forget_confirmations(server: Server) -> None:
    """As if everybody had shown the password long ago."""
    data = Path(server.environ["DATA_DIR"])
    with opened_catalog(data) as engine, engine.connect() as connection, writing(connection):
        connection.execute(update(sessions).values(confirmed=0))


def test_an_app_password_is_made_shown_once_and_removed(owner: Visitor, server: Server) -> None:
    page = owner.page
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="My account").click()
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    page.get_by_role("button", name="New app password").click()
    dialog = page.get_by_role("dialog", name="New app password")
    expect(dialog.get_by_label("What for")).to_be_focused()
    expect(dialog.get_by_label("Access token")).to_have_count(0)
    dialog.get_by_label("What for").fill("<b>kitchen</b>")
    dialog.get_by_role("button", name="Make").click()
    shown = dialog.get_by_label("<b>kitchen</b>")
    expect(shown).to_be_focused()
    password = shown.input_value()
    assert SHAPE.fullmatch(password.replace("-", ""))
    page.keyboard.press("Escape")
    expect(card(page, "never used")).to_have_count(1)
    assert password not in page.content()
    apisid = sign_in(server, OWNER, password).json()["apisid"]
    page.reload()
    expect(card(page, "from 127.0.0.1").filter(has_text="kitchen")).to_have_count(2)  # itself, and its session
    page.get_by_role("button", name="Remove “<b>kitchen</b>”").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    expect(page.get_by_role("heading", name="App passwords")).to_be_focused()
    assert server.api("getServerStatus", apisid=apisid).json()["isValid"] is False


def test_sessions_are_ended(owner: Visitor, visit: Visit) -> None:
    elsewhere = visit(DESK)
    elsewhere.log_in(OWNER, OWNER_PASSWORD)
    page = owner.page
    owner.open("/account")
    expect(page.get_by_role("heading", name="Chrome, Linux")).to_have_count(2)
    expect(card(page, "This one").get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("heading", name="Chrome, Linux")).to_have_count(1)
    expect(page.get_by_role("button", name="End all others")).to_be_hidden()
    elsewhere.expects(403, "/api/shares")
    elsewhere.open("/shares")
    expect(elsewhere.page.get_by_role("button", name="Account")).to_have_text("")  # a guest by now


def test_another_password_after_the_old_one(owner: Visitor, server: Server, visit: Visit) -> None:
    page = owner.open("/account")
    forget_confirmations(server)
    owner.until(lambda: page.evaluate(CONFIRMED) is False)  # the server has seen it
    owner.expects(403, "/api/account/confirm")
    page.get_by_role("button", name="Change password").click()
    first = page.get_by_role("dialog", name="Your password, please")
    first.get_by_label("Password").fill("of somebody else")
    page.keyboard.press("Enter")
    expect(first.get_by_role("alert")).to_contain_text("The password is wrong.")
    first.get_by_label("Password").fill(OWNER_PASSWORD)
    page.keyboard.press("Enter")
    second = page.get_by_role("dialog", name="Change password")
    second.get_by_label("New password").fill("quite änother")
    page.keyboard.press("Enter")
    expect(second).to_be_hidden()
    expect(card(page, "This one")).to_be_visible()
    visitor = visit(DESK)
    visitor.log_in(OWNER, "quite änother")


def test_a_guest_has_no_account(guest: Visitor) -> None:
    guest.expects(403, "/api/account")
    guest.open("/account")
    expect(guest.page.get_by_role("alert").filter(has_text="anyone may come")).to_be_visible()
    for path in ("/people", "/audit"):
        guest.open(path)
        expect(guest.page.get_by_role("alert").filter(has_text="for admins")).to_be_visible()


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_an_admin_makes_and_changes_people(visit: Visit, server: Server, screen: Screen) -> None:
    visitor = visit(screen)
    page, kind = visitor.page, "phone" if screen.touch else "desk"
    uid, group = f"eve-{kind}", f"crew-{kind}"
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.open("/people")
    expect(card(page, "sailors").first).to_be_visible()
    page.get_by_role("button", name="Add group").click()
    dialog = page.get_by_role("dialog", name="Add group")
    dialog.get_by_label("Group name").fill(group)
    dialog.get_by_label("search").check()
    dialog.get_by_label("Members see").fill("dirall:sea\n(")
    visitor.expects(400, "/api/groups")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("of the query")
    dialog.get_by_label("Members see").fill("dirall:sea")
    dialog.get_by_role("button", name="Save").click()
    expect(card(page, group)).to_contain_text("dirall:sea")
    page.get_by_role("button", name="Add user").click()
    dialog = page.get_by_role("dialog", name="Add user")
    dialog.get_by_label("User name").fill(uid)
    dialog.get_by_label("New password").fill("päss of eve")
    dialog.get_by_label("users", exact=True).uncheck()
    dialog.get_by_label(group).check()
    dialog.get_by_role("button", name="Save").click()
    mine = card(page, uid).first
    expect(mine).to_contain_text(group)
    page.get_by_role("button", name=f"Edit: {uid}", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Edit {uid}")
    dialog.get_by_label("User name").fill(f"{uid}-2")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=f"{uid}-2")).to_be_visible()
    eve = visit(DESK)
    eve.log_in(f"{uid}-2", "päss of eve")
    page.get_by_role("button", name=f"Sessions and apps: {uid}-2").click()
    dialog = page.get_by_role("dialog", name=f"Sessions and apps of {uid}-2")
    expect(dialog.get_by_role("heading", name="Chrome, Linux")).to_have_count(1)
    assert dialog.evaluate(CUT_OFF) == 0
    dialog.get_by_role("button", name="End all", exact=True).click()
    expect(dialog.get_by_text("There is none.", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    for name in (f"{uid}-2", group):
        page.get_by_role("button", name=f"Remove: {name}", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.open("/audit")
    expect(page.get_by_role("row").filter(has_text=f"Group removed: {group}")).to_contain_text(ADMIN)
    page.get_by_label("User or group").fill(f"{uid}-2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(4)  # its head, renamed, sessions ended, removed
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("screen", [DESK, DARK_PHONE], ids=["light", "dark phone"])
def test_axe_finds_nothing_grave_in_accounts(visit: Visit, screen: Screen) -> None:
    visitor = visit(screen)
    page, found = visitor.page, {}
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.open("/account")
    expect(card(page, "This one")).to_be_visible()
    found["account"] = stumbling_blocks(page)
    page.get_by_role("button", name="New app password").click()
    expect(page.get_by_role("dialog").get_by_label("Access token")).to_be_visible()
    found["app password"] = stumbling_blocks(page)
    visitor.open("/people")
    expect(card(page, "sailors").first).to_be_visible()
    found["people"] = stumbling_blocks(page)
    for name in ("Add user", "Add group"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        found[name] = stumbling_blocks(page)
        page.keyboard.press("Escape")
    visitor.open("/audit")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    found["audit"] = stumbling_blocks(page)
    assert {scene: blocks for scene, blocks in found.items() if blocks} == {}


def test_accounts_by_keyboard_and_in_german(visit: Visit) -> None:
    visitor = visit(Screen(language="de-CH"))
    page, press = visitor.page, visitor.page.keyboard.press
    visitor.open("/login?back=/account")
    page.get_by_label("Benutzer", exact=True).fill(ADMIN)
    press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    press("Enter")
    page.get_by_role("button", name="Passwort ändern").focus()
    press("Enter")
    expect(page.get_by_label("Neues Passwort")).to_be_focused()
    press("Escape")
    expect(page.get_by_role("button", name="Passwort ändern")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("button", name="Neues App-Passwort")).to_be_focused()
    expect(page.get_by_role("heading", name="Sitzungen")).to_be_visible()


def test_every_text_of_accounts_is_there_in_both_languages(guest: Visitor) -> None:
    guest.open("/login")
    texts = guest.page.evaluate("import('/web/i18n/accounts.js').then(module => module.ACCOUNTS)")
    assert len(texts) > 50
    for key, both in texts.items():
        assert len(both) == 2, key
        assert all(text.strip() for text in both), key
        holes = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in both]
        assert holes[0] == holes[1], key
