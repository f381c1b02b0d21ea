"""The runs of a bitmap's palette entries, of 8 bits or of 4 (BI_RLE8, BI_RLE4 of Microsoft's wingdi.h).

Pillow's decoder takes all or nothing, and reads two bytes too many where a run goes elsewhere (delta).
"""

END_OF_LINE, END_OF_BITMAP, DELTA = 0, 1, 2


def runs(data: bytes, width: int, height: int, *, four_bits: bool) -> tuple[bytes, int]:
    """A byte for each pixel, 0 where no run says anything, in the order of the file; and how many rows there are of it:
    all of them where it has its end."""
    pixels = bytearray(width * height)
    place = column = row = 0
    while row < height and place + 2 <= len(data):
        count, what = data[place], data[place + 1]
        place += 2
        if count:
            run = bytes((what >> 4, what & 15) * ((count + 1) // 2))[:count] if four_bits else bytes((what,)) * count
        elif what == END_OF_LINE:
            column, row = 0, row + 1
            continue
        elif what == END_OF_BITMAP:
            return bytes(pixels), height
        elif what == DELTA:
            if place + 2 > len(data):
                break
            column, row = column + data[place], row + data[place + 1]
            place += 2
            continue
        else:
            size = (what + 1) // 2 if four_bits else what
            stored = data[place : place + size]
            run = bytes(half for each in stored for half in (each >> 4, each & 15))[:what] if four_bits else stored
            place += size + size % 2
        run = run[: max(0, width - column)]
        start = row * width + column
        pixels[start : start + len(run)] = run
        column += len(run)
    # The last one is often not ended, when all of it is there.
    return bytes(pixels), min(height, row + (column >= width))
