/** The page of a list of photos: the library under a query, or a shared gallery. */

import { announce, h } from "../components/dom.js";
import { Grid } from "../grid/grid.js";
import { timeScrubber } from "../grid/scrubber.js";
import { searchForm } from "../header/search.js";
import { photoTitle } from "../i18n/labels.js";
import { t } from "../i18n/strings.js";
import { Selection } from "../selection/selection.js";
import { gallery as galleryOf, loadModule, ROOT } from "../server/client.js";
import { PhotoList } from "../server/photolist.js";
import { address, go, remember } from "./router.js";

const REMEMBERED = 6; // lists to which one comes back as they were
const SOON = 1000; // ms until a library without photos is looked at again, at first
const LATEST = 15000; // ms, however often there were none
const MORE = 3000; // ms until one looks whether it has more photos by now
const WARM = 2000; // ms after which the viewer is loaded, though nobody has asked for it yet

const lists = new Map(); // promises by key
const search = searchForm((query, sort) => go({ page: "library", sid: "", query, sort, photo: "" }));
let shown = null; // {key, list, grid, selection, main}
let route = null;
let viewer = null;
let title = ""; // of the page, while the viewer is closed
let timer = 0;

/** Shows in `main` what a route says; `who()` says who is there. */
export async function showLibrary(main, now, who) {
  route = now;
  if (now.page === "library") head(now);
  const key = JSON.stringify([now.page, now.sid, now.query, now.sort]);
  try {
    if (shown?.key !== key || !shown.grid.element.isConnected) await open(main, key, now, who);
    if (route === now) await view(now, who);
  } catch (error) {
    lists.delete(key);
    if (route !== now) return;
    leave();
    if (error.status !== 400 || now.page !== "library") return failed(main, error, () => showLibrary(main, now, who));
    main.replaceChildren();
    search.refuse(error.detail);
  }
}

// Whoever reloads finds the page where it stood.
addEventListener("pagehide", () => shown && !viewer && remember({ anchor: shown.grid.anchor() }));

// Whoever comes back from where photos are edited sees what has become of them.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) shown?.list.refresh().catch(() => {}); // they stay as they are
});

/** Leaves this page for another one. */
export function leave() {
  viewer?.close();
  viewer = null;
  shown?.close();
  shown = null;
}

function head(now) {
  const place = document.getElementById("search");
  if (!search.element.isConnected) place.append(search.element);
  search.show(now.query, now.sort);
}

function load(key, { page, sid, query, sort }) {
  // One who searches again wants to see what has come meanwhile; one who goes back wants what was there.
  if (!history.state?.anchor) lists.delete(key);
  let list = lists.get(key);
  list ??= page === "gallery" ? PhotoList.gallery(sid) : PhotoList.view(query, sort);
  lists.delete(key);
  lists.set(key, list);
  for (const old of lists.keys()) if (lists.size > REMEMBERED) lists.delete(old);
  return list;
}

async function open(main, key, now, who) {
  const { anchor } = history.state ?? {};
  const coming = load(key, now);
  coming.catch(() => {}); // where there is no such gallery, its head says so
  const above = now.page === "gallery" ? await galleryHead(now.sid) : h("h1", { class: "unseen" }, t("grid"));
  if (above === null) return;
  const [list, me] = await Promise.all([coming, who()]);
  if (route !== now && JSON.stringify([route.page, route.sid, route.query, route.sort]) !== key) return;
  leave();
  if (list.count) show(main, above, key, list, now, me, anchor);
  else {
    main.replaceChildren(above, nothing(now));
    if (now.page === "library" && !now.query) grow(list, now, () => showLibrary(main, now, who));
  }
  announce(list.count ? t("photos", { n: list.count }) : t("grid.none"));
  if (now.page === "library") document.title = now.query ? `${now.query} – Darkroom` : "Darkroom";
  title = document.title;
}

function show(main, above, key, list, now, me, anchor) {
  const selection = now.page === "gallery" ? null : new Selection();
  const squares = me.sizes.filter(({ width, height }) => width && width === height);
  const sizes = squares.map(({ width }) => width).sort((a, b) => a - b);
  let scrubber = null;
  const grid = new Grid({
    list, selection,
    sizes,
    href: (index) => address({ ...now, photo: list.name(index) }),
    open: (index) => {
      remember({ anchor: grid.anchor() });
      const replace = route.photo !== "";
      go({ photo: list.name(index) }, { replace, state: replace ? { index } : { index, inside: true } });
    },
    moved: () => {
      scrubber?.update();
      clearTimeout(timer);
      timer = setTimeout(() => viewer || remember({ anchor: grid.anchor() }), 150);
    },
  });
  scrubber = timeScrubber(grid);
  let bar = null;
  selection?.addEventListener("change", () => {
    if (bar || !selection.count) return;
    bar = loadModule("selection/selectionbar.js").then(({ selectionBar }) => {
      const element = selectionBar({ selection, list, me });
      document.body.append(element);
      return element;
    });
    bar.catch(() => (bar = null));
  });
  list.addEventListener("change", () => selection?.clear());
  const close = () => {
    grid.close();
    scrubber.element.remove();
    bar?.then((element) => element.remove());
  };
  shown = { key, list, grid, close };
  main.replaceChildren(above, grid.element, scrubber.element);
  grid.arrange();
  if (anchor) grid.restore(anchor);
  else scrollTo(0, 0);
  setTimeout(() => loadModule("viewer/viewer.js"), WARM);
}

async function galleryHead(sid) {
  const head = await loadModule("pages/gallery.js");
  try {
    return head.galleryHead(await galleryOf(sid));
  } catch (error) {
    if (error.status !== 404) throw error;
    leave();
    head.showGalleryEnded(document.getElementById("main"));
    return null;
  }
}

/** Opens, moves or closes the viewer, as the route says. */
async function view(now, who) {
  if (!shown) return;
  const { list, grid } = shown;
  if (!now.photo) {
    if (!viewer) return;
    const { index } = viewer;
    viewer.close();
    viewer = null;
    document.title = title;
    return grid.focus(index);
  }
  if (viewer?.name === now.photo) return;
  const known = history.state?.index;
  const index = known < list.count && list.name(known) === now.photo ? known : await list.find(now.photo);
  if (route !== now) return;
  if (index < 0) {
    announce(t("viewer.absent"));
    return go({ photo: "" }, { replace: true });
  }
  if (viewer) return viewer.show(index);
  const { Viewer } = await loadModule("viewer/viewer.js");
  const me = await who();
  if (route !== now) return;
  viewer = new Viewer({
    list, me, tile: (at) => grid.tile(at), gallery: now.page === "gallery",
    moved: (at) => {
      go({ photo: list.name(at) }, { replace: true, state: { index: at } });
      document.title = `${photoTitle(list.peek(at), at)} – Darkroom`;
    },
    closed: (at) => {
      viewer = null;
      document.title = title;
      if (history.state?.inside) history.back();
      else if (route.photo) go({ photo: "" }, { replace: true });
      grid.focus(at);
    },
  });
  viewer.show(index);
}

/** While the library is read for the first time: looks with growing pauses until there are photos, has them shown, and
 * looks for more as long as there are more each time, and nobody has begun to do anything with them. */
async function grow(list, now, show) {
  const look = async (list, pause, wanted) => {
    do await new Promise((resolve) => setTimeout(resolve, pause)); while (document.hidden);
    if (wanted()) await list.renew().catch(() => {}); // it stays as it is
  };
  const empty = () => route === now && !list.count;
  for (let pause = SOON; empty(); pause = Math.min(1.5 * pause, LATEST)) await look(list, pause, empty);
  if (route !== now) return;
  await show();
  const here = shown;
  const idle = () => here && shown === here && route === now && !viewer && !scrollY && !here.grid.selection.count;
  for (let before = 0; idle() && here.list.count !== before; await look(here.list, MORE, idle))
    before = here.list.count;
}

function nothing({ query }) {
  const [title, hint] = query ? ["grid.none", "grid.none.hint"] : ["grid.empty", "grid.empty.hint"];
  const all = query && h("a", { href: ROOT, class: "plain" }, t("grid.none.all"));
  return h("div", { class: "note" }, h("h2", {}, t(title)), h("p", {}, t(hint)), all);
}

/** Says why a page can't be shown, with a way to try again. */
export function failed(main, error, retry) {
  if (error.status === undefined) console.error(error);
  main.replaceChildren(h("div", { class: "note" },
    h("p", { role: "alert" }, error.status ? error.detail : t("unreachable")),
    h("button", { class: "plain", onclick: retry }, t("retry"))));
}
