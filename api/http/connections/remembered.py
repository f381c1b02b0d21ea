"""Answers that a front end gives a second time without waking a thread for it.

A cached photo that was asked for through the app is remembered under all of its request that an answer may depend on:
its first line, who called, and every header but those that nothing here looks at. What the answer depends on besides is
in its `Recipe`, which the parts that answer fill in: what has to hold still, and what is to be done each time as it was
the first time, to count it, say. The next request of that kind is answered on the loop's own thread.

It is forgotten with every change of the catalogue. Renders stay where they are, in the cache: what is kept of an answer
is its head.
"""

import re
from collections import OrderedDict, deque
from collections.abc import Callable
from email.utils import formatdate
from time import time

import metrics

Key = tuple[bytes, tuple[bytes, ...], str]
"""The first line of a request, what counts of its head, and who called."""

REMEMBER = "darkroom.remember"
"""Where in the environment of a request its `Recipe` is, where its answer may be remembered."""

UNREAD = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"cache-control",
        b"dnt",
        b"pragma",
        b"priority",
        b"referer",
        b"save-data",
        b"sec-ch-ua",
        b"sec-ch-ua-mobile",
        b"sec-ch-ua-platform",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"sec-fetch-user",
        b"sec-gpc",
        b"upgrade-insecure-requests",
        b"user-agent",
    }
)
"""Headers on which no answer with a render depends, nor what is done besides."""

LONGEST = 8192  # bytes of a request
OVERHEAD = 3000  # bytes that an answer costs beside its request and its head
CALL = 0.00005  # seconds of the loop's thread that an answer costs

END = b"\r\n\r\n"
FOLDED = (b"\r\n ", b"\r\n\t")  # a line that goes on with the header before, be it one that nobody reads
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n")
DATE = b"\r\nDate: "
GIVEN = (b"HTTP/1.1 200 ", b"HTTP/1.1 304 ")  # what else there is was given in spite of the recipe
NOT_TWICE = (b"\r\nset-cookie:", b"\r\ntransfer-encoding:", b"\r\nconnection:")


class Recipe:
    """How an answer comes about that may be given again. Whoever has a part in it adds it, on the thread that answers;
    where nobody says what its `body` is, it is not remembered.
    """

    __slots__ = ("again", "body", "generation", "holds", "key", "request", "vetoed")

    def __init__(self, key: Key, request: bytes, generation: object) -> None:
        self.key = key
        self.request = request
        self.generation = generation
        self.body: Callable[[], bytes | None] | None = None
        """Gives the render; None where it is not in memory any more."""
        self.holds: list[Callable[[], bool]] = []
        """What may change without a word of the catalogue's: the answer is given only while each is true."""
        self.again: list[Callable[[], object]] = []
        """What is done with each answer. None of it may wait."""
        self.vetoed = False

    def veto(self) -> None:
        """Has the answer not remembered: something in it is for this one request."""
        self.vetoed = True


class _Answer:
    """What is remembered: the head up to its date, and from there on."""

    __slots__ = ("after", "again", "before", "body", "cost", "holds", "length", "made", "payer")

    def __init__(self, recipe: Recipe, body: Callable[[], bytes | None], head: bytes, payer: str, made: float) -> None:
        before, date, after = head.partition(DATE)
        self.before = before + date
        self.after = after[after.index(b"\r\n") :]
        self.body = body
        length = LENGTH.search(head)
        self.length = int(length[1]) if length is not None else 0
        self.holds = tuple(recipe.holds)
        self.again = tuple(recipe.again)
        self.payer = payer
        self.made = made
        self.cost = len(recipe.request) + len(head) + OVERHEAD


class Remembered:
    """The answers of one front end, at most `budget` bytes of them; the least recently given goes first.

    `generation` gives what compares as another after each change of the catalogue; `counting` names headers that count
    though they are among UNREAD. `begin` and `keep` may be called from any thread, `answer` from the loop's alone.
    """

    def __init__(
        self,
        budget: int,
        generation: Callable[[], object],
        counting: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time,
    ) -> None:
        self._budget = budget
        self._generation_now = generation
        self._unread = UNREAD - {name.lower().encode() for name in counting}
        self._clock = clock
        self._generation = generation()
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._used = 0
        self._heads: OrderedDict[bytes, tuple[bytes, ...]] = OrderedDict()  # what counts of those known to be whole
        self._heads_used = 0
        self._new: deque[tuple[Recipe, _Answer]] = deque()
        self._date = (0, b"")

    def begin(self, request: bytes, address: str) -> Recipe | None:
        """The recipe of a request that came in one piece from that address, before it is answered; None where it is of
        a kind that is not remembered.
        """
        if not request.startswith(b"GET ") or len(request) > LONGEST or request.find(END) != len(request) - len(END):
            return None
        if any(each in request for each in FOLDED):
            return None
        line, _, head = request.partition(b"\r\n")
        key = (line, self._heads.get(head) or self._counting(head), address)
        return Recipe(key, request, self._generation_now())

    def keep(self, recipe: Recipe, head: bytes, payer: str) -> None:
        """Remembers an answer that was given, by its recipe and its head; `payer` as in `Request`."""
        body = recipe.body
        if body is None or recipe.vetoed or not head.startswith(GIVEN) or DATE not in head:
            return
        if any(each in head.lower() for each in NOT_TWICE):
            return
        self._new.append((recipe, _Answer(recipe, body, head, payer, self._clock())))

    def answer(self, request: bytes, address: str, may: Callable[[str, float], bool]) -> tuple[bytes, bytes] | None:
        """The head and the body for what has come from that address, where that is a request whose answer is known and
        holds still. `may` says whether a payer may have so many seconds at once.
        """
        self._follow()
        line, _, head = request.partition(b"\r\n")
        counting = self._heads.get(head)
        if counting is None:
            return None
        key = (line, counting, address)
        answer = self._answers.get(key)
        if answer is None:
            return None
        now = self._clock()
        if now < answer.made:  # the clock was set back
            self._forget_all()
            return None
        if not may(answer.payer, CALL):
            return None
        body = answer.body() if all(each() for each in answer.holds) else None
        if body is None or len(body) != answer.length:  # made anew, and not the same byte for byte
            self._used -= self._answers.pop(key).cost
            return None
        self._answers.move_to_end(key)
        self._heads.move_to_end(head)
        metrics.remembered.inc()
        for each in answer.again:
            each()
        return answer.before + self._dated(int(now)) + answer.after, body

    def _follow(self) -> None:
        """Forgets all where the catalogue has changed, and takes in what threads have told of meanwhile."""
        generation = self._generation_now()
        if generation != self._generation:
            self._generation = generation
            self._forget_all()
        while self._new:
            recipe, answer = self._new.popleft()
            if recipe.generation == generation:
                self._learn(recipe.request.partition(b"\r\n")[2], recipe.key[1])
                self._take_in(recipe.key, answer)

    def _learn(self, head: bytes, counting: tuple[bytes, ...]) -> None:
        if head not in self._heads:
            self._heads[head] = counting
            self._heads_used += len(head) + OVERHEAD // 2
        while self._heads_used > self._budget // 4:
            self._heads_used -= len(self._heads.popitem(last=False)[0]) + OVERHEAD // 2

    def _take_in(self, key: Key, answer: _Answer) -> None:
        before = self._answers.pop(key, None)
        self._answers[key] = answer
        self._used += answer.cost - (before.cost if before is not None else 0)
        while self._used > self._budget - self._budget // 4:
            self._used -= self._answers.popitem(last=False)[1].cost

    def _forget_all(self) -> None:
        self._answers.clear()
        self._used = 0

    def _counting(self, head: bytes) -> tuple[bytes, ...]:
        """The lines of a head that count."""
        return tuple(each for each in head.split(b"\r\n") if each.partition(b":")[0].lower() not in self._unread)

    def _dated(self, now: int) -> bytes:
        if self._date[0] != now:
            self._date = now, formatdate(now, usegmt=True).encode()
        return self._date[1]
