"""Whether a JPEG's tables and headers are such as libjpeg takes: else a browser shows nothing of what is sent to it.

Layouts and bounds are those of ITU-T T.81, B.2; where libjpeg-turbo takes more or less, its own.
"""

from itertools import accumulate

from catalog.kinds.jpeg import FRAMES, SOS, Segment

DHT, DNL, DQT, DRI, PROGRESSIVE = 0xC4, 0xDC, 0xDB, 0xDD, 0xC2
AC = 0x10
SLOTS = 4  # of each kind of table
LARGEST_SAMPLING = 4
MOST_BLOCKS = 10  # of all components, in one unit of a scan that has several
LARGEST_DC = 15  # the bits of a difference of brightness
MOST_SHIFT = 13
COEFFICIENTS = 64


class Tables:
    """What the segments so far have brought."""

    def __init__(self) -> None:
        self._quantizers: set[int] = set()
        self._codes: dict[int, int] = {}  # the largest symbol, by class and slot
        self._components: dict[int, tuple[int, int, int]] = {}  # sampling across and down, and quantizer, by id
        self._progressive = False

    def take(self, segment: Segment) -> bool:
        """Whether libjpeg takes this segment, a table or a header of a picture or of a scan, behind those before."""
        content = segment.content
        if segment.marker == DQT:
            return self._quantizer(content)
        if segment.marker == DHT:
            return self._code(content)
        if segment.marker in FRAMES:
            self._progressive = segment.marker == PROGRESSIVE
            return self._frame(content)
        if segment.marker == SOS:
            return self._scan(content)
        return segment.marker == DNL or len(content) == 2

    def _quantizer(self, content: bytes) -> bool:
        while content:
            wide, slot = divmod(content[0], 16)
            size = 1 + COEFFICIENTS * (2 if wide else 1)
            if slot >= SLOTS or len(content) < size:
                return False
            self._quantizers.add(slot)
            content = content[size:]
        return True

    def _code(self, content: bytes) -> bool:
        while content:
            counts = content[1:17]
            size = 17 + sum(counts)
            kind, slot = content[0] & ~(SLOTS - 1), content[0] % SLOTS
            if kind not in (0, AC) or len(counts) < 16 or size > min(len(content), 17 + 256):
                return False
            # Codes of a length follow those of the one before: each has to fit into its bits.
            last = accumulate(counts, lambda code, count: 2 * code + count, initial=0)
            if any(code > 1 << bits for bits, code in enumerate(last)):
                return False
            self._codes[kind + slot] = max(content[17:size], default=0)
            content = content[size:]
        return True

    def _frame(self, content: bytes) -> bool:
        for at in range(6, len(content), 3):
            name, sampling, quantizer = content[at : at + 3]
            across, down = divmod(sampling, 16)
            if not (0 < across <= LARGEST_SAMPLING and 0 < down <= LARGEST_SAMPLING):
                return False
            self._components[name] = (across, down, quantizer)
        return len(self._components) == content[5]

    def _scan(self, content: bytes) -> bool:
        count = content[0] if content else 0
        if not 0 < count <= SLOTS or len(content) != 4 + 2 * count:
            return False
        names, slots = content[1 : 1 + 2 * count : 2], content[2 : 2 + 2 * count : 2]
        if len(set(names)) < count or not self._components.keys() >= set(names):
            return False
        some = [self._components[name] for name in names]
        if count > 1 and sum(across * down for across, down, _ in some) > MOST_BLOCKS:
            return False
        if not {quantizer for *_, quantizer in some} <= self._quantizers:
            return False
        first, last, bits = content[-3:]
        if self._progressive:
            return self._is_refined(count, first, last, *divmod(bits, 16)) and self._coded(slots, first, bits >> 4)
        return all(self._has(slot >> 4, dc=True) and self._has(slot % 16, dc=False) for slot in slots)

    @staticmethod
    def _is_refined(count: int, first: int, last: int, high: int, low: int) -> bool:
        """Whether a scan of a progressive picture has some coefficients, or the next bit of them."""
        band = last == 0 if first == 0 else count == 1 and first <= last < COEFFICIENTS
        return band and low <= MOST_SHIFT and (high == 0 or low == high - 1)

    def _coded(self, slots: bytes, first: int, high: int) -> bool:
        if first:
            return all(self._has(slot % 16, dc=False) for slot in slots)
        return high > 0 or all(self._has(slot >> 4, dc=True) for slot in slots)

    def _has(self, slot: int, *, dc: bool) -> bool:
        largest = self._codes.get(slot if dc else AC + slot)
        return slot < SLOTS and largest is not None and not (dc and largest > LARGEST_DC)
