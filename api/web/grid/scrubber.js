/** The scrubber, by which one jumps in time: a slider over the months at the edge, with the years along it. */

import { h, on } from "../components/dom.js";
import { sectionTitle } from "../i18n/labels.js";
import { t } from "../i18n/strings.js";

const APART = 1.8; // between two years, in sizes of their type
const EDGE = 12; // pixels that the thumb stays away from either end
const LINGER = 1200; // ms that the scrubber stays after a scroll, where it is not always there

/** The slider of a grid: `element`, `update` after each scroll, and `arrange` after each new layout. */
export function timeScrubber(grid) {
  const years = h("div", { class: "scrubber-years" });
  const label = h("output", { class: "scrubber-label" });
  const element = h("div", {
    class: "scrubber", role: "slider", tabIndex: 0,
    "aria-label": t("scrubber"), "aria-orientation": "vertical", "aria-valuemin": 0,
    onkeydown: key, onpointerdown: hold,
  }, years, h("div", { class: "scrubber-thumb" }, label));
  let timer = 0;
  let arranged = null;
  let now = 0;
  let last = null;
  let chosen = null; // where the page stood when a month was chosen

  const span = () => Math.max(1, grid.layout.height - innerHeight + grid.edge);
  const months = () => grid.layout.months;

  function arrange() {
    arranged = grid.layout;
    element.hidden = months().length < 2 || grid.layout.height < 1.5 * innerHeight;
    if (element.hidden) return;
    element.ariaValueMax = months().length - 1;
    years.replaceChildren();
    const apart = APART * parseFloat(getComputedStyle(element).fontSize);
    let [last, at] = ["", -apart];
    for (const { month, top } of months()) {
      const y = Math.min(1, top / span()) * (innerHeight - grid.edge - apart);
      const year = (month ?? "").slice(0, 4);
      if (year === last || y < at + apart) continue;
      [last, at] = [year, y];
      const mark = h("span", {}, year);
      mark.style.top = `${y}px`;
      years.append(mark);
    }
  }

  function update() {
    if (!grid.layout) return;
    if (arranged !== grid.layout) arrange();
    if (element.hidden) return;
    const y = Math.max(0, scrollY + grid.edge - grid.top);
    // Of months that stand side by side, or that the end of the page keeps from its top, the one that was chosen.
    if (scrollY !== chosen) {
      const { top } = months()[grid.layout.at("top", y + 1, months())];
      now = y >= span() - 1 ? months().length - 1 : months().findIndex((month) => month.top === top);
      chosen = null;
    }
    element.style.setProperty("--at", Math.min(1, y / span()));
    element.ariaValueNow = now;
    element.ariaValueText = label.value = sectionTitle(months()[now]);
    if (scrollY === last) return;
    element.classList.toggle("awake", last !== null);
    last = scrollY;
    clearTimeout(timer);
    timer = setTimeout(() => element.classList.remove("awake"), LINGER);
  }

  function go(to) {
    now = Math.min(Math.max(to, 0), months().length - 1);
    grid.scroll(months()[now].top);
    chosen = scrollY;
    update();
  }

  /** The first month of the next year that way. */
  function year(step) {
    const named = (at) => months()[at]?.month?.slice(0, 4) ?? "";
    let to = now;
    while (months()[to] && named(to) === named(now)) to += step;
    while (step < 0 && to > 0 && named(to - 1) === named(to)) to -= 1;
    return to;
  }

  function key(event) {
    const to = { ArrowUp: now - 1, ArrowLeft: now - 1, ArrowDown: now + 1, ArrowRight: now + 1,
      Home: 0, End: months().length - 1, PageUp: year(-1), PageDown: year(1) }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  }

  function hold(down) {
    if (down.button) return;
    down.preventDefault();
    element.focus({ preventScroll: true, focusVisible: false });
    element.setPointerCapture(down.pointerId);
    element.classList.add("held");
    const box = element.getBoundingClientRect();
    const part = (y) => Math.min(1, Math.max(0, (y - box.top - EDGE) / (box.height - 2 * EDGE)));
    const drag = ({ clientY }) => grid.scroll(part(clientY) * span());
    const ends = [
      on(element, "pointermove", drag),
      ...["pointerup", "pointercancel"].map((type) => on(element, type, () => {
        element.classList.remove("held");
        ends.forEach((end) => end());
      })),
    ];
    drag(down);
  }

  return { element, update };
}
