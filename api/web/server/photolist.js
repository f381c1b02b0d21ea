/** A list of photos: the view that a query makes, or a shared gallery. Knows of those that are looked at. */

import * as client from "./client.js";

const PAGE = 100; // photos that are asked for at once
const KEPT = 60; // pages that are remembered
const LOOKED_AT = 3; // pages that hold what is on a screen, and around it
const DATED = new Set(["date", "-date"]);

/** Tells by the event `change` that the list was made anew: its view had ended; by `edited` that one of its photos is
 * another picture now. */
export class PhotoList extends EventTarget {
  #pages = new Map(); // the pages that are known, the one used last at the end
  #coming = new Map();
  #renewal = null;

  /** `make()` makes the view and gives its place, or that of a gallery; `dated`: it is in order of time. */
  constructor(make, dated) {
    super();
    this.make = make;
    this.dated = dated;
    this.count = 0;
    this.sections = [];
    this.place = { sid: "" };
  }

  /** The photos that a query finds. */
  static async view(query, sort) {
    const list = new PhotoList(async () => ({ vid: (await client.runQuery(query, sort)).vid }), DATED.has(sort));
    await list.#load();
    return list;
  }

  /** The photos of a shared gallery. */
  static async gallery(sid) {
    const list = new PhotoList(async () => ({ sid }), true);
    await list.#load();
    return list;
  }

  async #load() {
    const place = await this.make();
    const [first, { sections }] = await Promise.all([
      client.photos(place, 0, PAGE),
      this.dated ? client.timeline(place) : { sections: [] },
    ]);
    this.place = place;
    this.count = first.count;
    this.sections = sections.length ? sections.map((each) => ({ ...each, month: each.month ?? "" }))
      : first.count ? [{ month: null, first: 0, count: first.count }] : [];
    this.#coming.clear();
    this.#pages = new Map([[0, first.photos]]);
  }

  /** Makes the list anew, once for all who find that it has ended. */
  renew() {
    this.#renewal ??= this.#load()
      .then(() => void this.dispatchEvent(new Event("change")))
      .finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** Looks whether photos that are looked at have been edited meanwhile; makes a list anew that has ended. */
  async refresh() {
    const { place } = this;
    const numbers = [...this.#pages.keys()].slice(-LOOKED_AT);
    let pages;
    try {
      pages = await Promise.all(numbers.map((page) => client.photos(place, page * PAGE, PAGE)));
    } catch (error) {
      if (!ended(error) || "sid" in place) throw error;
      return place === this.place ? this.renew() : undefined;
    }
    if (place !== this.place) return;
    let edited = false;
    pages.forEach(({ photos }, at) => {
      const before = this.#pages.get(numbers[at]);
      if (!before) return;
      edited ||= photos.some(({ version }, index) => version !== before[index]?.version);
      this.#pages.set(numbers[at], photos);
    });
    if (edited) this.dispatchEvent(new Event("edited"));
  }

  /** What is known of a photo now. */
  peek(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  async photo(index) {
    await this.range(index, 1);
    return this.peek(index);
  }

  /** Gets to know photos; they are there to `peek` at when this is done. */
  async range(first, count) {
    const end = Math.min(first + count, this.count);
    const pages = [];
    for (let page = Math.floor(Math.max(first, 0) / PAGE); page * PAGE < end; page++) pages.push(this.#page(page));
    await Promise.all(pages);
  }

  async #page(page) {
    const known = this.#pages.get(page);
    if (known) {
      this.#pages.delete(page);
      this.#pages.set(page, known);
      return;
    }
    let coming = this.#coming.get(page);
    if (!coming) {
      coming = this.#fetch(page).finally(() => this.#coming.delete(page));
      this.#coming.set(page, coming);
    }
    await coming;
  }

  async #fetch(page) {
    const place = this.place;
    try {
      const { photos } = await client.photos(place, page * PAGE, PAGE);
      if (place === this.place) this.#pages.set(page, photos);
    } catch (error) {
      if (!ended(error) || "sid" in place) throw error;
      if (place === this.place) await this.renew();
      return;
    }
    for (const old of this.#pages.keys()) if (this.#pages.size > KEPT) this.#pages.delete(old);
  }

  /** Where a photo is: in a gallery, its index is its name. -1: not in this list. */
  async find(name) {
    if ("sid" in this.place) return /^\d+$/.test(name) && Number(name) < this.count ? Number(name) : -1;
    for (const [page, photos] of this.#pages) {
      const at = photos.findIndex((photo) => photo.photoID === name);
      if (at >= 0) return page * PAGE + at;
    }
    return client.photosFrom(this.place, name, 1).then(({ first }) => first, (error) => {
      if (error.status === 404 || error.status === 400) return -1;
      throw error;
    });
  }

  /** What `find` finds a photo by. */
  name(index) {
    return "sid" in this.place ? String(index) : (this.peek(index)?.photoID ?? "");
  }

  /** The address of a tile, by the photo's id where there is one: so it is the same in every view, and in the browser's
   * cache. "" where the photo is not known yet. */
  tileUrl(index, pixels) {
    const size = { width: pixels, height: pixels };
    const photo = this.peek(index);
    if (!photo) return "";
    if ("sid" in this.place) return client.photoUrl(this.place, index, size, photo.version);
    return client.photoUrlById(photo.photoID, size, photo.version);
  }

  /** The address of a large render, by its place, so that the server makes the next ones in advance. Without a
   * size it is the photo in its own pixels. */
  url(index, size) {
    return client.photoUrl(this.place, index, size, this.peek(index)?.version);
  }
}

/** Whether an error says that a view is no longer there. */
export const ended = (error) => error.status === 404;
