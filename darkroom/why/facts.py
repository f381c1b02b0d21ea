"""What is read of the catalogue before anything is said of a photo, at one moment."""

from dataclasses import dataclass, replace

from sqlalchemy import Engine

from catalog import inspection
from catalog.database import FILE, HEAD
from catalog.errors import CatalogError
from catalog.generations import Generations
from catalog.inspection import Known, TooSlow, opened_to_look
from catalog.people.access import Access
from catalog.people.users import Users, default_uid
from config import Settings
from config.paths import is_there
from darkroom.doctor.finding import Finding, wrong
from darkroom.why.meant import Meant, meant
from darkroom.why.of_catalogue import Sight

NOTHING = Known(None, False, ())


@dataclass(frozen=True, slots=True)
class Facts:
    """Which photo is meant (None: the text names nothing), what is known of it, by whom it is seen.

    `default` is the user whose rights whoever names no session has, empty where there is none; `trouble` what kept the
    catalogue from being asked.
    """

    photo: Meant | None
    known: Known = NOTHING
    sights: tuple[Sight, ...] = ()
    default: str = ""
    trouble: Finding | None = None


def facts(text: str, settings: Settings) -> Facts:
    """All of them, of the photo that a text means."""
    without = Facts(meant(text, settings, None))
    file = settings.data_dir / FILE
    try:
        if not is_there(file):
            return replace(without, trouble=wrong("catalogue", f"{file} is not there yet", "`darkroom scan` makes it"))
        with opened_to_look(settings.data_dir) as engine:
            if (found := inspection.revision(engine)) != HEAD:
                return replace(without, trouble=_of_another(found))
            photo = meant(text, settings, engine)
            return Facts(photo) if photo is None else _of(photo, settings, engine)
    except TooSlow as error:
        return replace(without, trouble=wrong("catalogue", str(error), "try again when less is going on"))
    except CatalogError as error:
        return replace(without, trouble=wrong("catalogue", str(error), "`darkroom doctor` looks at all of it"))
    except OSError as error:
        says = f"{file} can't be looked at: {error.strerror or error}"
        return replace(without, trouble=wrong("catalogue", says, "`darkroom doctor` looks at all of it"))


def _of(photo: Meant, settings: Settings, engine: Engine) -> Facts:
    known = inspection.known(engine, photo.alias, photo.path)
    if known.photo is None:
        return Facts(photo, known)
    sights, access = list[Sight](), Access(engine, Generations(engine))
    everyone = Users(engine).everyone()
    for user in everyone:
        rights = access.rights(user.uid)
        sees = known.visible and access.sees(rights, known.photo.photoid)
        sights.append(Sight(user.uid, sees, rights.filters))
    default = default_uid(settings)
    is_open = any(each.uid == default and each.open for each in everyone)
    return Facts(photo, known, tuple(sights), default if default and is_open else "")


def _of_another(revision: str | None) -> Finding:
    says = f"it is at revision {revision}, and this Darkroom's is {HEAD}"
    if inspection.is_older(revision):
        return wrong("catalogue", says, "`darkroom scan` brings it up to date")
    return wrong("catalogue", says, "start the newer Darkroom that made it")
