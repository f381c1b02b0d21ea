/** Menu buttons, as the ARIA Authoring Practices have them. The browser's popover ends by Esc and a click elsewhere. */

import { h } from "./dom.js";

let made = 0;

/** A button that shows `face`, and opens a menu of `{label, run}` and `{label, href}`, under a note where there is one.
 * The focus is back on the button before an item runs: a dialog finds it there. */
export function menuButton(label, face, items, note) {
  const id = `menu${++made}`;
  const button = h("button", {
    type: "button", class: "opener",
    "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id,
  }, face);
  const entries = items.map(({ label, run, href }) => {
    const onclick = () => {
      popup.hidePopover();
      button.focus();
      run?.();
    };
    return h(href ? "a" : "button", { role: "menuitem", tabIndex: -1, href, onclick }, label);
  });
  const menu = h("div", { id, role: "menu", "aria-label": label }, entries);
  const popup = h("div", { popover: "auto", class: "popup" }, note && h("p", {}, note), menu);
  const open = (at) => {
    popup.showPopover({ source: button });
    entries.at(at).focus();
  };
  button.popoverTargetElement = popup;
  button.addEventListener("click", (event) => {
    event.preventDefault(); // the browser would open it without giving it the focus
    popup.matches(":popover-open") ? popup.hidePopover() : open(0);
  });
  popup.addEventListener("beforetoggle", ({ newState }) => (button.ariaExpanded = String(newState === "open")));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowUp" ? -1 : 0);
  });
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys of what lies below
    if (event.key === "Tab") return popup.hidePopover();
    const to = moved(event.key, entries.indexOf(document.activeElement), entries);
    if (to === undefined) return;
    event.preventDefault();
    entries[to].focus();
  });
  return h("div", { class: "menu" }, button, popup);
}

/** Which entry a key goes to from one: the arrows around, Home, End, or the next one that begins with the letter. */
function moved(key, at, entries) {
  const count = entries.length;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const following = entries.map((_, step) => (at + 1 + step) % count);
  return following.find((index) => entries[index].textContent.toLowerCase().startsWith(key.toLowerCase()));
}
