/** The viewer: one photo fills the screen, the next ones are ready. */

import { announce, h, icon, iconButton, on, still } from "../components/dom.js";
import { photoLabel, photoTitle } from "../i18n/labels.js";
import { moment, t } from "../i18n/strings.js";
import { loadModule, originalUrl, prefetch, ROOT, trouble } from "../server/client.js";
import { fullscreen } from "./fullscreen.js";
import { gestures } from "./gestures.js";
import { PanZoom } from "./panzoom.js";
import { coverage, Preloader } from "./preloader.js";
import { Slide } from "./slide.js";
import { Slideshow } from "./slideshow.js";

const GLIDE = { duration: 220, easing: "cubic-bezier(.2,.8,.2,1)" };
const IDLE = 3000; // ms until all but the photo fades away
const AHEAD = 12; // photos that the server is asked to make in advance
const STEP = 1.5; // of a zoom by key
const EACH = 150; // ms between two addresses

await new Promise((done) => {
  const ask = () => document.head.append(h("link", { rel: "stylesheet", href: `${ROOT}web/styles/viewer.css`, onload: done, onerror }));
  const onerror = () => setTimeout(ask, 1000);
  ask();
});

export class Viewer {
  #slides = new Map();
  #asked = [0, 0];
  #way = 1;
  #idle = 0;
  #told = 0;
  #last = 0;
  #renewed = "";
  #name = "";

  /** `tile(index)` gives the tile that the grid has; `moved(index)` and `closed(index)` are told. */
  constructor({ list, me, tile, gallery, moved, closed }) {
    Object.assign(this, { list, me, tile, gallery, moved, closed, index: -1 });
    this.size = coverage(me.sizes);
    this.preloader = new Preloader(list, this.size, (index) => this.#arrived(index));
    this.panZoom = new PanZoom(list, (zoomed) => {
      this.zoomButton.ariaPressed = zoomed;
      this.element.classList.toggle("zoomed", zoomed);
    });
    this.slideshow = new Slideshow(() => this.show((this.index + 1) % list.count), () => this.#played());
    this.#build();
    this.ends = [
      on(window, "resize", () => this.#arrange()),
      on(list, "change", async () => {
        const index = await list.find(this.#name).catch(() => -1);
        if (index < 0) return this.#leave();
        this.#clear();
        this.show(index);
      }),
      on(list, "edited", () => {
        const { index } = this;
        const edited = ([at, { photo }]) => photo && photo.version !== list.peek(at)?.version;
        if (![...this.#slides].some(edited)) return;
        this.#clear();
        this.show(index);
      }),
    ];
    document.body.append(this.element);
    this.element.showModal();
    this.element.focus();
    this.#wake();
  }

  #build() {
    const may = (permission) => !this.gallery && (this.me.admin || this.me.permissions.includes(permission));
    this.place = h("p", { class: "place" });
    this.caption = h("p", { class: "caption" });
    this.track = h("div", { class: "track" });
    this.stage = h("div", { class: "stage" }, this.track);
    const play = () => (this.slideshow.running ? this.slideshow.stop() : this.slideshow.start());
    this.play = iconButton("play", t("viewer.slideshow"), play, { "aria-pressed": false });
    this.zoomButton = iconButton("zoom", t("viewer.zoom"), () => this.#toggle(0, 0), { "aria-pressed": false });
    this.previous = iconButton("previous", t("viewer.previous"), () => this.#step(-1));
    this.next = iconButton("next", t("viewer.next"), () => this.#step(1));
    const called = { "aria-label": t("viewer.download"), title: t("viewer.download") };
    this.download = may("pap:access:downloads") && h("a", { class: "quiet", ...called, download: "" }, icon("download"));
    this.details = may("pap:access:metadata") && iconButton("info", t("viewer.details"), () => this.#details());
    this.full = fullscreen();
    const close = iconButton("close", t("viewer.close"), () => this.#leave());
    this.element = h("dialog", { class: "viewer", "aria-label": t("viewer"), tabIndex: -1,
      onkeydown: (event) => this.#key(event), oncancel: (event) => (event.preventDefault(), this.#leave()),
      onpointermove: () => this.#wake(), onfocusin: () => this.#wake() },
      this.stage,
      h("div", { class: "chrome bar" },
        close, this.place, this.zoomButton, this.play, this.full?.button, this.details, this.download),
      h("div", { class: "chrome sides" }, this.previous, this.next),
      h("div", { class: "chrome foot" }, this.caption));
    on(this.element, "click", (event) => this.#click(event), { capture: true });
    gestures(this.stage, {
      drag: (by) => this.#drag(by), drop: (by) => this.#drop(by), tap: (touch) => this.#tap(touch),
      twice: (...at) => this.#toggle(...at), pinch: (...by) => this.#zoom(...by), wheel: (...by) => this.#zoom(...by),
    });
  }

  /** What the address calls the photo that is shown. */
  get name() {
    return this.list.name(this.index);
  }

  /** Shows a photo. */
  async show(index) {
    if (index === this.index) return;
    if (this.index >= 0) this.#way = index < this.index ? -1 : 1;
    this.index = index;
    this.#name = this.name;
    this.#arrange();
    const { count } = this.list;
    const way = this.#way;
    this.preloader.want([index, index + way, index + 2 * way, index - way].filter((at) => at >= 0 && at < count));
    this.#ahead(way);
    await this.list.range(Math.max(0, index - 2), 5).catch(() => {}); // `#arrived` asks again
    if (index === this.index && this.list.peek(index)) this.#present();
  }

  /** Puts the photo and its neighbours where they belong. */
  #arrange() {
    const wanted = [this.index - 1, this.index, this.index + 1].filter((at) => at >= 0 && at < this.list.count);
    for (const [at, slide] of this.#slides) {
      if (wanted.includes(at)) continue;
      slide.element.remove();
      this.#slides.delete(at);
    }
    this.stageSize = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    for (const at of wanted) {
      if (!this.#slides.has(at)) {
        const slide = new Slide(at);
        this.#slides.set(at, slide);
        this.track.append(slide.element);
      }
      this.#fill(at);
    }
    this.panZoom.take(this.#slides.get(this.index), this.stageSize);
  }

  #fill(at) {
    const slide = this.#slides.get(at);
    if (!slide) return;
    slide.know(this.list.peek(at), this.tile(at));
    const { image, error } = this.preloader.get(at) ?? {};
    if (image) slide.enlarge(image);
    else if (error && slide.photo) slide.fail(trouble(error) ?? "damaged");
    slide.fit(this.stageSize);
    slide.stand(at - this.index);
  }

  #arrived(index) {
    const { error } = this.preloader.get(index) ?? {};
    if (index === this.index && error?.status === 404 && !this.gallery && this.#renewed !== this.name) {
      this.#renewed = this.name; // the view may have ended; once, as the photo may be what is gone
      return void this.list.renew().catch(() => {});
    }
    this.#fill(index);
    if (index !== this.index) return;
    if (this.list.peek(index)) return this.slideshow.seen();
    this.index = -1;
    this.show(index);
  }

  #present() {
    const photo = this.list.peek(this.index);
    const { count } = this.list;
    this.#name = this.name;
    this.#arrange();
    this.place.textContent = t("viewer.place", { n: this.index + 1, count });
    const taken = photo.creationDate ? h("span", {}, moment(photo.creationDate)) : "";
    this.caption.replaceChildren(photoTitle(photo, this.index), taken);
    const focused = document.activeElement; // of a button that is disabled, some browsers take the focus at once
    this.previous.disabled = this.index === 0;
    this.next.disabled = this.index === count - 1;
    if (focused?.matches(":disabled")) this.element.focus(); // keys on such a button go nowhere
    if (this.download) this.download.href = originalUrl(this.list.place, this.index);
    announce(`${photoLabel(photo, this.index)}, ${this.place.textContent}`);
    const { image, error } = this.preloader.get(this.index);
    if (image || error) this.#arrived(this.index); // when it was only the next one
    clearTimeout(this.#told); // of those that are only passed by, not each one changes the address
    const soon = Math.max(0, this.#last + EACH - performance.now());
    const tell = () => ((this.#last = performance.now()), this.moved(this.index));
    if (soon) this.#told = setTimeout(tell, soon);
    else tell();
  }

  /** Has the server make the photos after those that are asked for. */
  #ahead(way) {
    const [from, to] = this.#asked;
    if (this.index + 4 * way >= from && this.index + 4 * way < to) return;
    const first = Math.max(0, way > 0 ? this.index + 1 : this.index - AHEAD);
    const count = Math.min(AHEAD, this.list.count - first);
    this.#asked = [first, first + AHEAD];
    // In advance: whoever comes to such a photo asks for it anyhow, and hears then what is wrong.
    if (count > 0) prefetch({ ...this.list.place, first, count, sizes: [this.size] }).catch(() => {});
  }

  #step(by, from = 0) {
    const to = this.index + by;
    if (to < 0 || to >= this.list.count) return this.#glide(from);
    this.show(to);
    if (from) this.#glide(from + by * this.stageSize.width);
  }

  /** Moves the photos to their places, from so far beside them. */
  #glide(x, y = 0) {
    this.track.style.translate = "";
    this.stage.style.opacity = "";
    if (still()) return;
    this.track.animate([{ translate: `${x}px ${y}px` }, { translate: "0 0" }], GLIDE);
  }

  #drag({ dx, dy, touch }) {
    this.slideshow.stop();
    if (this.panZoom.zoomed) return this.panZoom.drag(dx, dy);
    this.axis ??= Math.abs(dx) > Math.abs(dy) || !touch ? "x" : "y";
    const end = (dx > 0 && this.index === 0) || (dx < 0 && this.index === this.list.count - 1);
    this.track.style.translate = this.axis === "x" ? `${end ? dx / 4 : dx}px 0` : `0 ${dy}px`;
    if (this.axis === "y") this.stage.style.opacity = String(1 - Math.min(Math.abs(dy) / innerHeight, 0.7));
  }

  #drop({ dx, dy, vx, vy }) {
    const { axis } = this;
    this.axis = undefined;
    if (this.panZoom.zoomed) return this.panZoom.drop();
    if (axis === "y") return Math.abs(dy) > 120 || Math.abs(vy) > 0.6 ? this.#leave() : this.#glide(0, dy);
    const far = Math.abs(dx) > this.stageSize.width * 0.25 || (Math.abs(vx) > 0.3 && Math.sign(vx) === Math.sign(dx));
    this.#step(far ? -Math.sign(dx) : 0, dx);
  }

  #zoom(...given) {
    this.slideshow.stop();
    this.track.style.translate = this.stage.style.opacity = ""; // where a swipe has become a pinch
    this.panZoom.zoom(...given);
  }

  #toggle(x, y) {
    this.slideshow.stop();
    this.panZoom.toggle(x, y);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const on = event.target.closest("button, a");
    const act = {
      ArrowLeft: () => this.#step(-1), ArrowRight: () => this.#step(1),
      PageUp: () => this.#step(-1), PageDown: () => this.#step(1),
      Home: () => this.show(0), End: () => this.show(this.list.count - 1),
      "+": () => this.#zoom(STEP, 0, 0), "=": () => this.#zoom(STEP, 0, 0),
      "-": () => this.#zoom(1 / STEP, 0, 0), 0: () => this.#zoom(0, 0, 0),
      z: () => this.#toggle(0, 0), f: this.full?.toggle, i: () => this.#details(), " ": on ? undefined : () => this.play.click(),
    }[event.key];
    this.#wake();
    if (!act) return;
    event.preventDefault();
    if (event.key !== " " && event.key !== "f") this.slideshow.stop();
    act();
  }

  async #details() {
    if (!this.details) return;
    this.slideshow.stop();
    (await loadModule("dialogs/details.js")).showDetails(this.list.place, this.index);
  }

  #played() {
    this.play.ariaPressed = String(this.slideshow.running);
    this.play.replaceChildren(icon(this.slideshow.running ? "pause" : "play"));
  }

  /** A tap shows or hides the buttons; a finger that can't see a button does not press it. */
  #tap(touch) {
    if (!touch) return;
    this.slideshow.stop();
    if (this.element.classList.contains("idle")) this.#wake();
    else this.element.classList.add("idle");
  }

  #click(event) {
    const button = event.target.closest("button");
    if (button && button !== this.play && button !== this.full?.button) this.slideshow.stop();
    if (event.pointerType !== "touch" || !this.element.classList.contains("idle")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#wake();
  }

  #wake() {
    this.element.classList.remove("idle");
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.element.classList.add("idle"), IDLE);
  }

  #leave() {
    const { index } = this;
    this.close();
    this.closed(index);
  }

  /** Takes it away. */
  close() {
    this.slideshow.stop();
    this.full?.end();
    this.panZoom.leave();
    clearTimeout(this.#idle);
    clearTimeout(this.#told);
    for (const end of this.ends) end();
    this.element.close();
    const live = document.getElementById("live");
    if (this.element.contains(live)) document.body.append(live);
    this.element.remove();
    this.#clear();
  }

  #clear() {
    this.index = -1; // what was asked for and comes now is for nobody
    this.track.replaceChildren();
    this.#slides.clear();
    this.preloader.close();
  }
}
