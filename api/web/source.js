// @ts-check
/** A list of photos: the view that a query makes, or a shared gallery. Knows of those that are looked at. */

import * as server from "./server.js";

const PAGE = 100; // photos that are asked for at once
const KEPT = 60; // pages that are remembered
const DATED = new Set(["date", "-date"]);

/** Tells by the event `change` that the list was made anew: its view had ended. */
export class Source extends EventTarget {
  /** @type {Map<number, server.Photo[]>} the pages that are known, the one used last at the end */
  #pages = new Map();
  /** @type {Map<number, Promise<void>>} */
  #coming = new Map();
  /** @type {Promise<void> | null} */
  #renewal = null;

  /** @param {() => Promise<server.Place>} make makes the view; of a gallery, gives its place @param {boolean} dated whether it
   * is in order of time */
  constructor(make, dated) {
    super();
    this.make = make;
    this.dated = dated;
    this.count = 0;
    /** @type {import("./layout.js").Section[]} */
    this.sections = [];
    /** @type {server.Place} */
    this.place = { sid: "" };
  }

  /** The photos that a query finds. @param {string} query @param {string} sort */
  static async view(query, sort) {
    const source = new Source(async () => ({ vid: (await server.runQuery(query, sort)).vid }), DATED.has(sort));
    await source.#load();
    return source;
  }

  /** The photos of a shared gallery. @param {string} sid */
  static async gallery(sid) {
    const source = new Source(async () => ({ sid }), true);
    await source.#load();
    return source;
  }

  async #load() {
    const place = await this.make();
    const nothing = { sections: /** @type {server.Timeline["sections"]} */ ([]) };
    const [first, { sections }] = await Promise.all([
      server.photos(place, 0, PAGE),
      this.dated ? server.timeline(place).catch((error) => (error.status === 400 ? nothing : Promise.reject(error))) : nothing,
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

  /** What is known of a photo now. @param {number} index @returns {server.Photo | undefined} */
  peek(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** @param {number} index @returns {Promise<server.Photo | undefined>} */
  async photo(index) {
    await this.range(index, 1);
    return this.peek(index);
  }

  /** Gets to know photos; they are there to `peek` at when this is done. @param {number} first @param {number} count */
  async range(first, count) {
    const end = Math.min(first + count, this.count);
    const pages = [];
    for (let page = Math.floor(Math.max(first, 0) / PAGE); page * PAGE < end; page++) pages.push(this.#page(page));
    await Promise.all(pages);
  }

  /** @param {number} page */
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

  /** @param {number} page */
  async #fetch(page) {
    const place = this.place;
    try {
      const { photos } = await server.photos(place, page * PAGE, PAGE);
      if (place === this.place) this.#pages.set(page, photos);
    } catch (error) {
      if (!ended(error) || "sid" in place) throw error;
      if (place === this.place) await this.renew();
      return;
    }
    for (const old of this.#pages.keys()) if (this.#pages.size > KEPT) this.#pages.delete(old);
  }

  /** Where a photo is: in a gallery, its index is its name. -1: not in this list. @param {string} name */
  async find(name) {
    if ("sid" in this.place) return /^\d+$/.test(name) && Number(name) < this.count ? Number(name) : -1;
    for (const [page, photos] of this.#pages) {
      const at = photos.findIndex((photo) => photo.photoID === name);
      if (at >= 0) return page * PAGE + at;
    }
    return server.photosFrom(this.place, name, 1).then(({ first }) => first, (error) => {
      if (error.status === 404 || error.status === 400) return -1;
      throw error;
    });
  }

  /** What `find` finds a photo by. @param {number} index */
  name(index) {
    return "sid" in this.place ? String(index) : (this.peek(index)?.photoID ?? "");
  }

  /** The address of a tile, by the photo's id where there is one: so it is the same in every view, and in the browser's
   * cache. "" where the photo is not known yet. @param {number} index @param {number} pixels */
  tileUrl(index, pixels) {
    const size = { width: pixels, height: pixels };
    if ("sid" in this.place) return server.photoUrl(this.place, index, size);
    const photo = this.peek(index);
    return photo ? server.photoUrlById(photo.photoID, size) : "";
  }

  /** The address of a large render, by its place, so that the server makes the next ones in advance. @param {number} index
   * @param {server.Size} [size] without: the photo's own pixels */
  url(index, size) {
    return server.photoUrl(this.place, index, size);
  }
}

/** Whether an error says that a view is no longer there. @param {any} error */
export const ended = (error) => error.status === 404;
