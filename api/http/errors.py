"""What is wrong with a request, said without HTTP: `problems.py` knows the status of each kind."""


class RequestError(Exception):
    """A request that can't be answered. `kind` is one of `problems.STATUS_OF_KIND`; the message is for whoever
    wrote the client.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class LimitReached(RequestError):
    """The caller has had what one may have for now; there is enough again after `retry_after` seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__("limited", sentence)
        self.retry_after = retry_after
