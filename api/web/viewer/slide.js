/** One photo of the viewer: its tile at once, its large render when that is there, its own pixels when it is zoomed. */

import { h, icon } from "../components/dom.js";
import { photoLabel } from "../i18n/labels.js";
import { t } from "../i18n/strings.js";

const MOST = 2; // times that a small photo is enlarged to fit

export class Slide {
  constructor(index) {
    this.index = index;
    this.frame = h("div", { class: "frame" });
    this.element = h("div", { class: "slide" }, this.frame);
    this.large = null;
    this.full = null;
  }

  /** Gets to know the photo, and its tile. */
  know(photo, tile) {
    if (this.photo || !photo) return;
    this.photo = photo;
    this.put(this.large ?? h("img", { draggable: false, ...(tile?.image ? { src: tile.image.src } : {}) }));
  }

  put(image) {
    image.alt = photoLabel(this.photo, this.index);
    this.frame.replaceChildren(image);
    this.image = image;
  }

  /** Shows the large render, decoded: nothing flashes. */
  enlarge(image) {
    if (this.large === image) return;
    this.large = image;
    if (this.photo && !this.full) this.put(image);
  }

  /** Shows the photo in its own pixels; null: no longer. */
  sharpen(image) {
    this.full = image;
    if (image ?? this.large) this.put(image ?? this.large);
  }

  /** Says why there is nothing to see. */
  fail(trouble) {
    const sign = icon(trouble === "damaged" ? "damaged" : "unsupported");
    this.frame.replaceChildren(h("p", { class: "trouble" }, sign, t(`grid.${trouble}`)));
  }

  /** Fits it into the stage: gives the size in CSS pixels. The tile lies in the middle, where the large render's middle
   * will be. */
  fit({ width, height }) {
    const own = this.photo?.width ? this.photo : { width, height };
    const scale = Math.min(width / own.width, height / own.height, MOST);
    this.size = { width: own.width * scale, height: own.height * scale };
    this.frame.style.width = `${this.size.width}px`;
    this.frame.style.height = `${this.size.height}px`;
  }

  /** Says whether it is the one that is looked at. */
  stand(offset) {
    this.element.style.translate = `${offset * 100}% 0`;
    this.element.inert = offset !== 0;
    if (this.image) delete this.image.dataset.large;
    const large = this.image && [this.large, this.full].includes(this.image);
    if (offset === 0 && large) this.image.dataset.large = "";
  }
}
