/** The page on which people log in. */

import { h } from "../components/dom.js";
import { field, form } from "../components/forms.js";
import { t } from "../i18n/strings.js";
import { inside, login, ROOT } from "../server/client.js";

export function showLogin(main) {
  document.title = `${t("login")} · Darkroom`;
  const user = h("input", {
    name: "username", autocomplete: "username", required: true, autocapitalize: "none", spellcheck: false,
  });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const send = async () => {
    try {
      await login(user.value, password.value);
    } catch (error) {
      password.select();
      if (error instanceof RangeError) throw new Error(t("login.long"));
      throw error.status === 403 ? new Error(t("login.wrong")) : error;
    }
    location.assign(back()); // read anew: all that the page knows was another user's to see
  };
  const fields = [field(t("login.user"), user), field(t("login.password"), password)];
  const entry = form(send, { label: t("login"), busy: t("login.busy") }, fields);
  main.replaceChildren(h("section", { class: "panel login" }, h("h1", {}, t("login")), entry));
  user.focus();
}

/** Where to go after: a place on this site. */
function back() {
  const wanted = URL.parse(new URLSearchParams(location.search).get("back") ?? ROOT, location.origin);
  const there = wanted?.origin === location.origin ? inside(wanted.pathname) : null;
  return there === null || there === "login" ? ROOT : wanted.href;
}
