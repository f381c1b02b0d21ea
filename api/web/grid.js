// @ts-check
/** The thumbnail view: of any number of photos, only the rows around what is seen are elements. */

import { fillCell, heading, makeRow, mark, paint } from "./cells.js";
import { h, on } from "./dom.js";
import { Layout } from "./layout.js";
import { t } from "./strings.js";
import { Tiles } from "./tiles.js";
import { listen } from "./hands.js";

const MOST_CELLS = 400; // elements of photos; the nodes of a page are about four times as many
const FAST = 2.5; // screens a second; whoever scrolls faster looks for a place, not at photos
const PAUSE = 120; // ms without scrolling after which he looks
const SQUARES = [160, 256, 512]; // where the server names no tiles

/** @typedef {import("./layout.js").Row} Row
 * @typedef {{index: number, offset: number}} Anchor the photo at the top, and how many pixels of its row are above the edge
 * @typedef {{source: import("./source.js").Source, selection: import("./selection.js").Selection | null,
 *   href: (index: number) => string, open: (index: number) => void, moved: () => void, sizes: () => number[]}} Wiring `moved` is
 * called after each change of what is seen; `sizes` are the tiles' sides in pixels, the smallest first */

export class Grid {
  /** @type {Map<number, HTMLElement>} rows by number */
  #rows = new Map();
  /** @type {Map<number, HTMLElement>} sections by number */
  #sections = new Map();
  /** @type {HTMLElement[]} rows to fill again */
  #spare = [];
  /** @type {Map<string, HTMLElement>} cells by the address of their tile */
  #cells = new Map();
  /** @type {(() => void)[]} */
  #ends = [];
  #frame = 0;
  #timer = 0;
  #last = { y: 0, time: 0, way: 1 };

  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.wiring = wiring;
    this.source = wiring.source;
    this.selection = wiring.selection;
    this.active = 0;
    this.tiles = new Tiles((url, tile) => this.#came(url, tile));
    this.element = h("div", { role: "grid", class: "grid", "aria-label": t("grid"), "aria-multiselectable": this.selection ? true : null });
    this.layout = new Layout([], { width: 1000, gap: 0, heading: 0 });
    const resize = new ResizeObserver(() => this.#resize());
    resize.observe(this.element);
    this.#ends = [
      () => resize.disconnect(),
      on(window, "scroll", () => this.#soon(), { passive: true }),
      on(window, "resize", () => this.#soon()),
      on(this.source, "change", () => this.arrange(true)),
      ...(this.selection ? [on(this.selection, "change", () => this.#mark())] : []),
      ...listen(this),
    ];
  }

  /** Takes it out of the page, with all that it has asked for. */
  close() {
    for (const end of this.#ends) end();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.tiles.close();
    this.element.remove();
  }

  /** The height of the page above the grid, and of what lies over its upper edge. */
  get top() {
    return this.element.getBoundingClientRect().top + scrollY;
  }

  get edge() {
    return parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head")) || 0;
  }

  /** What is at the top, to come back to. @returns {Anchor} */
  anchor() {
    const y = scrollY + this.edge - this.top;
    if (y <= 0 || !this.layout.rows) return { index: 0, offset: Math.min(y, 0) };
    const row = this.layout.row(this.layout.rowAt(y));
    return { index: row.first, offset: y - this.layout.topOf(row.first) };
  }

  /** Scrolls so that the anchor is where it was. @param {Anchor} anchor */
  restore({ index, offset }) {
    if (!this.source.count) return;
    const top = this.layout.topOf(Math.min(index, this.source.count - 1));
    scrollTo(0, index === 0 && offset <= 0 ? offset + this.top - this.edge : top + Math.min(offset, this.layout.step) + this.top - this.edge);
    this.render();
  }

  #resize() {
    if (this.element.clientWidth !== this.layout.width) this.arrange();
  }

  /** Lays all out anew, for another width or another list; the photo at the top stays there.
   * @param {boolean} [anew] whether the list is another one */
  arrange(anew = false) {
    const width = this.element.clientWidth;
    if (!width) return;
    const style = getComputedStyle(this.element);
    const anchor = this.#last.time ? this.anchor() : null;
    const focused = this.element.contains(document.activeElement);
    const before = this.layout;
    const measure = { gap: parseFloat(style.rowGap) || 0, heading: parseFloat(style.getPropertyValue("--heading")) || 0 };
    this.layout = new Layout(this.source.sections, { width, ...measure });
    const { columns, cell, height, ariaRows } = this.layout;
    if (anew) this.active = Math.min(this.active, Math.max(this.source.count - 1, 0));
    this.#empty(columns !== before.columns);
    this.element.style.height = `${height}px`;
    this.element.style.setProperty("--cell", `${cell}px`);
    this.element.style.setProperty("--columns", String(columns));
    this.element.ariaRowCount = String(ariaRows);
    this.element.ariaColCount = String(columns);
    if (anchor) this.restore(anchor);
    else this.render();
    if (focused) this.focus(this.active);
  }

  #empty(/** @type {boolean} */ other) {
    this.#spare = other ? [] : [...this.#spare, ...this.#rows.values()];
    this.#rows.clear();
    this.#sections.clear();
    this.#cells.clear();
    this.element.replaceChildren();
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.render();
    });
  }

  /** Makes elements of the rows that are near, and lets the others go. `keep`: the photo that has the focus stays so. */
  render(keep = this.element.contains(document.activeElement)) {
    if (!this.element.isConnected || !this.layout.rows) return;
    const { layout } = this;
    const top = scrollY - this.top;
    const screen = Math.ceil(innerHeight / layout.step) + 1;
    const spare = Math.max(1, Math.min(screen / 2, (MOST_CELLS / layout.columns - screen) / 2));
    const over = spare * layout.step;
    const from = layout.rowAt(top - over);
    const to = layout.rowAt(top + innerHeight + over);
    if (!keep) this.activate(this.anchor().index);
    const wanted = new Set(Array.from({ length: to - from + 1 }, (_, n) => from + n));
    wanted.add(layout.rowOf(this.active)); // so that the focus, or the way in for it, is never lost
    this.#reconcile([...wanted].sort((a, b) => a - b));
    this.#look(top, from, to);
    this.wiring.moved();
  }

  #reconcile(/** @type {number[]} */ numbers) {
    const rows = numbers.map((number) => this.layout.row(number));
    const wanted = new Set(numbers);
    const sections = new Set(rows.map((row) => row.section));
    for (const [number, element] of this.#rows) {
      if (wanted.has(number)) continue;
      this.#rows.delete(number);
      this.#forget(element);
      element.remove();
      this.#spare.push(element);
    }
    for (const [number, element] of this.#sections) {
      if (sections.has(number)) continue;
      this.#sections.delete(number);
      element.remove();
    }
    this.#place(this.element, [...sections].map((number) => this.#section(number)), null);
    for (const number of sections) {
      const section = this.#section(number);
      const inside = rows.filter((row) => row.section === number).map((row) => this.#row(row));
      this.#place(section, inside, section.querySelector(".heading"));
    }
    this.#spare.length = Math.min(this.#spare.length, 20);
  }

  /** Puts the elements in that order without moving those that are there: one that moves would lose the focus.
   * @param {HTMLElement} parent @param {HTMLElement[]} elements @param {Element | null} after */
  #place(parent, elements, after) {
    for (const element of elements) {
      const next = after ? after.nextElementSibling : parent.firstElementChild;
      if (next !== element) parent.insertBefore(element, next);
      after = element;
    }
  }

  #section(/** @type {number} */ number) {
    const known = this.#sections.get(number);
    if (known) return known;
    const { month, top, height, aria } = this.layout.sections[number];
    const head = month === null ? null : heading(month, this.layout.columns, aria);
    const element = h("div", { role: "rowgroup", class: "section" }, head);
    element.style.top = `${top}px`;
    element.style.height = `${height}px`;
    this.#sections.set(number, element);
    return element;
  }

  #row(/** @type {Row} */ row) {
    const known = this.#rows.get(row.number);
    if (known) return known;
    const element = this.#spare.pop() ?? makeRow(this.layout.columns, this.selection !== null);
    element.ariaRowIndex = String(row.aria + 1);
    element.style.top = `${row.top}px`;
    this.#rows.set(row.number, element);
    [...element.children].forEach((cell, column) => {
      cell.hidden = row.first + column >= row.end;
      if (!cell.hidden) this.#fill(cell, row.first + column, column);
    });
    return element;
  }

  #fill(/** @type {any} */ cell, /** @type {number} */ index, /** @type {number} */ column) {
    const photo = this.source.peek(index);
    const url = photo?.gone ? "" : this.source.tileUrl(index, this.#pixels());
    const selected = this.selection ? this.selection.has(index) : null;
    fillCell(cell, { index, photo, column, selected, href: this.wiring.href(index) });
    cell.firstElementChild.tabIndex = index === this.active ? 0 : -1;
    cell.known = photo !== undefined;
    cell.url = url;
    if (!url) return;
    this.#cells.set(url, cell);
    const tile = this.tiles.get(url);
    if (tile) paint(cell, tile, false);
  }

  #forget(/** @type {HTMLElement} */ row) {
    for (const cell of /** @type {Iterable<any>} */ (row.children)) {
      if (this.#cells.get(cell.url) === cell) this.#cells.delete(cell.url);
      cell.url = "";
    }
  }

  /** The side of the tiles to ask for: the smallest that fills a cell on this screen. */
  #pixels() {
    const sizes = this.wiring.sizes();
    const known = sizes.length ? sizes : SQUARES;
    return known.find((side) => side >= this.layout.cell * devicePixelRatio) ?? known[known.length - 1];
  }

  #came(/** @type {string} */ url, /** @type {import("./tiles.js").Tile} */ tile) {
    const cell = this.#cells.get(url);
    if (cell) paint(cell, tile, true);
  }

  /** Asks for what is seen, unless it rushes by. */
  #look(/** @type {number} */ top, /** @type {number} */ from, /** @type {number} */ to) {
    const now = performance.now();
    const gone = Math.abs(scrollY - this.#last.y);
    const fast = gone / innerHeight > FAST * Math.max(now - this.#last.time, 16) / 1000;
    const way = gone ? Math.sign(scrollY - this.#last.y) : this.#last.way;
    const first = !this.#last.time;
    this.#last = { y: scrollY, time: now, way };
    clearTimeout(this.#timer);
    if (!fast || first) this.#ask(top, from, to, way);
    else {
      this.tiles.want(this.#urls(top, from, to).seen, 0);
      this.#timer = setTimeout(() => this.render(), PAUSE);
    }
  }

  #urls(/** @type {number} */ top, /** @type {number} */ from, /** @type {number} */ to) {
    const middle = top + innerHeight / 2;
    const near = (/** @type {number} */ row) => Math.abs(this.layout.topOf(this.layout.row(row).first) + this.layout.cell / 2 - middle);
    const rows = Array.from({ length: to - from + 1 }, (_, n) => from + n).sort((a, b) => near(a) - near(b));
    const urls = (/** @type {boolean} */ inside) => rows
      .filter((row) => (near(row) < (innerHeight + this.layout.cell) / 2) === inside)
      .flatMap((row) => this.#addresses(row));
    return { seen: urls(true), near: urls(false) };
  }

  #addresses(/** @type {number} */ number) {
    const row = this.layout.row(number);
    return Array.from({ length: row.end - row.first }, (_, n) => row.first + n)
      .filter((index) => !this.source.peek(index)?.gone)
      .map((index) => this.source.tileUrl(index, this.#pixels()))
      .filter(Boolean);
  }

  async #ask(/** @type {number} */ top, /** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ way) {
    const { seen, near } = this.#urls(top, from, to);
    const rows = Math.ceil(innerHeight / this.layout.step);
    const ahead = Array.from({ length: rows }, (_, n) => (way > 0 ? to + 1 + n : from - 1 - n))
      .filter((row) => row >= 0 && row < this.layout.rows);
    this.tiles.want([...seen, ...near, ...ahead.flatMap((row) => this.#addresses(row))], seen.length);
    const all = [from, to, ...ahead].map((row) => this.layout.row(row));
    const first = Math.min(...all.map((row) => row.first));
    const end = Math.max(...all.map((row) => row.end));
    if (![...Array(end - first).keys()].some((n) => !this.source.peek(first + n))) return;
    const { layout } = this;
    await this.source.range(first, end - first).catch(() => (this.#timer = setTimeout(() => this.render(), 3000)));
    if (layout === this.layout) this.#learn();
  }

  /** Fills the cells whose photos have become known, and asks for their tiles. */
  #learn() {
    for (const row of this.#rows.values()) {
      [...row.children].forEach((/** @type {any} */ cell, column) => {
        if (!cell.hidden && !cell.known && this.source.peek(Number(cell.dataset.index))) this.#fill(cell, Number(cell.dataset.index), column);
      });
    }
    this.render();
  }

  #mark() {
    for (const cell of this.cells()) mark(cell, this.selection?.has(Number(cell.dataset.index)) ?? null);
    this.element.classList.toggle("selecting", Boolean(this.selection?.count));
  }

  /** The cells that are elements now. */
  *cells() {
    for (const row of this.#rows.values()) for (const cell of /** @type {Iterable<any>} */ (row.children)) if (!cell.hidden) yield cell;
  }

  /** @param {number} index @returns {HTMLElement | undefined} */
  cell(index) {
    return [...this.cells()].find((cell) => cell.dataset.index === String(index));
  }

  activate(/** @type {number} */ index) {
    if (index === this.active) return;
    const [old, now] = [this.cell(this.active), this.cell(index)];
    this.active = index;
    if (old) /** @type {HTMLElement} */ (old.firstElementChild).tabIndex = -1;
    if (now) /** @type {HTMLElement} */ (now.firstElementChild).tabIndex = 0;
  }

  /** The tile of a photo, where it is there. @param {number} index */
  tileOf(index) {
    return this.tiles.get(this.source.tileUrl(index, this.#pixels()));
  }

  /** Scrolls as little as it takes to see a photo whole. @param {number} index */
  reveal(index) {
    const y = this.layout.topOf(index) + this.top;
    const above = y - this.edge - this.layout.sections[this.layout.sectionAt("first", index)].heading;
    const below = y + this.layout.cell - innerHeight + 12;
    if (scrollY > above) scrollTo(0, above);
    else if (scrollY < below) scrollTo(0, below);
  }

  /** Gives the focus to a photo, and shows it. @param {number} index */
  focus(index) {
    if (!this.source.count) return;
    this.activate(Math.min(Math.max(index, 0), this.source.count - 1));
    this.reveal(this.active);
    this.render(true);
    const link = /** @type {HTMLElement | undefined} */ (this.cell(this.active)?.firstElementChild);
    link?.focus({ preventScroll: true });
  }
}
