/** Making and finding elements. No text becomes markup anywhere: `h` is the only maker. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Of `props`, `class`, `role`, `aria-*` and `data-*` are attributes, `on…` are listeners, `dataset` is an
 * object, and the rest are the element's properties, or attributes where it has none of that name. What is null,
 * undefined or false among the props and children is left out; an array of children counts as its parts.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => ![null, undefined, false].includes(child)));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name === "class") element.className = value;
  else if (name === "dataset") Object.assign(element.dataset, value);
  else if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
  else if (/^(role|aria-|data-)/.test(name)) element.setAttribute(name, String(value));
  else if (name in element) element[name] = value;
  else if (value !== false) element.setAttribute(name, value === true ? "" : value);
}

/** One of the icons of index.html, for eyes only. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** A button that shows an icon, is called by its label, and calls `run(event)`. */
export function iconButton(name, label, run, props = {}) {
  const called = { title: label, "aria-label": label };
  return h("button", { type: "button", class: "quiet", onclick: run, ...called, ...props }, icon(name));
}

/** Listens for events of a type; gives the function that ends it. */
export function on(target, type, listener, options) {
  target.addEventListener(type, listener, options);
  return () => target.removeEventListener(type, listener, options);
}

const live = document.getElementById("live");

/** Tells those who listen to the page, when there is time for it. */
export function announce(text) {
  // A text that is said twice is a change only if it was away in between. A modal dialog hides all else.
  const home = document.querySelector("dialog:modal:last-of-type") ?? document.body;
  if (live.parentNode !== home) home.append(live);
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 50);
}

/** Whether the user has asked for less motion. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
