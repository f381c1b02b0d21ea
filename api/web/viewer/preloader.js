/** Loads the large renders of the photos around the one that is looked at, decoded before they are shown. */

import { h } from "../components/dom.js";
import { pause, render } from "../server/client.js";

/** The size to ask for: the smallest of the common ones that covers the screen, so that the render is a hit. */
export function coverage(sizes) {
  const sides = [screen.width, screen.height].map((side) => side * devicePixelRatio);
  const covers = ({ width, height }) =>
    Math.max(width, height) >= Math.max(...sides) && Math.min(width, height) >= Math.min(...sides);
  const screens = sizes.filter(({ width, height }) => width && height && width !== height)
    .sort((a, b) => a.width * a.height - b.width * b.height);
  const { width, height } = screens.find(covers) ?? screens.at(-1) ?? { width: 1920, height: 1080 };
  return { width, height };
}

/** A picture of that address, decoded; asked for again where the server is busy. */
export async function picture(address, signal, priority) {
  for (let tries = 0; ; tries++) {
    try {
      const image = h("img", { draggable: false, src: URL.createObjectURL(await render(address, signal, priority)) });
      await image.decode();
      return image;
    } catch (error) {
      const wait = pause(error, tries);
      if (signal.aborted || wait === null) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
      signal.throwIfAborted();
    }
  }
}

/** Lets go of a picture. */
export const release = (image) => URL.revokeObjectURL(image.src);

export class Preloader {
  #kept = new Map(); // index → {controller, coming, image, error}

  /** `arrived(index)` is called when one has come, or can't. */
  constructor(list, size, arrived) {
    Object.assign(this, { list, size, arrived });
  }

  get(index) {
    return this.#kept.get(index);
  }

  /** What is wanted, the first of them first; all else is given up. */
  async want([first, ...others]) {
    for (const index of this.#kept.keys()) if (index !== first && !others.includes(index)) this.#drop(index);
    this.wanted = first;
    await this.#load(first, "high").coming;
    if (this.wanted === first) for (const index of others) this.#load(index, "low");
  }

  #load(index, priority) {
    const known = this.#kept.get(index);
    if (known) return known;
    const one = { controller: new AbortController(), image: null, error: null };
    this.#kept.set(index, one);
    const { signal } = one.controller;
    one.coming = picture(this.list.url(index, this.size), signal, priority)
      .then((image) => (signal.aborted ? release(image) : (one.image = image)), (error) => (one.error = error))
      .then(() => this.#kept.get(index) === one && this.arrived(index));
    return one;
  }

  #drop(index) {
    const { controller, image } = this.#kept.get(index);
    this.#kept.delete(index);
    controller.abort();
    if (image) release(image);
  }

  close() {
    this.wanted = -1;
    for (const index of this.#kept.keys()) this.#drop(index);
  }
}
