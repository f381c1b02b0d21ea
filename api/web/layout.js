// @ts-check
/** Where each photo of a list lies: sections of rows of square cells, in pixels from the top. No DOM. */

/** @typedef {{month: string | null, first: number, count: number}} Section a range of photos under one heading; null: none
 * @typedef {Section & {top: number, height: number, rows: number, row: number, aria: number, heading: number}} Placed `row`
 * is the number of its first row of photos in the whole list, `aria` the same with headings counted as rows
 * @typedef {{number: number, section: number, top: number, first: number, end: number, aria: number}} Row `top` is from the
 * top of its section, `first` to `end` are the indexes of its photos
 * @typedef {{width: number, gap: number, heading: number}} Measure in pixels; `heading` is the height of one */

const SMALLEST = 110;
const LARGEST = 220;
const FEWEST = 3;

/** The cell to aim at in a grid of that width: small on phones, large on large screens. @param {number} width */
export function target(width) {
  return Math.min(LARGEST, Math.max(SMALLEST, SMALLEST + (LARGEST - SMALLEST) * ((width - 360) / 1640)));
}

export class Layout {
  /** @param {readonly Section[]} sections in order @param {Measure} measure */
  constructor(sections, { width, gap, heading }) {
    this.gap = gap;
    this.columns = Math.max(FEWEST, Math.floor(width / target(width)));
    this.cell = (width - gap * (this.columns - 1)) / this.columns;
    this.step = this.cell + gap;
    let [top, row, aria] = [0, 0, 0];
    /** @type {Placed[]} */
    this.sections = sections.map((section) => {
      const high = section.month === null ? 0 : heading;
      const rows = Math.ceil(section.count / this.columns);
      const placed = { ...section, top, rows, row, aria: aria + (high ? 1 : 0), heading: high, height: high + rows * this.step };
      [top, row, aria] = [top + placed.height, row + rows, placed.aria + rows];
      return placed;
    });
    this.height = top;
    /** Rows as a screen reader counts them. */
    this.ariaRows = aria;
    this.rows = row;
    this.count = sections.reduce((sum, section) => sum + section.count, 0);
  }

  /** The number of the section that holds the last `key` not above `value`. @param {"top" | "row" | "first"} key
   * @param {number} value */
  sectionAt(key, value) {
    let [low, high] = [0, this.sections.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sections[middle][key] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The row of that number. @param {number} number @returns {Row} */
  row(number) {
    const index = this.sectionAt("row", number);
    const section = this.sections[index];
    const inside = number - section.row;
    const first = section.first + inside * this.columns;
    return {
      number, section: index, first, top: section.heading + inside * this.step, aria: section.aria + inside,
      end: Math.min(first + this.columns, section.first + section.count),
    };
  }

  /** The number of the row at that height; above all or below all: the first or the last one. @param {number} y */
  rowAt(y) {
    if (!this.rows) return 0;
    const section = this.sections[this.sectionAt("top", y)];
    const inside = Math.floor((y - section.top - section.heading) / this.step);
    return section.row + Math.min(Math.max(inside, 0), section.rows - 1);
  }

  /** The number of the row of a photo. @param {number} index */
  rowOf(index) {
    const section = this.sections[this.sectionAt("first", index)];
    return section.row + Math.floor((index - section.first) / this.columns);
  }

  /** The distance of a photo's row from the top. @param {number} index */
  topOf(index) {
    const row = this.row(this.rowOf(index));
    return this.sections[row.section].top + row.top;
  }

  /** Where a step by rows leads from a photo: to the same column, or the last photo of a shorter row.
   * @param {number} index @param {number} rows up to the end of the list, or its beginning, where that is nearer */
  moved(index, rows) {
    const from = this.row(this.rowOf(index));
    const to = this.row(Math.min(Math.max(from.number + rows, 0), this.rows - 1));
    return Math.min(to.first + index - from.first, to.end - 1);
  }
}
