/** Fingers, mouse and wheel over an element: drags, pinches, taps. Points are from the element's middle. */

import { on } from "../components/dom.js";

const SLOP = 8; // pixels that a finger trembles
const DOUBLE = 280; // ms between two taps that are one

/** Calls `drag({dx, dy, touch})`, `drop({dx, dy, vx, vy})` (pixels, pixels a ms), `pinch(factor, x, y, dx, dy)`,
 * `tap(touch)`, `twice(x, y)`, `wheel(factor, x, y)`. */
export function gestures(element, does) {
  const fingers = new Map();
  let drag = null;
  let last = { time: 0, x: 0, y: 0 };
  let timer = 0;

  const point = ({ clientX, clientY }) => {
    const box = element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const middle = () => {
    const [a, b] = [...fingers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  function down(event) {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, point(event));
    if (fingers.size > 1) drag.moved = true;
    else drag = { from: point(event), time: event.timeStamp, moved: false, trail: [] };
  }

  function move(event) {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.size === 2 ? middle() : null;
    const here = point(event);
    fingers.set(event.pointerId, here);
    if (before) {
      const after = middle();
      return does.pinch(after.apart / before.apart, after.x, after.y, after.x - before.x, after.y - before.y);
    }
    if (fingers.size > 1 || drag.pinched) return;
    const [dx, dy] = [here.x - drag.from.x, here.y - drag.from.y];
    drag.moved ||= Math.hypot(dx, dy) > SLOP;
    drag.trail = [...drag.trail.filter(({ time }) => event.timeStamp - time < 100), { ...here, time: event.timeStamp }];
    if (drag.moved) does.drag({ dx, dy, touch: event.pointerType !== "mouse" });
  }

  function up(event) {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size) return void (drag.pinched = true);
    const here = point(event);
    if (drag.pinched) does.drop({ dx: 0, dy: 0, vx: 0, vy: 0 });
    else if (drag.moved) {
      const [old] = drag.trail;
      const time = Math.max(event.timeStamp - (old?.time ?? drag.time), 1);
      const speed = (axis) => (old ? (here[axis] - old[axis]) / time : 0);
      does.drop({ dx: here.x - drag.from.x, dy: here.y - drag.from.y, vx: speed("x"), vy: speed("y") });
    } else if (event.type === "pointerup") tap(event, here);
  }

  function tap(event, here) {
    clearTimeout(timer);
    const again = event.timeStamp - last.time < DOUBLE && Math.hypot(here.x - last.x, here.y - last.y) < 40;
    last = { ...here, time: again ? 0 : event.timeStamp };
    if (again) does.twice(here.x, here.y);
    else timer = setTimeout(() => does.tap(event.pointerType !== "mouse"), DOUBLE);
  }

  on(element, "pointerdown", down);
  on(element, "pointermove", move);
  for (const type of ["pointerup", "pointercancel"]) on(element, type, up);
  on(element, "wheel", (event) => {
    event.preventDefault();
    const { x, y } = point(event);
    does.wheel(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : event.ctrlKey ? 0.01 : 0.002)), x, y);
  }, { passive: false });
}
