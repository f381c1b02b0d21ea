/** What is asked before something dangerous: the password, or whether it is meant. */

import { openDialog } from "../components/dialog.js";
import { announce, h } from "../components/dom.js";
import { field, form, sentence } from "../components/forms.js";
import { t } from "../i18n/strings.js";
import { account, confirm } from "../server/accounts.js";

/** Goes on with `next`; asks for the password first, where it was not shown lately. What goes wrong is said in the line
 * `problem`. */
export async function guarded(problem, next) {
  problem.textContent = "";
  try {
    if ((await account()).confirmed) return await next();
  } catch (error) {
    problem.textContent = sentence(error);
    return;
  }
  const password = passwordField("current-password");
  const send = async () => {
    try {
      await confirm(password.value);
    } catch (error) {
      password.select();
      throw error.status === 403 ? new Error(t("confirm.wrong")) : understood(error);
    }
    dialog.close();
    await next();
  };
  const fields = [h("p", { class: "muted" }, t("confirm.why")), field(t("login.password"), password)];
  const dialog = openDialog(t("confirm"), form(send, { label: t("confirm.do") }, fields));
  password.focus();
}

/** A field for a password. */
export const passwordField = (autocomplete) => h("input", { type: "password", autocomplete, required: true });

/** An error as a person reads it: a password may be too long for the key. */
export const understood = (error) => (error instanceof RangeError ? new Error(t("login.long")) : error);

/** Asks whether something shall be removed; then removes it, and `after` that. */
export function askRemoval(name, why, remove, after) {
  const send = async () => {
    await remove();
    dialog.close();
    after();
    announce(t("removed", { name }));
  };
  const entry = form(send, { label: t("remove"), kind: "primary danger" }, h("p", {}, why));
  const dialog = openDialog(t("remove.ask", { name }), entry);
}

/** Asks for a new password; `give(password)` gives it. */
export function askNewPassword(title, hint, give) {
  const password = passwordField("new-password");
  const send = async () => {
    await give(password.value).catch((error) => Promise.reject(understood(error)));
    dialog.close();
    announce(t("account.password.done"));
  };
  const dialog = openDialog(title, form(send, { label: t("save") }, field(t("account.password.new"), password, hint)));
  password.focus();
}
