// @ts-check
/** One job on a card: how far it is, what failed and why, and what can be done to it. */

import { announce, h } from "./dom.js";
import { alertLine, sentence } from "./forms.js";
import { changeJob, job as jobOf } from "./server.js";
import { duration, moment, number, t } from "./strings.js";

/** @typedef {import("./server.js").Job} Job */

/** @param {Job} first */
export function jobCard(first) {
  const name = t("jobs.name", { id: String(first.id) });
  let current = { ...first, state: "" };
  const problem = alertLine();
  const badge = h("span", { class: "badge" });
  const bar = h("progress", { "aria-label": name });
  const facts = h("p", { class: "muted" });
  const counts = h("p", { class: "muted" });
  const message = h("p", {});
  const failures = failureList(first.id);
  const act = (/** @type {string} */ action) => async () => {
    problem.textContent = "";
    try {
      update(await changeJob(first.id, action));
      if (current.ended) element.focus(); // the button is gone
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const turn = h("button", { type: "button", onclick: () => act(current.state === "paused" ? "resume" : "pause")() });
  const actions = h("div", { class: "actions" }, turn, h("button", { type: "button", onclick: act("cancel") }, t("jobs.cancel")));
  const element = h("article", { class: "card job", tabIndex: -1, "aria-label": name },
    h("h2", {}, name, badge), h("p", {}, what(first)), bar, facts, counts, message, failures.element, problem, actions);

  function update(/** @type {Job} */ job) {
    const state = t(`jobs.state.${job.state}`);
    if (current.state && current.state !== job.state) announce(`${name}: ${state}`);
    const taken = job.done + job.skipped + job.failed;
    badge.textContent = state;
    badge.dataset.state = job.state;
    bar.max = Math.max(job.total, 1);
    bar.value = job.total ? taken : 1;
    facts.textContent = progress(job, taken).join(" · ");
    counts.textContent = t("jobs.counts", { done: job.done, skipped: job.skipped, failed: job.failed });
    message.textContent = job.message;
    failures.update(job);
    turn.textContent = t(job.state === "paused" ? "jobs.resume" : "jobs.pause");
    actions.hidden = job.ended !== null;
    current = job;
  }
  return { element, update };
}

/** @param {Job} job */
function what({ query, sizes, origin }) {
  const photos = origin === "asked" ? (query === "*" ? t("jobs.everything") : query) : t(`jobs.origin.${origin}`);
  return `${photos} · ${sizes.join(", ")}`;
}

/** @param {Job} job @param {number} taken */
function progress({ total, state, rate, secondsLeft, started, ended }, taken) {
  return [
    t("jobs.progress", { n: taken, total }),
    state === "running" && rate && t("jobs.rate", { rate: number(rate, 1) }),
    state === "running" && secondsLeft !== null && t("jobs.left", { time: duration(secondsLeft) }),
    moment(ended ?? started),
  ].filter((fact) => !!fact);
}

/** What failed, asked for where it is unfolded, and again when there are more. @param {number} id */
function failureList(id) {
  let [wanted, shown] = [0, 0];
  const summary = h("summary");
  const list = h("ul");
  const element = h("details", { hidden: true, ontoggle: () => fill() }, summary, list);
  const fill = async () => {
    if (!element.open || wanted === shown) return;
    shown = wanted;
    try {
      const { failures } = await jobOf(id);
      list.replaceChildren(...failures.map(({ photoID, reason }) =>
        h("li", {}, h("a", { href: `/?photo=${encodeURIComponent(photoID)}` }, h("code", {}, photoID)), " ", reason)));
    } catch (error) {
      shown = 0;
      list.replaceChildren(h("li", { class: "error" }, sentence(error)));
    }
  };
  const update = (/** @type {Job} */ { failed }) => {
    wanted = failed;
    element.hidden = !failed;
    summary.textContent = t("jobs.failures", { n: failed });
    fill();
  };
  return { element, update };
}
