/** Starts the page: asks who is there, and shows what the address says. */

import { leave, showLibrary } from "./library.js";
import { onRoute, route } from "./router.js";
import * as server from "./server.js";

const main = document.getElementById("main");
const account = server.me();
account.then(showAccount, () => {});

// Rooms that most people enter seldom are loaded when somebody does.
const ROOMS = {
  shares: async (main) => (await import("./shares.js")).showShares(main),
  jobs: async (main) => (await import("./jobs.js")).showJobs(main, await account),
  login: async (main) => (await import("./login.js")).showLogin(main),
};

async function showAccount(me) {
  const { accountMenu } = await import("./account.js");
  document.getElementById("account")?.replaceChildren(accountMenu(me));
}

function show(now, before) {
  document.body.dataset.page = now.page;
  const room = ROOMS[now.page];
  if (!room) return showLibrary(main, now, account);
  if (now.page === before?.page) return;
  leave();
  main.replaceChildren();
  scrollTo(0, 0);
  room(main);
  if (before) main.focus();
}

onRoute(show);
show(route());
