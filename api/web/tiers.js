// @ts-check
/** What the tiers of the cache hold, and how often they had what was asked for. */

import { h } from "./dom.js";
import { bytes, number, percent, t } from "./strings.js";

/** @param {{name: string, entries: number, bytes: number, mostEntries: number | null, mostBytes: number | null, hits: number, misses: number}[]} tiers */
export function tierTable(tiers) {
  const head = ["cache.tier", "cache.entries", "cache.fill", "cache.hits"].map((key) => h("th", { scope: "col" }, t(key)));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...tiers.map(row)));
}

function row({ name, entries, bytes: used, mostBytes, hits, misses }) {
  const title = t(`cache.${name}`) ?? name;
  const rate = hits + misses ? percent(hits / (hits + misses)) : "–";
  const meter = mostBytes && h("meter", { max: mostBytes, value: used, "aria-label": `${title}: ${t("cache.fill")}` });
  const fill = mostBytes ? t("cache.fill.of", { used: bytes(used), most: bytes(mostBytes) }) : bytes(used);
  return h("tr", {},
    h("th", { scope: "row" }, title),
    h("td", {}, number(entries)),
    h("td", {}, meter, h("span", {}, fill)),
    h("td", {}, rate, h("small", {}, `${number(hits)} / ${number(hits + misses)}`)));
}
