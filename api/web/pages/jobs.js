/** The page for admins: what is rendered in advance, and what the cache holds. */

import { announce, h } from "../components/dom.js";
import { alertLine, field, form, sentence } from "../components/forms.js";
import { bytes, number, percent, t } from "../i18n/strings.js";
import { cache, jobs, startJob } from "../server/client.js";
import { isOver, jobCard } from "./jobcard.js";

const BUSY = 1500; // milliseconds from one look to the next, while a job runs
const QUIET = 10_000;

export function showJobs(main, me) {
  document.title = `${t("jobs")} · Darkroom`;
  const page = h("section", { class: "panel" }, h("h1", {}, t("jobs")));
  main.replaceChildren(page);
  if (!me.admin) return page.append(h("p", { role: "alert" }, t("jobs.admins")));
  const problem = alertLine();
  const list = jobList(me.sizes);
  const rows = h("tbody");
  const look = watch(page, problem, async () => {
    const [found, held] = await Promise.all([jobs(), cache()]);
    list.show(found.jobs);
    rows.replaceChildren(...held.tiers.map(tier));
    return found.jobs.some(({ state }) => state === "running") ? BUSY : QUIET;
  });
  const columns = ["cache.tier", "cache.entries", "cache.fill", "cache.hits"].map((key) =>
    h("th", { scope: "col" }, t(key)),
  );
  page.append(
    h("p", { class: "muted" }, t("jobs.hint")),
    list.running,
    starter(me.sizes, look),
    problem,
    list.others,
    h("h2", { id: "cache" }, t("cache")),
    h("table", { "aria-labelledby": "cache" }, h("thead", {}, h("tr", {}, columns)), rows),
  );
  look();
}

/** The form that starts a job. */
function starter(sizes, look) {
  const query = h("input", { autocomplete: "off", spellcheck: false });
  const choice = sizes.map(({ name, width, height }) =>
    h("label", { class: "chip" }, h("input", { type: "checkbox", value: name, "aria-label": name }), name,
      h("small", {}, `${width ?? ""}×${height ?? ""}`)),
  );
  const send = async () => {
    const chosen = choice.map((label) => label.firstChild).filter((box) => box.checked);
    const { id } = await startJob({ query: query.value.trim(), sizes: chosen.map((box) => box.value) });
    announce(t("jobs.started", { id: String(id) }));
    look();
  };
  return h(
    "div",
    { class: "card" },
    form(
      send,
      { label: t("jobs.start") },
      field(t("jobs.query"), query, t("jobs.query.hint")),
      h(
        "fieldset",
        {},
        h("legend", {}, t("jobs.sizes")),
        h("div", { class: "chips" }, choice),
        h("small", {}, t("jobs.sizes.hint")),
      ),
    ),
  );
}

/** The jobs, each on a card that stays while its numbers change: what runs stands by itself. */
function jobList(sizes) {
  const cards = new Map();
  const none = h("p", { class: "muted", hidden: true }, t("jobs.none"));
  const running = h("div", { class: "cards" });
  const others = h("div", { class: "cards" }, none);
  const show = (found) => {
    none.hidden = found.length > 0;
    for (const job of found.toReversed()) {
      const { element, update } = cards.get(job.id) ?? jobCard(job, sizes);
      if (!cards.has(job.id)) (isOver(job) ? others : running).prepend(element);
      cards.set(job.id, { element, update });
      update(job);
    }
  };
  return { running, others, show };
}

/** A tier of the cache as a row; what an ill one holds is not known. */
function tier({ name, entries, bytes: used, mostBytes, hits, misses }) {
  const title = t(`cache.${name}`);
  const share = used === null || !mostBytes ? null : used / mostBytes;
  return h("tr", {}, h("th", { scope: "row" }, title), h("td", {}, entries === null ? "—" : number(entries)),
    h("td", {}, share !== null && h("meter", { value: share, "aria-label": title }),
      share === null ? "—" : percent(share),
      h("small", {}, t("cache.of", { used: bytes(used ?? 0), most: bytes(mostBytes ?? 0) }))),
    h("td", {}, hits + misses ? percent(hits / (hits + misses)) : "—",
      h("small", {}, t("cache.of", { used: hits, most: hits + misses }))));
}

/** Looks again and again while the element is there and the page in sight. `once` gives the milliseconds to the next
 * time; what goes wrong is said in `problem`. Returns what looks at once. */
function watch(element, problem, once) {
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
