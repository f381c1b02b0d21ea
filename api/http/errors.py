"""What is wrong with a request. What HTTP makes of it, `problems.py` says; the words for kinds are those there."""


class RequestError(Exception):
    """A request that can't be answered. `kind` is one of `problems.STATUS_OF_KIND`; the message is for the client's
    author.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
