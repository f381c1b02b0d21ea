"""What is wrong with a request, said without HTTP: `problems.py` knows the status of each kind."""


class RequestError(Exception):
    """A request that can't be answered. `kind` is one of `problems.STATUS_OF_KIND`; the message is for whoever
    wrote the client.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
