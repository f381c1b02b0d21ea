/** The bar that shows while something is selected, with what can be done to it. */

import { h, icon, iconButton } from "../components/dom.js";
import { alertLine, sentence } from "../components/forms.js";
import { menuButton } from "../components/menubutton.js";
import { t } from "../i18n/strings.js";
import { loadModule, originalUrl } from "../server/client.js";

const MOST_ORIGINALS = 10; // each is a download of its own

/** The bar. `context` holds a `selection`, the `list` that it is of, and `me`. */
export function selectionBar(context) {
  const { selection, me } = context;
  const may = (name) => me.permissions.includes(`pap:access:${name}`);
  const said = h("span", { role: "status" });
  const problem = alertLine();
  const tried = (action) => async () => {
    problem.textContent = "";
    try {
      await action(context);
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const act = (name, action) =>
    h("button", { type: "button", class: "plain", onclick: tried(action) }, icon(name), t(name));
  const bar = h(
    "div",
    { class: "selected", role: "region", "aria-label": t("selection"), hidden: true },
    problem,
    iconButton("close", t("selection.clear"), () => selection.clear()),
    said,
    may("metadata") &&
      menuButton(t("tags"), [icon("tags"), t("tags")], [{ label: t("tags.details"), run: tried(details) }]),
    may("share") && act("share", share),
    may("downloads") && act("download", download),
  );
  const show = () => {
    bar.hidden = !selection.count;
    problem.textContent = "";
    said.textContent = t("selection.count", { n: selection.count });
  };
  selection.addEventListener("change", show);
  show();
  return bar;
}

async function details({ selection, list }) {
  const { showDetails } = await loadModule("dialogs/details.js");
  const indexes = [...selection.indexes()];
  await showDetails(list.place, indexes[0], indexes);
}

async function share({ selection, list }) {
  const { showShare } = await loadModule("dialogs/share.js");
  const ranges = selection.ranges.map(([first, end]) => [first, end - first]);
  const some = selection.count < list.count;
  showShare(selection.count, some ? { ...list.place, ranges } : list.place);
}

function download({ selection, list }) {
  if (selection.count > MOST_ORIGINALS) throw new Error(t("download.most", { n: MOST_ORIGINALS }));
  for (const index of selection.indexes()) h("a", { href: originalUrl(list.place, index), download: "" }).click();
}
