/** One job on a card: how far it is, what failed and why, and what can be done to it. */

import { announce, h } from "../components/dom.js";
import { alertLine, sentence } from "../components/forms.js";
import { duration, moment, number, t } from "../i18n/strings.js";
import { changeJob, job as jobOf, ROOT } from "../server/client.js";

/** Whether a job has come to its end. */
export const isOver = ({ state }) => state === "done" || state === "cancelled";

/** A job's card, and what brings it up to date; `named` are the sizes that have names. */
export function jobCard({ id, query, sizes, origin }, named) {
  const name = t("jobs.name", { id: String(id) });
  let state = "";
  const badge = h("span", { class: "badge" });
  const bar = h("progress", { "aria-label": name });
  const [facts, counts, message] = ["muted", "muted", ""].map((kind) => h("p", { class: kind }));
  const failures = failureList(id);
  const problem = alertLine();
  const act = async (action) => {
    problem.textContent = "";
    try {
      update(await changeJob(id, action));
      if (actions.hidden) element.focus(); // the button that had it is gone
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const button = (label, action) =>
    h("button", { type: "button", class: "plain", onclick: () => act(action()) }, label);
  const turn = button("", () => (state === "paused" ? "resume" : "pause"));
  const actions = h(
    "div",
    { class: "actions" },
    turn,
    button(t("jobs.cancel"), () => "cancel"),
  );
  const texts = sizes.map(
    (size) =>
      named.find(({ width, height }) => `${width ?? ""}x${height ?? ""}` === size)?.name ?? size.replace("x", "×"),
  );
  const photos = origin !== "asked" ? t(`jobs.${origin}`) : query === "*" ? t("jobs.all") : query;
  const element = h(
    "article",
    { class: "card", tabIndex: -1, "aria-label": name },
    h("h2", {}, name, badge),
    h("p", {}, `${photos} · ${texts.join(", ")}`),
    bar,
    facts,
    counts,
    message,
    failures.element,
    problem,
    actions,
  );

  function update(job) {
    const now = t(`jobs.${job.state}`);
    if (state && state !== job.state) announce(`${name}: ${now}`);
    state = job.state;
    badge.textContent = now;
    badge.dataset.state = state;
    bar.max = job.total || 1;
    bar.value = job.total ? job.done + job.skipped + job.failed : 1;
    facts.textContent = progress(job).join(" · ");
    counts.textContent = t("jobs.counts", job);
    message.textContent = job.message;
    failures.update(job.failed);
    turn.textContent = t(state === "paused" ? "jobs.resume" : "jobs.pause");
    actions.hidden = isOver(job);
  }
  return { element, update };
}

function progress({ total, done, skipped, failed, state, rate, secondsLeft, started, ended }) {
  return [
    t("viewer.place", { n: done + skipped + failed, count: total }),
    state === "running" && rate && t("jobs.rate", { rate: number(rate, 1) }),
    state === "running" && secondsLeft !== null && t("jobs.left", { time: duration(secondsLeft) }),
    moment(ended ?? started),
  ].filter(Boolean);
}

/** What failed; asked for where it is unfolded, and again when it is more. */
function failureList(id) {
  let [count, shown] = [0, 0];
  const summary = h("summary");
  const list = h("ul");
  const fill = async () => {
    if (!element.open || shown === count) return;
    shown = count;
    try {
      const { failures } = await jobOf(id);
      list.replaceChildren(
        ...failures.map(({ photoID, fileName, reason }) =>
          h("li", {}, h("a", { href: `${ROOT}?photo=${encodeURIComponent(photoID)}` }, fileName ?? photoID), ": ", reason),
        ),
      );
    } catch (error) {
      shown = 0;
      list.replaceChildren(h("li", { class: "error" }, sentence(error)));
    }
  };
  const element = h("details", { hidden: true, ontoggle: fill }, summary, list);
  const update = (failed) => {
    count = failed;
    element.hidden = !failed;
    summary.textContent = t("jobs.failures", { n: failed });
    fill();
  };
  return { element, update };
}
