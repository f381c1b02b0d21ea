"""What can go wrong while somebody signs in at a provider: told to the operator, and told to the person."""

from api.http.errors import RequestError

REASONS = {
    "expired": ("forbidden", "This sign-in was begun elsewhere, is done already, or took too long: sign in again."),
    "denied": ("forbidden", "The provider has not let you in."),
    "unknown": ("forbidden", "There is no user here for you: whoever runs this server can add one."),
    "taken": ("forbidden", "Your name belongs to another user here: whoever runs this server can link the two."),
    "unnamed": ("forbidden", "The provider tells no name for you that a user can have here."),
    "many": ("forbidden", "There are too many sessions from your address: sign out somewhere, or try again later."),
    "away": ("unavailable", "The provider does not answer at the moment: try again later."),
    "wrong": ("gateway", "The provider's answer can't be believed; the log of this server says why."),
    "busy": ("unavailable", "Too many people sign in at once: try again in a moment."),
}
"""By reason the kind of the error, and the sentence for clients; the page has its own sentences, in its languages."""


class ProviderError(Exception):
    """The provider does not answer (`away`), or what it says can't be believed. The message is for the operator: it
    holds nothing that is secret.
    """

    def __init__(self, sentence: str, *, away: bool = False) -> None:
        super().__init__(sentence)
        self.away = away


class SignInError(RequestError):
    """Somebody could not sign in; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(*REASONS[reason])
        self.reason = reason
