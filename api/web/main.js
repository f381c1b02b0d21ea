/** Starts the page: asks who is there, and shows what the address says. */

import { h } from "./components/dom.js";
import { t } from "./i18n/strings.js";
import { failed, leave, showLibrary } from "./pages/library.js";
import { onRoute, route } from "./pages/router.js";
import { loadModule, me, reach } from "./server/client.js";

// The document may name them from its own address on, which changes.
for (const link of document.querySelectorAll(".brand, link[rel=icon]")) link.href = link.href;

const main = document.getElementById("main");
let account = null;

/** Who is there; asked again where there was no answer. */
function who() {
  account ??= me().then(showMenu);
  account.catch(() => (account = null));
  return account;
}

// Pages that few open are loaded when somebody does.
const PAGES = {
  shares: async (main) => (await loadModule("pages/shares.js")).showShares(main),
  jobs: async (main) => (await loadModule("pages/jobs.js")).showJobs(main, await who()),
  account: async (main) => (await loadModule("pages/account.js")).showAccount(main),
  people: async (main) => (await loadModule("pages/people.js")).showPeople(main, await who()),
  audit: async (main) => (await loadModule("pages/audit.js")).showAudit(main, await who()),
  login: async (main) => (await loadModule("pages/login.js")).showLogin(main, await who()),
};

async function showMenu(me) {
  const { accountMenu } = await loadModule("header/account.js");
  document.getElementById("account").replaceChildren(accountMenu(me));
  if (me.vanished?.length) main.before((await loadModule("header/vanished.js")).vanishedBanner(me.vanished));
  return me;
}

function show(now, before) {
  document.body.dataset.page = now.page;
  const page = PAGES[now.page];
  if (!page) return showLibrary(main, now, who);
  if (now.page === before?.page) return;
  leave();
  main.replaceChildren();
  scrollTo(0, 0);
  const enter = () => page(main).catch((error) => route().page === now.page && failed(main, error, enter));
  enter();
  if (before) main.focus();
}

// Shown anew each time, above any dialog.
const away = h("p", { class: "error away", role: "alert", popover: "manual" }, t("unreachable"));
document.body.append(away);
reach((there) => {
  away.hidePopover();
  if (!there) away.showPopover();
});
addEventListener("unhandledrejection", (event) => event.reason?.status === 0 && event.preventDefault());

who();
onRoute(show);
show(route());
