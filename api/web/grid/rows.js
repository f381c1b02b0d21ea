/** The rows of the grid that are elements: those near the screen, filled again as it moves on. */

import { h } from "../components/dom.js";
import { fill, headings, makeRow, paint } from "./cells.js";
import { Tiles } from "./tiles.js";

const SQUARES = [160, 256, 512]; // where the server names no tiles
const SPARE = 20; // rows that are kept to be filled again
const CALM = 1000; // ms: what comes sooner is there at once; to fade in takes the time in which it could be there

export class Rows {
  #rows = new Map(); // elements by the row's number
  #bands = new Map();
  #spare = [];
  #cells = new Map(); // by the address of their tile

  /** `list` and `selection` (null: nothing can be selected) are those of the grid; `sizes` are the sides of the tiles
   * that there are, the smallest first; `href(index)` gives where a photo's link leads. */
  constructor(element, { list, selection, sizes, href }) {
    Object.assign(this, { element, list, selection, href, active: 0 });
    this.sizes = sizes.length ? sizes : SQUARES;
    const calm = performance.now() + CALM;
    this.tiles = new Tiles((url, tile) => {
      const cell = this.#cells.get(url);
      if (cell) paint(cell, tile, performance.now() > calm);
    });
  }

  /** Begins anew with another layout. */
  arrange(layout) {
    this.#spare = layout.columns === this.layout?.columns ? [...this.#spare, ...this.#rows.values()] : [];
    this.layout = layout;
    for (const map of [this.#rows, this.#bands, this.#cells]) map.clear();
    this.element.replaceChildren();
  }

  /** Has elements for the rows of these numbers, in order, and for no others. */
  show(numbers) {
    const rows = numbers.map((number) => this.layout.row(number));
    const wanted = { rows: new Set(numbers), bands: new Set(rows.map((row) => row.band)) };
    for (const [number, element] of this.#rows) {
      if (wanted.rows.has(number)) continue;
      this.#rows.delete(number);
      for (const cell of element.children) if (this.#cells.get(cell.url) === cell) this.#cells.delete(cell.url);
      element.remove();
      this.#spare.push(element);
    }
    for (const [number, element] of this.#bands) {
      if (wanted.bands.has(number)) continue;
      this.#bands.delete(number);
      element.remove();
    }
    place(this.element, [...wanted.bands].map((number) => this.#band(number)), null);
    for (const number of wanted.bands) {
      const band = this.#band(number);
      const inside = rows.filter((row) => row.band === number).map((row) => this.#row(row));
      place(band, inside, band.querySelector(".headings"));
    }
    this.#spare.length = Math.min(this.#spare.length, SPARE);
  }

  #band(number) {
    const known = this.#bands.get(number);
    if (known) return known;
    const band = this.layout.bands[number];
    const head = band.heading > 0 && headings(band, this.layout.columns);
    const element = h("div", { role: "rowgroup", class: "band" }, head);
    element.style.top = `${band.top}px`;
    element.style.height = `${band.height}px`;
    this.#bands.set(number, element);
    return element;
  }

  #row(row) {
    const known = this.#rows.get(row.number);
    if (known) return known;
    const element = this.#spare.pop() ?? makeRow(this.layout.columns, this.selection !== null);
    element.ariaRowIndex = row.aria + 1;
    element.style.top = `${row.top}px`;
    this.#rows.set(row.number, element);
    [...element.children].forEach((cell, column) => {
      cell.hidden = row.first + column >= row.end;
      cell.ariaColIndex = column + 1;
      if (!cell.hidden) this.#fill(cell, row.first + column);
    });
    return element;
  }

  #fill(cell, index) {
    const photo = this.list.peek(index);
    fill(cell, index, photo, this.href(index));
    if (this.selection) cell.ariaSelected = this.selection.has(index);
    cell.firstElementChild.tabIndex = index === this.active ? 0 : -1;
    cell.known = photo !== undefined;
    cell.url = this.url(index);
    if (!cell.url) return;
    this.#cells.set(cell.url, cell);
    const tile = this.tiles.get(cell.url);
    if (tile) paint(cell, tile, false);
  }

  /** The cells that are elements now. */
  *cells() {
    for (const row of this.#rows.values()) for (const cell of row.children) if (!cell.hidden) yield cell;
  }

  /** The cell of a photo; undefined where it is not an element now. */
  cell(index) {
    return [...this.cells()].find((cell) => cell.dataset.index === String(index));
  }

  /** The address of a photo's tile: the smallest that fills a cell on this screen; "" where there is none yet. */
  url(index) {
    if (this.list.peek(index)?.gone) return "";
    const fills = (side) => side >= this.layout.cell * devicePixelRatio;
    return this.list.tileUrl(index, this.sizes.find(fills) ?? this.sizes.at(-1));
  }

  /** Those of a row. */
  urls(number) {
    const { first, end } = this.layout.row(number);
    return Array.from({ length: end - first }, (_, at) => this.url(first + at)).filter(Boolean);
  }

  /** Fills the cells of which the photo has become known, or another picture. */
  learn() {
    for (const cell of this.cells()) {
      const index = Number(cell.dataset.index);
      if (cell.known && cell.url === this.url(index)) continue;
      if (this.#cells.get(cell.url) === cell) this.#cells.delete(cell.url);
      this.#fill(cell, index);
    }
  }

  /** Shows what is selected. */
  mark() {
    for (const cell of this.cells()) cell.ariaSelected = this.selection.has(Number(cell.dataset.index));
    this.element.classList.toggle("selecting", this.selection.count > 0);
  }

  /** Makes a photo the one by which the focus comes in. */
  activate(index) {
    const [old, now] = [this.cell(this.active), this.cell(index)];
    this.active = index;
    if (old) old.firstElementChild.tabIndex = -1;
    if (now) now.firstElementChild.tabIndex = 0;
  }
}

/** Puts elements in order behind one, without moving those that are there: one that moves would lose the focus. */
function place(parent, elements, after) {
  for (const element of elements) {
    const next = after ? after.nextElementSibling : parent.firstElementChild;
    if (next !== element) parent.insertBefore(element, next);
    after = element;
  }
}
