/** What keys, mouse and fingers do in the grid. */

import { on } from "../components/dom.js";

const LONG = 450; // ms that a finger rests on a photo to select it
const AFTER = 2000; // ms in which the click of a finger that has left comes at the latest

/** Listens for a grid; gives the functions that end it. */
export function listen(grid) {
  const { element, selection } = grid;
  return [
    on(element, "click", (event) => click(grid, event)),
    on(element, "keydown", (event) => key(grid, event)),
    on(element, "focusin", (event) => grid.activate(indexOf(event.target) ?? grid.active)),
    ...(selection ? [on(element, "pointerdown", (event) => event.pointerType === "touch" && press(grid, event))] : []),
  ];
}

/** The index of the photo whose cell an element is in; undefined: of none. */
function indexOf(target) {
  const cell = target?.closest?.(".cell");
  return cell ? Number(cell.dataset.index) : undefined;
}

function click(grid, event) {
  const index = indexOf(event.target);
  if (index === undefined) return;
  const { selection } = grid;
  const check = event.target.closest(".check");
  const keyed = event.metaKey || event.ctrlKey || event.shiftKey;
  const choosing = selection && (check || keyed || (selection.count && event.pointerType === "touch"));
  if (!choosing && event.button) return;
  event.preventDefault();
  if (!choosing) grid.wiring.open(index);
  else if (event.shiftKey) selection.extendTo(index);
  else selection.toggle(index);
  if (choosing) grid.focus(index);
}

/** A finger that rests selects; one that then moves selects all that it passes. */
function press(grid, down) {
  const index = indexOf(down.target);
  if (index === undefined) return;
  let chosen = false;
  const choose = () => {
    if (chosen) return;
    chosen = true;
    grid.selection.toggle(index);
    navigator.vibrate?.(10);
  };
  const timer = setTimeout(choose, LONG);
  const ends = [
    on(window, "touchmove", (event) => {
      if (!chosen) return clearTimeout(timer);
      event.preventDefault();
      const { clientX, clientY } = event.touches[0];
      const under = indexOf(document.elementFromPoint(clientX, clientY));
      if (under !== undefined && grid.selection.has(index)) grid.selection.extendTo(under);
    }, { passive: false }),
    // The browser's own word that a finger rests: on a busy device it comes before the timer's.
    on(grid.element, "contextmenu", (event) => (event.preventDefault(), choose())),
    ...["pointerup", "touchend", "pointercancel"].map((type) => on(window, type, (event) => {
      if (type === "pointercancel" && chosen) return; // the touch goes on
      clearTimeout(timer);
      for (const end of ends) end();
      setTimeout(deaf, AFTER);
    })),
  ];
  // The click of this very finger, which on a busy device comes late, would take the photo out again.
  const deaf = on(grid.element, "click", (event) => {
    if (!chosen || event.pointerId !== down.pointerId) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}

function key(grid, event) {
  const { layout, selection, list } = grid;
  const from = grid.active;
  const screen = Math.max(1, Math.floor((innerHeight - grid.edge) / layout.step) - 1);
  const row = layout.row(layout.rowOf(from));
  const whole = event.ctrlKey || event.metaKey;
  if (whole && event.key === "a" && selection) selection.all(list.count);
  else if (event.key === "Escape" && selection?.count) selection.clear();
  else if (event.key === " " && selection) selection.toggle(from);
  else if (event.key === "Enter") grid.wiring.open(from);
  else {
    const to = {
      ArrowLeft: from - 1, ArrowRight: from + 1, ArrowUp: layout.moved(from, -1), ArrowDown: layout.moved(from, 1),
      PageUp: layout.moved(from, -screen), PageDown: layout.moved(from, screen),
      Home: whole ? 0 : row.first, End: whole ? list.count - 1 : row.end - 1,
    }[event.key];
    if (to === undefined || event.altKey) return;
    const there = Math.min(Math.max(to, 0), list.count - 1);
    if (event.shiftKey && selection) {
      if (!selection.has(from)) selection.toggle(from);
      selection.extendTo(there);
    }
    grid.focus(there);
  }
  event.preventDefault();
}
