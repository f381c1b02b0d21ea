// @ts-check
/** What the address says, and how it is changed: back, forward, reload and bookmarks work by it alone. */

/** @typedef {"library" | "gallery" | "shares" | "jobs" | "login"} Page
 * @typedef {{page: Page, sid: string, query: string, sort: string, photo: string}} Route photo is a photoid, or in a
 * gallery an index; "" where the viewer is closed */

export const DEFAULT_SORT = "-date";
const PAGES = new Set(["shares", "jobs", "login"]);

/** @type {Set<(route: Route, before: Route) => void>} */
const listeners = new Set();
history.scrollRestoration = "manual";
let current = route();

/** What an address means. @param {Location | URL} [url] @returns {Route} */
export function route(url = location) {
  const [, first, second = ""] = url.pathname.split("/");
  const given = new URLSearchParams(url.search);
  return {
    page: /** @type {Page} */ (first === "s" ? "gallery" : PAGES.has(first) ? first : "library"),
    sid: first === "s" ? decodeURIComponent(second) : "",
    query: given.get("q") ?? "",
    sort: given.get("sort") ?? DEFAULT_SORT,
    photo: given.get("photo") ?? "",
  };
}

/** The address of a route. @param {Partial<Route>} route @returns {string} */
export function address({ page = "library", sid = "", query = "", sort = DEFAULT_SORT, photo = "" }) {
  const path = page === "gallery" ? `/s/${encodeURIComponent(sid)}` : page === "library" ? "/" : `/${page}`;
  const given = new URLSearchParams();
  if (query) given.set("q", query);
  if (sort !== DEFAULT_SORT) given.set("sort", sort);
  if (photo !== "") given.set("photo", photo);
  return given.size ? `${path}?${given}` : path;
}

/** Goes to where the changes lead from here; `replace`: without a step in the history.
 * @param {Partial<Route>} changes @param {{replace?: boolean, state?: object}} [how] */
export function go(changes, { replace = false, state = {} } = {}) {
  const url = address({ ...current, ...changes });
  if (replace) history.replaceState({ ...history.state, ...state }, "", url);
  else history.pushState(state, "", url);
  arrive();
}

/** Calls whenever the route has changed, with the one before. @param {(route: Route, before: Route) => void} listener */
export function onRoute(listener) {
  listeners.add(listener);
}

/** Keeps something with this step of the history, such as where the grid stood. @param {object} state */
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
  const link = /** @type {HTMLElement} */ (event.target).closest?.("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  if (!/^\/($|shares$|jobs$|login$|s\/)/.test(link.pathname)) return;
  event.preventDefault();
  if (link.href !== location.href) history.pushState({}, "", link.href);
  arrive();
});
