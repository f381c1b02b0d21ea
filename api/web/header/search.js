/** The search field and the order of the photos, in the head of the page. */

import { h, icon } from "../components/dom.js";
import { t } from "../i18n/strings.js";

const SORTS = ["-date", "date", "name", "rating", "random"];
const PLACE = /character (\d+) of the query/;

/** The form: its `element`; `show(query, sort)`; `refuse(detail)` says at the field why a query is none.
 * `find(query, sort)` is called for each search. */
export function searchForm(find) {
  const field = h("input", {
    type: "search", name: "q", placeholder: t("search"), autocomplete: "off", autocapitalize: "none", spellcheck: false,
    enterKeyHint: "search", "aria-label": t("search"), "aria-describedby": "search-error",
  });
  const error = h("p", { id: "search-error", class: "search-error", role: "alert" });
  const sort = h("select", { name: "sort", "aria-label": t("search.sort"), title: t("search.sort"), onchange: run },
    SORTS.map((value) => h("option", { value }, t(`search.sort.${value}`))));
  const element = h("form", { role: "search", class: "search", onsubmit: (event) => (event.preventDefault(), run()) },
    h("label", { class: "search-field" }, icon("search"), field),
    h("label", { class: "search-sort" }, sort, icon("sort")), error);

  function run() {
    clear();
    find(field.value.trim(), sort.value);
  }
  function clear() {
    error.replaceChildren();
    field.removeAttribute("aria-invalid");
  }
  // The cross of the field empties it, which asks for everything again.
  field.addEventListener("search", () => field.value === "" && run());
  field.addEventListener("input", clear);

  return {
    element,
    show(query, order) {
      clear();
      if (field.value.trim() !== query) field.value = query;
      sort.value = SORTS.includes(order) ? order : SORTS[0];
    },
    refuse(detail) {
      const place = Number(PLACE.exec(detail)?.[1] ?? 0) - 1;
      error.replaceChildren(detail.replace(/\.$/, ""), ...(place < 0 ? [] : [marked(field.value, place)]));
      field.setAttribute("aria-invalid", "true");
      field.focus();
      // The server counts characters, JavaScript units of which an emoji takes two.
      const units = [...field.value].slice(0, Math.max(place, 0)).join("").length;
      if (place >= 0) field.setSelectionRange(units, units + 1);
    },
  };
}

/** The query with the character marked where it goes wrong. */
function marked(query, place) {
  const characters = [...query];
  const near = Math.max(0, place - 24);
  return h("code", { "aria-hidden": "true" }, near ? "…" : "", characters.slice(near, place).join(""),
    h("mark", {}, characters[place] ?? "\u00a0"), characters.slice(place + 1, place + 24).join(""));
}
