/** Goes on by itself, so long after each photo is there to see. */

const EACH = 5000; // ms

export class Slideshow {
  #timer = 0;
  #lock = null;
  running = false;

  /** `next` goes on; `changed` is called when it starts or stops. */
  constructor(next, changed) {
    Object.assign(this, { next, changed });
  }

  start() {
    this.running = true;
    // The screen stays on where the browser can do that; without it, the slideshow is the same.
    const locked = navigator.wakeLock?.request("screen");
    locked?.then((lock) => (this.running ? (this.#lock = lock) : lock.release()), () => {});
    this.seen();
    this.changed();
  }

  stop() {
    if (!this.running) return;
    this.running = false;
    clearTimeout(this.#timer);
    this.#lock?.release();
    this.#lock = null;
    this.changed();
  }

  /** The photo is there: its time begins. */
  seen() {
    clearTimeout(this.#timer);
    if (this.running) this.#timer = setTimeout(this.next, EACH);
  }
}
