/** The page for admins of who changed what. */

import "../i18n/accounts.js";
import { h } from "../components/dom.js";
import { alertLine, field, form } from "../components/forms.js";
import { moment, STRINGS, t } from "../i18n/strings.js";
import { audit } from "../server/accounts.js";

const COUNT = 100;

export async function showAudit(main, me) {
  document.title = `${t("audit")} · Darkroom`;
  const page = h("section", { class: "panel" }, h("h1", { id: "audit" }, t("audit")));
  main.replaceChildren(page);
  if (!me.admin) return page.append(h("p", { role: "alert" }, t("admins")));
  const about = h("input", { autocomplete: "off", autocapitalize: "none", spellcheck: false });
  const rows = h("tbody");
  const none = h("p", { class: "muted", hidden: true }, t("audit.none"));
  const problem = alertLine();
  let last;
  const more = async (before) => {
    const { entries } = await audit({ count: COUNT, before, about: about.value.trim() || undefined });
    if (before === undefined) rows.replaceChildren();
    rows.append(...entries.map(row));
    last = entries.at(-1)?.number;
    older.hidden = entries.length < COUNT;
    none.hidden = rows.children.length > 0;
  };
  const older = form(() => more(last), { label: t("audit.older"), kind: "plain" });
  older.hidden = true;
  const columns = ["at", "who", "what"].map((key) => h("th", { scope: "col" }, t(`audit.${key}`)));
  page.append(form(() => more(), { label: t("audit.find"), kind: "plain" }, field(t("audit.about"), about)), problem,
    h("table", { "aria-labelledby": "audit" }, h("thead", {}, h("tr", {}, columns)), rows), none, older);
  try {
    await more();
  } catch (error) {
    if (error.status !== 403) throw error;
    problem.textContent = t("account.none");
  }
}

function row({ at, who, address, what, whom, details }) {
  const title = `audit.${what}` in STRINGS ? t(`audit.${what}`) : what;
  return h("tr", {}, h("td", {}, moment(at)),
    h("td", {}, who || t("audit.somebody"), h("small", {}, address || t("audit.here"))),
    h("td", {}, [title, whom].filter(Boolean).join(": "), h("small", {}, details)));
}
