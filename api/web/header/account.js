/** Who is here, and where they can go: the menu at the head of the page. */

import { h, icon } from "../components/dom.js";
import { menuButton } from "../components/menubutton.js";
import { t } from "../i18n/strings.js";
import { logout, ROOT, toLogin } from "../server/client.js";

export function accountMenu({ uid, signedIn, signsOut, admin, permissions }) {
  const items = [
    permissions.includes("pap:access:share") && { label: t("shares"), href: `${ROOT}shares` },
    admin && { label: t("jobs"), href: `${ROOT}jobs` },
    signedIn && { label: t("account.mine"), href: `${ROOT}account` },
    admin && { label: t("people"), href: `${ROOT}people` },
    admin && { label: t("audit"), href: `${ROOT}audit` },
    signedIn ? signsOut && { label: t("logout"), run: leave } : { label: t("login"), run: toLogin },
  ].filter(Boolean);
  const note = uid && t(signedIn ? "account.signedIn" : "account.default", { uid });
  return menuButton(
    t("account"),
    [icon("account"), h("span", { "aria-hidden": "true" }, signedIn && uid)],
    items,
    note,
  );
}

async function leave() {
  location.assign((await logout()) ?? ROOT); // what the default user sees, or the login page
}
