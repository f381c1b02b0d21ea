/** Where each photo of a list lies: bands of rows of square cells, in pixels from the top. No DOM. */

const SMALLEST = 110;
const LARGEST = 220;
const FEWEST = 3;
const LEAST = 88; // twice what a finger needs: beside its circle, a photo is there to be opened

/** The side of a cell to aim at in a grid of that width: small on phones, large on large screens. */
export function target(width) {
  return Math.min(LARGEST, Math.max(SMALLEST, SMALLEST + (LARGEST - SMALLEST) * ((width - 360) / 1640)));
}

/** Sections, each a range of photos `{month, first, count}` under a heading (month null: under none), in bands: those
 * that fill less than a row stand side by side as far as they fit. */
function inBands(sections, columns) {
  const bands = [];
  for (const section of sections) {
    const last = bands.at(-1);
    const fits = last && last.count + section.count <= columns;
    if (fits) last.heads.push({ ...section, column: last.count });
    if (fits) last.count += section.count;
    else bands.push({ first: section.first, count: section.count, heads: [{ ...section, column: 0 }] });
  }
  return bands;
}

/** How many columns there are in that width: one more than the aim says, where a smaller tile fills the cells then. */
function inColumns(width, gap, tiles) {
  const columns = Math.max(FEWEST, Math.floor(width / target(width)));
  const cell = (columns) => (width - gap * (columns - 1)) / columns;
  const smaller = tiles.some((side) => side < cell(columns) && side >= cell(columns + 1));
  return smaller && cell(columns + 1) >= LEAST ? columns + 1 : columns;
}

export class Layout {
  /** `width`, `gap` and `heading`, the height of one, are in pixels, as are the sides of the `tiles` that there are. */
  constructor(sections, { width, gap, heading, tiles = [] }) {
    this.width = width;
    this.columns = inColumns(width, gap, tiles);
    this.cell = (width - gap * (this.columns - 1)) / this.columns;
    this.step = this.cell + gap;
    let [top, row, aria] = [0, 0, 0]; // a screen reader counts headings as rows
    this.bands = inBands(sections, this.columns).map((band) => {
      const high = band.heads[0].month === null ? 0 : heading;
      const rows = Math.ceil(band.count / this.columns);
      const height = high + rows * this.step;
      const placed = { ...band, top, row, rows, aria: aria + (high ? 1 : 0), heading: high, height };
      [top, row, aria] = [top + placed.height, row + rows, placed.aria + rows];
      return placed;
    });
    this.months = this.bands.flatMap((band) => band.heads.map((head) => ({ ...head, top: band.top })));
    [this.height, this.rows, this.ariaRows] = [top, row, aria];
  }

  /** The number of the last band, or of `list`, whose `key` (top, row, first) is not above the value. */
  at(key, value, list = this.bands) {
    let [low, high] = [0, list.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle][key] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The row of that number: its band's number, the indexes of its photos from `first` to before `end`, its `top` in
   * its band. */
  row(number) {
    const at = this.at("row", number);
    const band = this.bands[at];
    const inside = number - band.row;
    const first = band.first + inside * this.columns;
    const end = Math.min(first + this.columns, band.first + band.count);
    return { number, band: at, first, end, top: band.heading + inside * this.step, aria: band.aria + inside };
  }

  /** The number of the row at that height; above all or below all: the first or the last one. */
  rowAt(y) {
    const band = this.bands[this.at("top", y)];
    const inside = Math.floor((y - band.top - band.heading) / this.step);
    return band.row + Math.min(Math.max(inside, 0), band.rows - 1);
  }

  /** The number of a photo's row. */
  rowOf(index) {
    const band = this.bands[this.at("first", index)];
    return band.row + Math.floor((index - band.first) / this.columns);
  }

  /** How far a row is from the top. */
  topOf(number) {
    const row = this.row(number);
    return this.bands[row.band].top + row.top;
  }

  /** The photo so many rows on from a photo: in the same column, or the last one of a shorter row. */
  moved(index, rows) {
    const from = this.row(this.rowOf(index));
    const to = this.row(Math.min(Math.max(from.number + rows, 0), this.rows - 1));
    return Math.min(to.first + index - from.first, to.end - 1);
  }
}
