"""The pictures as texts for Graphviz' dot: one of the house, one of each floor.

Every box has a size of its own, and every line of text begins where its box does, so that a picture does not depend
on the fonts of the machine that draws it. Lengths are points; a picture is some 750 of them wide at most, which is
what a page of GitHub shows.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from bin.house import Arrow, Floor, House, Room, reduced

# Of each floor: the ground it is drawn on, and the line around it.
COLOURS = {"api": ("#e3edf9", "#3d6fa8"), "workers": ("#fbe9dd", "#b5622b"), "catalog": ("#e6f2e4", "#4a8544")}
COLOURS |= {"cache": ("#f0e8f6", "#7b559b")}
PLAIN = ("#eeeeec", "#75756f")
INK, FAINT = "#24292f", "#5f6771"

TITLE, NAME, TEXT = 14, 11, 9  # sizes of type: a floor's name, a room's, and the rest. Whole ones: dot knows no others
LINE = 1.2  # the height of a line, in sizes of its type
LETTER = 0.52  # the width of a letter, in sizes of its type: a little more than Helvetica needs
MARGIN, GAP = 7, 8  # around the words of a room, and between rooms
ROOM, NARROW = 144, 112  # the width of a room, and of one in the picture of its floor
COUNT = 12  # and, of it, that of how many modules it has
COLUMNS = {"darkroom": 2, "api": 4, "workers": 3, "catalog": 3}  # rooms side by side
GROUND = "ground"  # the lowest storey is one band, of this width
GROUND_WIDTH = 650

PLAIN_TABLE = 'BORDER="0" CELLSPACING="0"'

HEAD = f"""digraph darkroom {{
  graph [fontname="Helvetica,Arial,sans-serif", fontsize={TEXT}, fontcolor="{FAINT}", bgcolor="white", pad=0.15]
  node [shape=plain, fontname="Helvetica,Arial,sans-serif", fontsize={TEXT}, fontcolor="{INK}"]
  edge [color="{FAINT}", arrowsize=0.6, penwidth=1.1]
"""


def house_as_dot(house: House) -> str:
    """All floors, one above the other, each with its packages and the names of its modules."""
    caption = _caption("An arrow says: imports. A number says how many modules there are.")
    text = HEAD + f'  graph [ranksep=0.32, nodesep=0.12, tooltip="The house", {caption}]\n'
    *above, lowest = house.storeys
    ground = {floor.name for floor in lowest}
    for storey in above:
        text += "".join(_node(floor.name, _band(floor) if floor.is_package else _roof(floor)) for floor in storey)
        if len(storey) > 1:
            text += "  {rank=same; edge [style=invis]; " + " -> ".join(floor.name for floor in storey) + "}\n"
    # What is one module has its place by the order of the storeys, wherever its arrow goes.
    text += "".join(f'  "{a[0].name}" -> "{b[0].name}" [style=invis]\n' for a, b in pairwise(above))
    text += _node(GROUND, _ground(lowest))
    arrows = {(a, GROUND if b in ground else b) for a, b in house.between_floors() if a not in ground}
    # That all stand on the ground, and the highest knows them all, goes without saying: the lowest show the one.
    top, next_ = ({floor.name for floor in storey} for storey in above[:2])
    shown = {(a, b) for a, b in arrows if b != GROUND} | {(a, b) for a, b in reduced(arrows) if b == GROUND}
    shown = {(a, b) for a, b in shown if a not in top or b in next_}
    return text + _edges(shown) + "}\n"


def floor_as_dot(house: House, floor: Floor) -> str:
    """The rooms of one floor, whoever imports above what is imported."""
    within = house.within(floor.name)
    shown = reduced(within)
    ground, line = _colours(floor)
    words = "An arrow says: imports; ↓ names the floors below that a room imports.\\n"
    words += "A number says how many modules there are."
    if left_out := len(within - shown):
        words += f" {left_out} arrows that follow from these are left out."
    text = HEAD + f'  graph [ranksep=0.3, nodesep=0.12, tooltip="{floor.name}/", {_caption(words)}]\n'
    for room in floor.rooms:
        fill = ground if room.is_package else "white"
        text += _node(room.name, _box(room, fill, line, width=NARROW, floors=True))
    return text + _edges(shown) + "}\n"


def _caption(words: str) -> str:
    return f'label="{words}", labelloc=b'


def _node(name: str, table: str) -> str:
    return f'  "{name}" [label=<{table}>]\n'


def _edges(arrows: Iterable[Arrow]) -> str:
    return "".join(f'  "{a}" -> "{b}"\n' for a, b in sorted(arrows))


def _colours(floor: Floor) -> tuple[str, str]:
    return COLOURS.get(floor.name, PLAIN)


def _band(floor: Floor) -> str:
    """A floor: its name and meaning, its packages as boxes, its modules by their names."""
    columns = COLUMNS.get(floor.name, 1)
    width = columns * (ROOM + GAP) - GAP
    fill, line = _colours(floor)
    title = _cell([_Line(f"{floor.name}/", TITLE, bold=True)], width)
    rows = [f"<TD>{_table([title, _cell(_wrapped(floor.meaning, width, 3), width)], PLAIN_TABLE)}</TD>"]
    packages = [room for room in floor.rooms if room.is_package]
    for start in range(0, len(packages), columns):
        rows.append(_side_by_side(packages[start : start + columns], line, columns))
    # A dot stays with the name before it.
    modules = "\N{NO-BREAK SPACE}· ".join(room.short for room in floor.rooms if not room.is_package)
    rows += [_cell(_wrapped(modules, width, 9), width)] if modules else []
    return _table(rows, f'BORDER="1" STYLE="ROUNDED" COLOR="{line}" BGCOLOR="{fill}" CELLSPACING="{GAP}"')


def _ground(floors: Sequence[Floor]) -> str:
    """The lowest band: its floors side by side."""
    fill, line = PLAIN
    width = (GROUND_WIDTH - GAP * (len(floors) - 1)) // len(floors)
    boxes = _side_by_side([_as_room(floor) for floor in floors], line, len(floors), width)
    return _table([boxes], f'BORDER="1" STYLE="ROUNDED" COLOR="{line}" BGCOLOR="{fill}" CELLSPACING="{GAP}"')


def _roof(floor: Floor) -> str:
    return _box(_as_room(floor), *PLAIN, width=2 * ROOM)


def _as_room(floor: Floor) -> Room:
    return Room(floor.name, floor.meaning, len(floor.rooms), floor.is_package)


def _side_by_side(rooms: Sequence[Room], line: str, columns: int, width: int = ROOM) -> str:
    """A cell with rooms of the same height, and nothing where there are fewer than columns."""
    height = max(_height(_body(room, width)) for room in rooms)
    boxes = [_box(room, "white", line, width=width, height=height) for room in rooms]
    cells = [f"<TD>{box}</TD>" for box in boxes] + [_space(width)] * (columns - len(boxes))
    return f"<TD>{_table([_space(GAP).join(cells)], PLAIN_TABLE)}</TD>"


def _space(width: int) -> str:
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="1"></TD>'


def _box(room: Room, fill: str, line: str, *, width: int = ROOM, height: int = 0, floors: bool = False) -> str:
    """A room: its name, how many modules it has, what it means and, with `floors`, which others it imports."""
    inner = width - 2 * MARGIN - 2
    name = _Line(room.short + "/" * room.is_package, NAME, bold=True)
    head = _cell([name], inner)
    if room.is_package:
        count = _Line(f"{room.modules:\N{FIGURE SPACE}>2}", TEXT, FAINT)
        head = _table([_cell([name], inner - COUNT) + _cell([count], COUNT)], PLAIN_TABLE)
        head = f"<TD>{head}</TD>"
    body = _body(room, width, floors=floors)
    words = _table([head, _cell(body, inner)], PLAIN_TABLE)
    size = f'CELLSPACING="{MARGIN}" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height or _height(body)}"'
    around = f'BORDER="1" STYLE="ROUNDED" COLOR="{line}" BGCOLOR="{fill}"'
    return _table([f'<TD VALIGN="TOP">{words}</TD>'], f"{around} {size}")


def _body(room: Room, width: int, *, floors: bool = False) -> list["_Line"]:
    """What stands below a room's name."""
    lines = _wrapped(room.meaning, width - 2 * MARGIN, 5)
    return [*lines, _Line(f"↓ {', '.join(room.below)}", TEXT, FAINT)] if floors and room.below else lines


def _height(body: Sequence["_Line"]) -> int:
    """Of a box with these lines below its name."""
    return _Line("", NAME).height + sum(line.height for line in body) + 2 * MARGIN + 2


@dataclass(frozen=True)
class _Line:
    text: str
    size: int = TEXT
    colour: str = INK
    bold: bool = False

    @property
    def height(self) -> int:
        return round(self.size * LINE)


def _wrapped(text: str, width: int, most: int) -> list[_Line]:
    lines = textwrap.wrap(text, int(width / TEXT / LETTER), max_lines=most, placeholder=" …")
    return [_Line(line) for line in lines]


def _cell(lines: Sequence[_Line], width: int) -> str:
    """A cell of exactly that width, and as high as its lines are."""
    words = ""
    for line in lines:
        text = f"<B>{escape(line.text)}</B>" if line.bold else escape(line.text)
        words += f'<FONT POINT-SIZE="{line.size}" COLOR="{line.colour}">{text}</FONT><BR ALIGN="LEFT"/>'
    size = f'FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{sum(line.height for line in lines)}"'
    return f'<TD ALIGN="LEFT" {size}>{words}</TD>'


def _table(rows: Iterable[str], attributes: str) -> str:
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<TABLE CELLBORDER="0" CELLPADDING="0" {attributes}>{body}</TABLE>'
