/** The page of what one shares. */

import { copyButton, openDialog } from "../components/dialog.js";
import { announce, h } from "../components/dom.js";
import { alertLine, form, sentence } from "../components/forms.js";
import { date, t } from "../i18n/strings.js";
import { endShare, photoUrl, ROOT, shares } from "../server/client.js";

export function showShares(main) {
  document.title = `${t("shares")} · Darkroom`;
  const problem = alertLine();
  const heading = h("h1", { tabIndex: -1 }, t("shares"));
  const cards = shareCards(shares, heading, problem, t("shares.none"));
  main.replaceChildren(h("section", { class: "panel" }, heading, problem, ...cards));
}

/** What is shared, as `load` gives it, with an end to each; and what is said where nothing is, in the place of it. */
export function shareCards(load, heading, problem, nothing) {
  const list = h("ul", { class: "cards" });
  const none = h("p", { class: "muted", hidden: true }, nothing);
  const gone = (card) => {
    const next = card.nextElementSibling ?? card.previousElementSibling;
    card.remove();
    (next?.querySelector(".end") ?? heading).focus();
    none.hidden = list.children.length > 0;
  };
  const fill = async () => {
    try {
      list.append(...(await load()).shares.map((share) => card(share, gone, load !== shares)));
      none.hidden = list.children.length > 0;
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  fill();
  return [list, none];
}

function card(share, gone, owned) {
  const name = share.name || t("shares.unnamed");
  const href = `${ROOT}s/${share.sid}`;
  const src = photoUrl({ sid: share.sid }, share.indexmarked, { width: 256, height: 256 });
  const cover = h("img", { alt: "", loading: "lazy", src, onerror: () => (cover.hidden = true) });
  const end = h("button", {
    type: "button", class: "plain end", "aria-label": t("shares.end.of", { name }),
    onclick: () => ask(share.sid, name, () => gone(element)),
  }, t("shares.end"));
  const facts = [
    owned && share.uid && t("shares.by", { uid: share.uid }),
    t("photos", { n: share.count }),
    t("shares.created", { date: date(share.created) }),
    expiry(share.expires),
    t(share.public ? "share.public" : "shares.private"),
  ];
  const element = h("li", { class: "card share" }, h("div", { class: "cover" }, cover), h("div", {},
    h("h2", {}, h("a", { href }, name)),
    share.description && h("p", {}, share.description),
    h("p", { class: "muted" }, facts.filter(Boolean).join(" · ")),
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
