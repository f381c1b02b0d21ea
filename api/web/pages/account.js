/** The page of one's own account: the password, app passwords, sessions. */

import "../i18n/accounts.js";
import { h } from "../components/dom.js";
import { alertLine } from "../components/forms.js";
import { askNewPassword, guarded } from "../dialogs/confirm.js";
import { t } from "../i18n/strings.js";
import { account, changePassword } from "../server/accounts.js";
import { access } from "./access.js";

export async function showAccount(main) {
  document.title = `${t("account.mine")} · Darkroom`;
  const page = h("section", { class: "panel" }, h("h1", {}, t("account.mine")));
  let mine;
  try {
    mine = await account();
  } catch (error) {
    if (error.status !== 403) throw error;
    main.replaceChildren(page);
    return page.append(h("p", { role: "alert" }, t("account.none")));
  }
  const problem = alertLine();
  const ask = () => askNewPassword(t("account.password"), t("account.password.hint"), changePassword);
  const change = h("button", { type: "button", class: "plain", onclick: () => guarded(problem, ask) },
    t("account.password"));
  page.append(h("p", { class: "muted" }, t("account.signedIn", { uid: mine.uid })), problem,
    h("div", { class: "actions" }, change), ...access(undefined, mine.admin, problem));
  main.replaceChildren(page);
}
