// @ts-check
/** The elements of the grid: headings, rows and cells, made once and filled again for other photos. */

import { h, icon } from "./dom.js";
import { date, month, t } from "./strings.js";

/** @typedef {import("./server.js").Photo} Photo
 * @typedef {{index: number, photo: Photo | undefined, href: string, column: number, selected: boolean | null}} Shown `selected` is
 * null where nothing can be */

/** What a photo is called: its title, or its file's name. @param {Photo | undefined} photo @param {number} index */
export function called(photo, index) {
  return photo?.title || photo?.fileName?.split("/").pop() || t("grid.photo", { n: index + 1 });
}

/** The same, with its date. @param {Photo | undefined} photo @param {number} index */
export function named(photo, index) {
  const name = called(photo, index);
  return photo?.creationDate ? t("grid.named", { name, date: date(photo.creationDate) }) : name;
}

/** The heading of a section. @param {string} text a month, or "" @param {number} columns @param {number} aria its row's number */
export function heading(text, columns, aria) {
  return h("div", { role: "row", class: "heading", "aria-rowindex": aria },
    h("div", { role: "rowheader", "aria-colspan": columns }, h("h2", {}, text ? month(text) : t("grid.undated"))));
}

/** A row of so many empty cells. @param {number} columns @param {boolean} selectable */
export function makeRow(columns, selectable) {
  return h("div", { role: "row", class: "row" }, Array.from({ length: columns }, () => makeCell(selectable)));
}

/** @param {boolean} selectable */
function makeCell(selectable) {
  const link = h("a", { tabIndex: -1, draggable: false }, h("img", { alt: "", draggable: false }));
  const check = selectable && h("button", { type: "button", class: "check", tabIndex: -1, "aria-label": t("grid.select") });
  return h("div", { role: "gridcell", class: "cell" }, link, check);
}

/** Makes a cell that of a photo; its picture is gone until `paint`. @param {HTMLElement} cell @param {Shown} shown */
export function fillCell(cell, { index, photo, href, column, selected }) {
  const link = cell.firstElementChild;
  const image = link.firstElementChild;
  cell.dataset.index = String(index);
  cell.ariaColIndex = String(column + 1);
  link.setAttribute("href", href);
  image.alt = named(photo, index);
  mark(cell, selected);
  if (photo?.gone) paint(cell, { trouble: "gone" }, false);
  else paint(cell, undefined, false);
}

/** @param {HTMLElement} cell @param {boolean | null} selected */
export function mark(cell, selected) {
  if (selected !== null) cell.ariaSelected = String(selected);
}

/** Shows a tile, or its trouble, or neither. @param {HTMLElement} cell @param {import("./tiles.js").Tile | undefined} tile
 * @param {boolean} fresh whether it has just come: then it fades in */
export function paint(cell, tile, fresh) {
  const link = /** @type {HTMLAnchorElement} */ (cell.firstElementChild);
  const image = /** @type {HTMLImageElement} */ (link.firstElementChild);
  cell.querySelector(".trouble")?.remove();
  cell.classList.toggle("fresh", fresh);
  cell.classList.toggle("there", Boolean(tile && "src" in tile));
  if (tile && "src" in tile) image.src = tile.src;
  else image.removeAttribute("src");
  if (!tile || "src" in tile) return;
  const text = t(`grid.${tile.trouble}`);
  link.append(h("span", { class: "trouble" }, icon(tile.trouble === "damaged" ? "damaged" : "unsupported"), text));
}
