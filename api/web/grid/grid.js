/** The thumbnail view: of any number of photos, only the rows around what is seen are elements. */

import { h, on } from "../components/dom.js";
import { t } from "../i18n/strings.js";
import { listen } from "./handlers.js";
import { Layout } from "./layout.js";
import { Rows } from "./rows.js";

const MOST_CELLS = 400; // elements of photos; the nodes of a page are about four times as many
const FAST = 2.5; // screens a second; whoever scrolls faster looks for a place, not at photos
const PAUSE = 120; // ms without scrolling after which he looks
const AGAIN = 3000; // ms until photos are asked about again that could not be

export class Grid {
  #ends;
  #frame = 0;
  #timer = 0;
  #last = { y: 0, time: 0, way: 1 };

  /** `wiring` is as for `Rows`, with `open(index)`, and with `moved()`, which is told of each change of what is seen. */
  constructor(wiring) {
    Object.assign(this, { wiring, list: wiring.list, selection: wiring.selection });
    const several = this.selection ? true : null;
    this.element = h("div", { role: "grid", class: "grid", "aria-label": t("grid"), "aria-multiselectable": several });
    this.rows = new Rows(this.element, wiring);
    const resize = new ResizeObserver(() => this.element.clientWidth !== this.layout?.width && this.arrange());
    resize.observe(this.element);
    const soon = () => (this.#frame ||= requestAnimationFrame(() => ((this.#frame = 0), this.render())));
    this.#ends = [
      () => resize.disconnect(),
      on(window, "scroll", soon, { passive: true }),
      on(window, "resize", soon),
      on(this.list, "change", () => this.arrange()),
      on(this.list, "edited", () => (this.rows.learn(), this.render())),
      ...(this.selection ? [on(this.selection, "change", () => this.rows.mark())] : []),
      ...listen(this),
    ];
  }

  /** Takes it out of the page, with all that it has asked for. */
  close() {
    for (const end of this.#ends) end();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.rows.tiles.close();
    this.element.remove();
  }

  get active() {
    return this.rows.active;
  }

  /** How far the grid's top is from the page's, and how much the head of the page covers. */
  get top() {
    return this.element.getBoundingClientRect().top + scrollY;
  }

  get edge() {
    return parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head"));
  }

  /** Scrolls to that height of the grid. */
  scroll(y) {
    scrollTo(0, y + this.top - this.edge);
  }

  /** The photo at the top, and how many pixels of its row are above the edge: to come back to. Of the first row it is
   * the pixels of the grid: above it lies more than photos. */
  anchor() {
    const y = scrollY + this.edge - this.top;
    if (!this.layout?.rows) return { index: 0, offset: 0 };
    const number = this.layout.rowAt(y);
    return { index: this.layout.row(number).first, offset: number ? y - this.layout.topOf(number) : y };
  }

  /** Scrolls so that an anchor is where it was. */
  restore({ index, offset }, keep = false) {
    if (!this.layout?.rows) return;
    const top = this.layout.topOf(this.layout.rowOf(Math.min(index, this.list.count - 1)));
    this.scroll(index ? top + Math.min(offset, this.layout.step) : offset);
    this.render(keep);
  }

  /** Lays all out anew, for another width or another list; the photo at the top stays there. */
  arrange() {
    const { clientWidth: width, style } = this.element;
    if (!width) return;
    const given = getComputedStyle(this.element);
    const anchor = this.#last.time ? this.anchor() : null;
    const focused = this.element.contains(document.activeElement);
    const [gap, heading] = [given.rowGap, given.getPropertyValue("--heading")].map(parseFloat);
    const tiles = this.rows.sizes.map((side) => side / devicePixelRatio);
    this.layout = new Layout(this.list.sections, { width, gap, heading, tiles });
    this.rows.arrange(this.layout);
    this.rows.active = Math.min(this.active, Math.max(this.list.count - 1, 0));
    style.height = `${this.layout.height}px`;
    style.setProperty("--cell", `${this.layout.cell}px`);
    this.element.ariaRowCount = this.layout.ariaRows;
    this.element.ariaColCount = this.layout.columns;
    if (anchor) this.restore(anchor, focused);
    else this.render(focused);
    if (focused) this.focus(this.active);
  }

  /** Has elements for the rows that are near. `keep`: the photo that has the focus stays so, and stays an element. */
  render(keep = this.element.contains(document.activeElement)) {
    const { layout } = this;
    if (!this.element.isConnected || !layout?.rows) return;
    const top = scrollY - this.top;
    const screen = Math.ceil(innerHeight / layout.step) + 1;
    const spare = Math.max(1, Math.min(screen / 2, (MOST_CELLS / layout.columns - screen) / 2)) * layout.step;
    const [from, to] = [layout.rowAt(top - spare), layout.rowAt(top + innerHeight + spare)];
    if (!keep) this.activate(this.anchor().index);
    const near = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const pinned = layout.rowOf(this.active);
    this.rows.show(near.includes(pinned) ? near : [...near, pinned].sort((a, b) => a - b));
    this.#look(top, near);
    this.wiring.moved();
  }

  /** Asks for what is seen, and for what soon will be; while all rushes by, goes on only with what was asked for. */
  #look(top, near) {
    const before = this.#last;
    const [gone, now] = [scrollY - before.y, performance.now()];
    const fast = before.time && Math.abs(gone) / innerHeight > (FAST * Math.max(now - before.time, 16)) / 1000;
    this.#last = { y: scrollY, time: now, way: Math.sign(gone) || before.way };
    clearTimeout(this.#timer);
    const middle = top + innerHeight / 2;
    const away = new Map(near.map((row) => [row, Math.abs(this.layout.topOf(row) + this.layout.cell / 2 - middle)]));
    const sorted = [...near].sort((a, b) => away.get(a) - away.get(b));
    const urls = (rows) => rows.flatMap((row) => this.rows.urls(row));
    const seen = urls(sorted.filter((row) => away.get(row) < (innerHeight + this.layout.cell) / 2));
    if (fast) {
      this.rows.tiles.stay(seen);
      this.#timer = setTimeout(() => this.render(), PAUSE);
      return;
    }
    const ahead = this.#ahead(near);
    this.rows.tiles.want([...new Set([...seen, ...urls(sorted), ...urls(ahead)])], seen.length);
    this.#learn([...near, ...ahead]);
  }

  /** The rows of the next screen, the way that one scrolls. */
  #ahead(near) {
    const { way } = this.#last;
    const count = Math.ceil(innerHeight / this.layout.step);
    return Array.from({ length: count }, (_, at) => (way > 0 ? near.at(-1) + 1 + at : near[0] - 1 - at))
      .filter((row) => row >= 0 && row < this.layout.rows);
  }

  /** Gets to know the photos of these rows, where they are unknown, and shows them then. */
  async #learn(numbers) {
    const { layout } = this;
    const rows = numbers.map((number) => layout.row(number));
    const [first, end] = [Math.min(...rows.map((row) => row.first)), Math.max(...rows.map((row) => row.end))];
    if (!rows.some((row) => !this.list.peek(row.first) || !this.list.peek(row.end - 1))) return;
    try {
      await this.list.range(first, end - first);
    } catch {
      this.#timer = setTimeout(() => this.render(), AGAIN);
      return;
    }
    if (layout !== this.layout) return;
    this.rows.learn();
    this.render();
  }

  /** Makes a photo the one by which the focus comes in. */
  activate(index) {
    if (index !== this.active) this.rows.activate(index);
  }

  /** Scrolls as little as it takes to see a photo whole. */
  reveal(index) {
    const number = this.layout.rowOf(index);
    const y = this.layout.topOf(number) + this.top;
    const above = y - this.edge - this.layout.bands[this.layout.row(number).band].heading;
    const below = y + this.layout.cell - innerHeight + 12;
    if (scrollY > above) scrollTo(0, above);
    else if (scrollY < below) scrollTo(0, below);
  }

  /** Gives the focus to a photo, and shows it. */
  focus(index) {
    if (!this.layout?.rows) return;
    this.activate(Math.min(Math.max(index, 0), this.list.count - 1));
    this.reveal(this.active);
    this.render(true);
    this.rows.cell(this.active)?.firstElementChild.focus({ preventScroll: true });
  }

  /** The tile of a photo, where it is there. */
  tile(index) {
    return this.rows.tiles.get(this.rows.url(index));
  }
}
