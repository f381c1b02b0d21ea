/** Panning and zooming the photo on the stage: whole, or zoomed, up to its own pixels and beyond. */

import { still } from "../components/dom.js";
import { picture, release } from "./preloader.js";
import { bounded, FIT, scales, zoomed } from "./transform.js";

const EASING = 250; // ms

export class PanZoom {
  #transform = FIT;
  #held = null; // what it was when a finger came down
  #sharp = null; // {slide, controller} of the photo whose own pixels are loaded

  /** `changed(zoomed)` is told. */
  constructor(list, changed) {
    Object.assign(this, { list, changed, slide: null, stage: null });
  }

  get zoomed() {
    return this.#transform.scale > 1;
  }

  /** Turns to another photo, which is whole; `stage` has the width and height to fill. */
  take(slide, stage) {
    if (slide !== this.slide) this.leave();
    Object.assign(this, { slide, stage });
  }

  /** By a factor, so that the point (from the stage's middle) stays where it is, but for a shift. */
  zoom(factor, x, y, dx = 0, dy = 0) {
    if (!this.slide?.photo) return;
    const next = zoomed(this.#transform, factor, x, y, scales(this.slide.photo, this.slide.size).most);
    this.#apply({ ...next, x: next.x + dx, y: next.y + dy });
  }

  /** From the whole photo to its own pixels, and back. */
  toggle(x, y) {
    if (!this.slide?.photo) return;
    const { frame, photo, size } = this.slide;
    const to = this.zoomed ? 1 : Math.max(2, scales(photo, size).own);
    if (!still()) frame.classList.add("easing");
    this.zoom(to / this.#transform.scale, x, y);
    setTimeout(() => frame.classList.remove("easing"), EASING);
  }

  /** Drags the zoomed photo so far from where it was held first, until `drop`. */
  drag(dx, dy) {
    this.#held ??= this.#transform;
    this.#apply({ ...this.#held, x: this.#held.x + dx, y: this.#held.y + dy });
  }

  drop() {
    this.#held = null;
  }

  #apply(transform) {
    const { frame, size, large } = this.slide;
    this.#transform = bounded(transform, size, this.stage);
    const { scale, x, y } = this.#transform;
    frame.style.transform = scale > 1 ? `translate(${x}px, ${y}px) scale(${scale})` : "";
    this.changed(this.zoomed);
    if (large && size.width * scale * devicePixelRatio > large.naturalWidth * 1.05) this.#sharpen();
  }

  /** Loads the photo in its own pixels, where it has more than the large render. */
  async #sharpen() {
    const { slide } = this;
    if (this.#sharp || slide.photo.width <= slide.large.naturalWidth) return;
    const controller = new AbortController();
    this.#sharp = { slide, controller };
    // Where that fails, the large render stays.
    const image = await picture(this.list.url(slide.index), controller.signal, "high").catch(() => null);
    if (!image) return;
    if (controller.signal.aborted) return release(image);
    slide.sharpen(image);
    slide.stand(0);
  }

  /** Lets the photo go as it was. */
  leave() {
    if (this.slide) this.slide.frame.style.transform = "";
    this.slide = null;
    this.#transform = FIT;
    this.changed(false);
    if (!this.#sharp) return;
    const { slide, controller } = this.#sharp;
    this.#sharp = null;
    controller.abort();
    if (!slide.full) return;
    release(slide.full);
    slide.sharpen(null);
  }
}
