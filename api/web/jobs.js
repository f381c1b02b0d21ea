// @ts-check
/** The page for admins: what is rendered in advance, and what the cache holds. */

import { announce, h } from "./dom.js";
import { alertLine, field, form, sentence } from "./forms.js";
import { jobCard } from "./job.js";
import { cache, jobs, startJob } from "./server.js";
import { t } from "./strings.js";
import { tierTable } from "./tiers.js";

const BUSY = 1500; // milliseconds from one look to the next, while a job runs
const QUIET = 10_000;

/** @param {HTMLElement} main @param {import("./server.js").Me} me */
export function showJobs(main, me) {
  document.title = `${t("jobs")} · Darkroom`;
  const page = h("section", { class: "page" }, h("h1", {}, t("jobs")));
  main.replaceChildren(page);
  if (!me.admin) return page.append(h("p", { role: "alert" }, t("jobs.admins")));
  const list = jobList();
  const tiers = h("div");
  const problem = alertLine();
  const look = watch(page, async () => {
    const [found, held] = await Promise.all([jobs(), cache()]);
    list.show(found.jobs);
    tiers.replaceChildren(tierTable(held.tiers));
    return found.jobs.some((job) => job.state === "running") ? BUSY : QUIET;
  }, problem);
  page.append(h("p", { class: "muted" }, t("jobs.hint")), starter(me, look), problem, list.element, h("h2", {}, t("cache")), tiers);
  look();
}

/** The form that starts a job. @param {import("./server.js").Me} me @param {() => void} look */
function starter({ sizes }, look) {
  const query = h("input", { type: "search", autocomplete: "off", spellcheck: false });
  const boxes = sizes.map(({ name, width, height }) => {
    const box = h("input", { type: "checkbox", value: name, "aria-label": name });
    return h("label", { class: "chip" }, box, name, h("small", {}, `${width || ""}×${height || ""}`));
  });
  const choice = h("fieldset", {}, h("legend", {}, t("jobs.sizes")), h("div", { class: "chips" }, ...boxes), h("small", {}, t("jobs.sizes.hint")));
  const send = async () => {
    const chosen = Array.from(choice.querySelectorAll("input:checked"), (box) => /** @type {HTMLInputElement} */ (box).value);
    const { id } = await startJob({ query: query.value.trim(), sizes: chosen });
    announce(t("jobs.started", { id: String(id) }));
    look();
  };
  const entry = form(send, { label: t("jobs.start") }, field(t("jobs.query"), query, t("jobs.query.hint")), choice);
  return h("details", { class: "card" }, h("summary", {}, t("jobs.new")), entry);
}

/** The jobs, each on a card that stays while its numbers change. */
function jobList() {
  /** @type {Map<number, ReturnType<typeof jobCard>>} */
  const cards = new Map();
  const none = h("p", { class: "muted", hidden: true }, t("jobs.none"));
  const element = h("div", { class: "cards" }, none);
  const show = (/** @type {import("./server.js").Job[]} */ found) => {
    none.hidden = found.length > 0;
    for (const job of found.toReversed()) {
      const card = cards.get(job.id) ?? jobCard(job);
      if (!cards.has(job.id)) element.prepend(card.element);
      cards.set(job.id, card);
      card.update(job);
    }
    const ids = new Set(found.map((job) => job.id));
    for (const [id, card] of cards) if (!ids.has(id)) card.element.remove(), cards.delete(id);
  };
  return { element, show };
}

/** Looks again and again for as long as the element is there and the page is in sight. `once` looks, and gives how many
 * milliseconds it shall be to the next time. Returns what looks at once.
 * @param {Element} element @param {() => Promise<number>} once @param {Element} problem where errors are said */
function watch(element, once, problem) {
  let timer = 0;
  const look = async () => {
    clearTimeout(timer);
    if (!element.isConnected) return document.removeEventListener("visibilitychange", look);
    if (document.hidden) return;
    let [pause, said] = [QUIET, ""];
    try {
      pause = await once();
    } catch (error) {
      said = sentence(error);
    }
    if (problem.textContent !== said) problem.textContent = said; // the same again would be read out again
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  };
  document.addEventListener("visibilitychange", look);
  return look;
}
