/** The page of what one shares. */

import { copyButton, openDialog } from "../components/dialog.js";
import { announce, h } from "../components/dom.js";
import { alertLine, form, sentence } from "../components/forms.js";
import { date, t } from "../i18n/strings.js";
import { endShare, photoUrl, ROOT, shares } from "../server/client.js";

export async function showShares(main) {
  document.title = `${t("shares")} · Darkroom`;
  const problem = alertLine();
  const heading = h("h1", { tabIndex: -1 }, t("shares"));
  const list = h("ul", { class: "cards" });
  const none = h("p", { class: "muted", hidden: true }, t("shares.none"));
  main.replaceChildren(h("section", { class: "panel" }, heading, problem, list, none));
  const gone = (card) => {
    const next = card.nextElementSibling ?? card.previousElementSibling;
    card.remove();
    (next?.querySelector(".end") ?? heading).focus();
    none.hidden = list.children.length > 0;
  };
  try {
    list.append(...(await shares()).shares.map((share) => card(share, gone)));
    none.hidden = list.children.length > 0;
  } catch (error) {
    problem.textContent = sentence(error);
  }
}

function card(share, gone) {
  const name = share.name || t("shares.unnamed");
  const href = `${ROOT}s/${share.sid}`;
  const src = photoUrl({ sid: share.sid }, share.indexmarked, { width: 256, height: 256 });
  const cover = h("img", { alt: "", loading: "lazy", src, onerror: () => (cover.hidden = true) });
  const end = h("button", {
    type: "button", class: "plain end", "aria-label": t("shares.end.of", { name }),
    onclick: () => ask(share.sid, name, () => gone(element)),
  }, t("shares.end"));
  const facts = [
    t("photos", { n: share.count }),
    t("shares.created", { date: date(share.created) }),
    expiry(share.expires),
    t(share.public ? "share.public" : "shares.private"),
  ];
  const element = h("li", { class: "card share" }, h("div", { class: "cover" }, cover), h("div", {},
    h("h2", {}, h("a", { href }, name)),
    share.description && h("p", {}, share.description),
    h("p", { class: "muted" }, facts.join(" · ")),
    h("div", { class: "actions" }, copyButton(t("share.copy"), location.origin + href), end)));
  return element;
}

export function expiry(expires) {
  return expires === "never" ? t("shares.never") : t("shares.expires", { date: date(expires) });
}

/** Asks whether it shall end. */
function ask(sid, name, ended) {
  const send = async () => {
    await endShare(sid);
    dialog.close();
    ended();
    announce(t("shares.ended", { name }));
  };
  const why = h("p", {}, t("shares.end.why", { name }));
  const dialog = openDialog(
    t("shares.end.ask"),
    form(send, { label: t("shares.end.do"), kind: "primary danger" }, why),
  );
}
