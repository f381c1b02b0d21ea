"""`/api/account`: one's own account: the password, and that one shows it once more."""

import falcon

from api.functions.passwords import Proofs, opened, public_key, require_hexadecimal
from api.functions.people.doorkeeper import Doorkeeper
from api.http.answers import answer
from api.http.bodies import json_object, required_text
from catalog.errors import Forbidden
from catalog.generations import Generations
from catalog.people.passwords import readings
from catalog.people.sessions import Session, Sessions
from catalog.people.users import Users

WRONG = "The password is wrong."


class Account:
    """What is known of it, a word that it is really oneself, and another password."""

    def __init__(
        self, doorkeeper: Doorkeeper, sessions: Sessions, users: Users, proofs: Proofs, generations: Generations
    ) -> None:
        self._doorkeeper = doorkeeper
        self._sessions = sessions
        self._users = users
        self._proofs = proofs
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Who it is, whether the password was shown lately, and how one is sent."""
        person = self._doorkeeper.person(request, response)
        about = {"uid": person.uid, "admin": person.rights.admin, "confirmed": self._doorkeeper.is_confirmed(person)}
        answer(response, about | public_key(person.session.private_key))

    def on_post_confirm(self, request: falcon.Request, response: falcon.Response) -> None:
        """Shows the password once more: 204. What is dangerous may be done for a while from then on."""
        person = self._doorkeeper.person(request, response)
        key, sent = person.session.private_key, required_text(json_object(request, {"pw": str}), "pw")
        require_hexadecimal(key, sent)
        proof = self._proofs.own(person.uid, request.remote_addr, key, sent)
        if proof is None:
            raise Forbidden(WRONG)
        self._sessions.confirm(person.session.apisid, person.uid, proof)
        self._generations.look()
        response.status = 204

    def on_post_password(self, request: falcon.Request, response: falcon.Response) -> None:
        """Another password: 204. All other sessions end; app passwords stay."""
        person = self._doorkeeper.person(request, response)
        self._doorkeeper.require_confirmed(person)
        password = password_in(person.session, required_text(json_object(request, {"pw": str}), "pw"))
        self._users.set_password(person.uid, password, keep=person.session.apisid, author=person.author)
        self._generations.look()
        response.status = 204


def password_in(session: Session, sent: str) -> str:
    """The password that somebody shall have, as it came in that session.

    Raises:
        RequestError: malformed: it can't have been encrypted by the session's key.
    """
    require_hexadecimal(session.private_key, sent)
    return readings(opened(session.private_key, sent))[0]
