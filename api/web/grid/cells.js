/** The elements of the grid: headings, rows and cells, made once and filled again for other photos. */

import { h, icon } from "../components/dom.js";
import { photoLabel, sectionTitle } from "../i18n/labels.js";
import { t } from "../i18n/strings.js";

/** The headings of a band, above the columns where their photos begin. */
export function headings({ heads, aria }, columns) {
  return h("div", { role: "row", class: "headings", "aria-rowindex": aria }, heads.map((head, at) => {
    const span = (heads[at + 1]?.column ?? columns) - head.column;
    const place = { "aria-colindex": head.column + 1, "aria-colspan": span };
    const cell = h("div", { role: "rowheader", ...place }, h("h2", {}, sectionTitle(head)));
    cell.style.setProperty("--span", span);
    return cell;
  }));
}

/** A row of so many empty cells. */
export function makeRow(columns, selectable) {
  return h("div", { role: "row", class: "row" }, Array.from({ length: columns }, () => makeCell(selectable)));
}

function makeCell(selectable) {
  const link = h("a", { tabIndex: -1, draggable: false });
  const check = { type: "button", class: "check", tabIndex: -1, "aria-label": t("grid.select") };
  return h("div", { role: "gridcell", class: "cell" }, link, selectable && h("button", check));
}

/** Makes a cell that of a photo, without its picture. */
export function fill(cell, index, photo, href) {
  const link = cell.firstElementChild;
  cell.dataset.index = index;
  link.setAttribute("href", href);
  link.ariaLabel = photoLabel(photo, index);
  cell.classList.toggle("partly", Boolean(photo?.damaged));
  if (photo?.damaged) link.ariaLabel += ` – ${t(`damaged.${photo.damaged}`)}`;
  paint(cell, photo?.gone ? { trouble: "gone" } : {}, false);
}

/** Shows a tile, `{image}` or `{trouble}`; or neither. `fresh`: it has just come, so it fades in. */
export function paint(cell, { image, trouble }, fresh) {
  const link = cell.firstElementChild;
  cell.classList.toggle("fresh", fresh);
  if (!trouble) {
    link.replaceChildren(...(image ? [image] : []));
    if (image) image.alt = link.ariaLabel;
    return;
  }
  const text = t(`grid.${trouble}`);
  link.replaceChildren(h("span", { class: "trouble" }, icon(trouble === "damaged" ? "damaged" : "unsupported"), text));
  link.ariaLabel += ` – ${text}`;
}
