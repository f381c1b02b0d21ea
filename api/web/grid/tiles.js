/** Loads tiles: those that are wanted now, nearest first, a few at a time, and none that was scrolled past. */

import { h } from "../components/dom.js";
import { load, pause, render, trouble } from "../server/client.js";

const AT_ONCE = 12;
const KEPT = 300; // tiles that are there at once when somebody scrolls back: some screens

// Images that are used again: Chromium frees none that never was in the page as long as that lives.
const spare = [];

export class Tiles {
  #tiles = new Map(); // {image} or {trouble} by address, the one that was wanted last at the end
  #flights = new Map(); // controllers by address
  #pauses = new Map(); // timers of those that are tried again
  #tries = new Map();
  #queue = [];
  #wanted = new Set();
  #seen = new Set();

  /** `show(url, tile)` is told of each that has come. */
  constructor(show) {
    this.show = show;
  }

  get(url) {
    return this.#tiles.get(url);
  }

  /** What is wanted from now on, in this order; the first `near` are seen, the others soon will be. All else is given
   * up. */
  want(urls, near) {
    this.stay(urls);
    this.#seen = new Set(urls.slice(0, near));
    this.#queue = urls.filter((url) => !this.#has(url));
    this.#pump();
  }

  /** Nothing new is wanted, and all but these is given up. */
  stay(urls) {
    this.#wanted = new Set(urls);
    this.#queue = [];
    for (const [url, controller] of this.#flights) {
      if (this.#wanted.has(url)) continue;
      this.#flights.delete(url);
      controller.abort();
    }
    for (const [url, timer] of this.#pauses) {
      if (this.#wanted.has(url)) continue;
      clearTimeout(timer);
      this.#pauses.delete(url);
      this.#tries.delete(url);
    }
  }

  #has(url) {
    const tile = this.#tiles.get(url);
    if (tile) {
      this.#tiles.delete(url);
      this.#tiles.set(url, tile);
    }
    return tile || this.#flights.has(url) || this.#pauses.has(url);
  }

  #pump() {
    while (this.#flights.size < AT_ONCE && this.#queue.length) this.#fetch(this.#queue.shift());
  }

  async #fetch(url) {
    const controller = new AbortController();
    this.#flights.set(url, controller);
    const { signal } = controller;
    const priority = this.#seen.has(url) ? "high" : "low";
    const image = spare.pop() ?? h("img", { draggable: false });
    try {
      // Loaded as an image it is less work for the browser; only the bytes' answer says what is wrong.
      const again = this.#tries.has(url);
      await load(image, again ? URL.createObjectURL(await render(url, signal, priority)) : url, signal, priority);
      if (signal.aborted) free(image);
      else this.#keep(url, { image });
    } catch (error) {
      free(image);
      if (!signal.aborted) this.#failed(url, error);
    }
    if (this.#flights.get(url) === controller) this.#flights.delete(url);
    this.#pump();
  }

  #failed(url, error) {
    const tries = this.#tries.get(url) ?? 0;
    const wait = pause(error, tries);
    if (wait === null) return this.#keep(url, { trouble: trouble(error) ?? "damaged" });
    this.#tries.set(url, tries + 1);
    this.#pauses.set(url, setTimeout(() => {
      this.#pauses.delete(url);
      this.#queue.unshift(url);
      this.#pump();
    }, wait));
  }

  #keep(url, tile) {
    this.#tries.delete(url);
    this.#tiles.set(url, tile);
    for (const old of this.#tiles.keys()) {
      if (this.#tiles.size <= KEPT) break;
      if (!this.#wanted.has(old)) this.#drop(old);
    }
    this.show(url, tile);
  }

  #drop(url) {
    const { image } = this.#tiles.get(url);
    this.#tiles.delete(url);
    if (image) free(image);
  }

  /** Gives all up. */
  close() {
    this.stay([]);
    for (const url of this.#tiles.keys()) this.#drop(url);
  }
}

/** Lets go of an image: another picture may come into it. */
function free(image) {
  image.remove();
  URL.revokeObjectURL(image.src);
  spare.push(image);
}
