/** Loads tiles: those that are wanted now, nearest first, a few at a time, and none that was scrolled past. */

import { load, pause, render, trouble } from "./server.js";

const AT_ONCE = 12;
const KEPT = 300; // tiles that are there at once when somebody scrolls back: some screens

export class Tiles {
  #tiles = new Map(); // {src} or {trouble} by address, the one that was wanted last at the end
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
    const [get, priority] = [this.#tries.has(url) ? render : load, this.#seen.has(url) ? "high" : "low"];
    try {
      const picture = await get(url, controller.signal, priority);
      if (!controller.signal.aborted) {
        // With the image in hand the browser shows the same address without asking for it again.
        this.#keep(url, get === load ? { src: url, picture } : { src: URL.createObjectURL(picture) });
      }
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(url, error);
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

  /** Frees its memory now: the collector would take its time. */
  #drop(url) {
    const { src, picture } = this.#tiles.get(url);
    this.#tiles.delete(url);
    picture?.removeAttribute("src");
    if (src && !picture) URL.revokeObjectURL(src);
  }

  /** Gives all up. */
  close() {
    this.stay([]);
    for (const url of this.#tiles.keys()) this.#drop(url);
  }
}
