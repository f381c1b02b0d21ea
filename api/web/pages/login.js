/** The page on which people log in: by a password, or at a provider. */

import { h } from "../components/dom.js";
import { alertLine, field, form } from "../components/forms.js";
import { t } from "../i18n/strings.js";
import { inside, leaveForProvider, login, providerUrl, ROOT } from "../server/client.js";

let trouble = document.querySelector("meta[name=trouble]")?.content; // why nobody has signed in at the provider

/** Shows it; `signIn` says which ways there are. */
export function showLogin(main, { signIn }) {
  document.title = `${t("login")} · Darkroom`;
  const problem = alertLine();
  const parts = [h("h1", {}, t("login")), problem];
  if (signIn.provider) parts.push(provided(signIn.provider));
  const [entry, user] = signIn.password ? byPassword() : [];
  if (entry) parts.push(entry);
  else if (!signIn.provider) parts.push(h("p", {}, t("login.none")));
  main.replaceChildren(h("section", { class: "panel login" }, parts));
  (user ?? main.querySelector(".login a"))?.focus();
  if (trouble) problem.textContent = t(`trouble.${trouble}`, { name: signIn.provider });
  trouble = null;
}

function provided(name) {
  const link = h("a", { class: "primary", href: providerUrl(back()), onclick: leaveForProvider }, t("login.by", { name }));
  return h("p", { class: "actions" }, link);
}

/** The form, and what is filled in first. */
function byPassword() {
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
  return [form(send, { label: t("login"), busy: t("login.busy") }, fields), user];
}

/** Where to go after: a place on this site. */
function back() {
  const wanted = URL.parse(new URLSearchParams(location.search).get("back") ?? ROOT, location.origin);
  const there = wanted?.origin === location.origin ? inside(wanted.pathname) : null;
  return there === null || there === "login" ? ROOT : wanted.pathname + wanted.search;
}
