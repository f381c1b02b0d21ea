/** What waits for an admin's word: photo roots from which much has vanished at once. */

import { h } from "../components/dom.js";
import { t } from "../i18n/strings.js";

/** @param {{root: string, count: number, of: number}[]} roots */
export function vanishedBanner(roots) {
  return h("div", { class: "banner", role: "alert" }, roots.map(({ root, count, of }) => {
    const command = `darkroom scan --accept-${count < of ? "vanished" : "empty"}`;
    return h("p", {}, t("vanished", { root, count, of }), " ", t("vanished.how", { command }));
  }));
}
