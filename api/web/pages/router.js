/** What the address says, and how it is changed: back, forward, reload and bookmarks work by it alone. */

import { inside, ROOT } from "../server/client.js";

export const DEFAULT_SORT = "-date";
const PAGES = new Set(["shares", "jobs", "account", "people", "audit", "login"]);

const listeners = new Set();
history.scrollRestoration = "manual";
// Whoever comes back from a provider in vain finds the page to log in; what the address held is used.
if (/^auth\//.test(inside(location.pathname) ?? "")) history.replaceState({}, "", `${ROOT}login`);
let current = route();

/** What an address means: `{page, sid, query, sort, photo}`. `page` is library, gallery or one of PAGES; `photo` is a
 * photoid, or in a gallery an index; "" where the viewer is closed. */
export function route(url = location) {
  const [first, second = ""] = (inside(url.pathname) ?? "").split("/");
  const given = new URLSearchParams(url.search);
  return {
    page: first === "s" ? "gallery" : PAGES.has(first) ? first : "library",
    sid: first === "s" ? second : "",
    query: given.get("q") ?? "",
    sort: given.get("sort") ?? DEFAULT_SORT,
    photo: given.get("photo") ?? "",
  };
}

/** The address of a route. */
export function address({ page = "library", sid = "", query = "", sort = DEFAULT_SORT, photo = "" }) {
  const path = ROOT + (page === "gallery" ? `s/${sid}` : page === "library" ? "" : page);
  const given = new URLSearchParams();
  if (query) given.set("q", query);
  if (sort !== DEFAULT_SORT) given.set("sort", sort);
  if (photo !== "") given.set("photo", photo);
  return given.size ? `${path}?${given}` : path;
}

/** Goes to where the changes lead from here; `replace`: without a step in the history; `state` is kept with it. */
export function go(changes, { replace = false, state = {} } = {}) {
  const url = address({ ...current, ...changes });
  if (replace || url === location.pathname + location.search) history.replaceState({ ...history.state, ...state }, "", url);
  else history.pushState(state, "", url);
  arrive();
}

/** Calls `listener(route, before)` whenever the route has changed. */
export function onRoute(listener) {
  listeners.add(listener);
}

/** Keeps something with this step of the history, such as where the grid stood. */
export function remember(state) {
  history.replaceState({ ...history.state, ...state }, "");
}

function arrive() {
  const before = current;
  current = route();
  for (const listener of listeners) listener(current, before);
}

addEventListener("popstate", arrive);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const elsewhere = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || event.defaultPrevented || elsewhere) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  const path = inside(link.pathname);
  if (path !== "" && !PAGES.has(path) && !path?.startsWith("s/")) return;
  event.preventDefault();
  if (link.href !== location.href) history.pushState({}, "", link.href);
  arrive();
});
