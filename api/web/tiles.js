// @ts-check
/** Loads tiles: those that are wanted now, nearest first, a few at a time, and none that was scrolled past. */

import { pause, render, trouble } from "./server.js";

const AT_ONCE = 12;
const KEPT = 900; // tiles that are there at once when somebody scrolls back

/** @typedef {{src: string} | {trouble: string}} Tile `trouble` is damaged, unsupported or gone */

export class Tiles {
  /** @type {Map<string, Tile>} the one that was wanted last at the end */
  #tiles = new Map();
  /** @type {Map<string, AbortController>} */
  #flights = new Map();
  /** @type {Map<string, number>} timers of those that are tried again */
  #pauses = new Map();
  /** @type {Map<string, number>} */
  #tries = new Map();
  /** @type {string[]} */
  #queue = [];
  /** @type {Set<string>} */
  #wanted = new Set();
  /** @type {Set<string>} */
  #seen = new Set();

  /** @param {(url: string, tile: Tile) => void} show is told of each tile that has come */
  constructor(show) {
    this.show = show;
  }

  /** @param {string} url @returns {Tile | undefined} */
  get(url) {
    return this.#tiles.get(url);
  }

  /** What is wanted from now on, in this order; the first `near` are seen, the others soon will be. All else is given up.
   * @param {string[]} urls @param {number} near */
  want(urls, near) {
    this.#wanted = new Set(urls);
    this.#seen = new Set(urls.slice(0, near));
    for (const [url, controller] of this.#flights) if (!this.#wanted.has(url)) this.#drop(url, controller);
    for (const [url, timer] of this.#pauses) {
      if (this.#wanted.has(url)) continue;
      clearTimeout(timer);
      this.#pauses.delete(url);
    }
    for (const url of this.#tries.keys()) if (!this.#wanted.has(url)) this.#tries.delete(url);
    this.#queue = urls.filter((url) => !this.#has(url));
    this.#pump();
  }

  #has(/** @type {string} */ url) {
    const tile = this.#tiles.get(url);
    if (tile) {
      this.#tiles.delete(url);
      this.#tiles.set(url, tile);
    }
    return tile || this.#flights.has(url) || this.#pauses.has(url);
  }

  #drop(/** @type {string} */ url, /** @type {AbortController} */ controller) {
    this.#flights.delete(url);
    controller.abort();
  }

  #pump() {
    while (this.#flights.size < AT_ONCE && this.#queue.length) this.#fetch(/** @type {string} */ (this.#queue.shift()));
  }

  async #fetch(/** @type {string} */ url) {
    const controller = new AbortController();
    this.#flights.set(url, controller);
    try {
      const blob = await render(url, controller.signal, this.#seen.has(url) ? "high" : "low");
      this.#keep(url, { src: URL.createObjectURL(blob) });
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(url, /** @type {any} */ (error));
    }
    if (this.#flights.get(url) === controller) this.#flights.delete(url);
    this.#pump();
  }

  #failed(/** @type {string} */ url, /** @type {import("./server.js").ServerError} */ error) {
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

  #keep(/** @type {string} */ url, /** @type {Tile} */ tile) {
    this.#tries.delete(url);
    this.#tiles.set(url, tile);
    for (const [old, { src = "" }] of /** @type {Map<string, any>} */ (this.#tiles)) {
      if (this.#tiles.size <= KEPT) break;
      if (this.#wanted.has(old)) continue;
      this.#tiles.delete(old);
      if (src) URL.revokeObjectURL(src);
    }
    this.show(url, tile);
  }

  /** Gives all up. */
  close() {
    this.want([], 0);
    for (const tile of this.#tiles.values()) if ("src" in tile) URL.revokeObjectURL(tile.src);
    this.#tiles.clear();
  }
}
