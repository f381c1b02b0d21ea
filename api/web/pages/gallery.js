/** What stands above a shared gallery, and in the place of one that is no more. */

import { h } from "../components/dom.js";
import { date, t } from "../i18n/strings.js";

export function galleryHead({ name, description, uid, count, expires }) {
  const title = name || t("gallery");
  document.title = `${title} · Darkroom`;
  const facts = [
    uid && t("gallery.by", { uid }),
    t("photos", { n: count }),
    expires !== "never" && t("shares.expires", { date: date(expires) }),
  ];
  return h("header", { class: "gallery" }, h("h1", {}, title), description && h("p", {}, description),
    h("p", { class: "muted" }, facts.filter(Boolean).join(" · ")));
}

export function showGalleryEnded(main) {
  document.title = `${t("gallery.over")} · Darkroom`;
  main.replaceChildren(
    h("section", { class: "note", role: "alert" }, h("h1", {}, t("gallery.over")), h("p", {}, t("gallery.over.why"))),
  );
}
