"""`user app-password …`, as an operator sees it."""

from catalog.people.app_passwords import AppPasswords
from catalog.people.users import Users
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library


def test_they_come_are_listed_and_go(library: Library, run: Run) -> None:
    Users(library.engine).add("ann", "x")
    kept = AppPasswords(library.engine, library.settings.data_dir)
    assert run("user", "app-password", "list", "ann").out == ""
    password = run("user", "app-password", "add", "ann", "the kitchen").out.strip()
    assert kept.match("ann", password) is not None
    token = run("user", "app-password", "add", "ann", "the vendor's app", "--atu").out.strip()
    assert kept.atu("ann") == token.replace("-", "")
    listed = run("user", "app-password", "list", "ann").out.splitlines()
    assert [each.split(":")[0] for each in listed] == ["the kitchen", "the vendor's app"]
    assert (listed[0].endswith("never used"), listed[1].endswith("never used; the access token")) == (True, True)
    assert password not in "".join(listed)
    told = run("user", "passwd", "ann", "--password", "y").out
    assert "2 app passwords stay: `darkroom user app-password list ann`" in told
    done = run("user", "app-password", "remove", "ann", "the kitchen")
    assert done.out == "removed the app password the kitchen of ann; its sessions have ended\n"
    assert kept.match("ann", password) is None
    again = run("user", "app-password", "remove", "ann", "the kitchen")
    assert (again.code, "no app password 'the kitchen'" in again.err) == (2, True)
