/** What opens an account: its app passwords and its sessions, with an end to each. For one's own page, and for admins. */

import { copyButton, openDialog } from "../components/dialog.js";
import { announce, h } from "../components/dom.js";
import { field, form, sentence } from "../components/forms.js";
import { askRemoval, guarded } from "../dialogs/confirm.js";
import { date, moment, t } from "../i18n/strings.js";
import { addAppPassword, appPasswords, endSession, removeAppPassword, sessions } from "../server/accounts.js";

/** Both, of a user; `uid` undefined: one's own. `admin`: who looks at them is one. */
export function access(uid, admin, problem) {
  const lists = [appList(uid, admin, problem), sessionList(uid, problem)];
  lists.forEach(({ look }) => look());
  return lists.map(({ element }) => element);
}

/** A list that is looked at anew after each change: `load` gives its cards. */
function watched(title, hint, actions, none, problem, load) {
  const heading = h("h2", { tabIndex: -1 }, title);
  const list = h("ul", { class: "cards" });
  const empty = h("p", { class: "muted", hidden: true }, none);
  const look = async (focus = false) => {
    try {
      const cards = await load();
      list.replaceChildren(...cards);
      empty.hidden = cards.length > 0;
      if (focus) heading.focus(); // the button that had it is gone
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const element = h("section", { class: "part" }, heading, hint && h("p", { class: "muted" }, hint), list, empty,
    h("div", { class: "actions" }, actions));
  return { element, look };
}

function button(label, run, props = {}) {
  return h("button", { type: "button", class: "plain", onclick: run, ...props }, label);
}

function appList(uid, admin, problem) {
  const add = () => guarded(problem, () => askName(uid, admin, list.look));
  const list = watched(t("apps"), uid === undefined && t("apps.hint"), [button(t("apps.add"), add)], t("apps.none"),
    problem, async () => (await appPasswords(uid)).appPasswords.map(card));
  const card = ({ id, name, created, lastUsed, address, atu }) => {
    const used = lastUsed ? t("apps.used", { date: moment(lastUsed), address: address ?? "?" }) : t("apps.never");
    const remove = () =>
      askRemoval(name, t("apps.remove.why"), () => removeAppPassword(uid, id), () => list.look(true));
    return h("li", { class: "card" },
      h("h3", {}, name, atu && h("span", { class: "badge" }, t("apps.atu"))),
      h("p", { class: "muted" }, [t("apps.since", { date: date(created) }), used].join(" · ")),
      h("div", { class: "actions" }, button(t("remove"), remove, { "aria-label": t("remove.of", { name }) })));
  };
  return list;
}

/** Asks what an app password is for, makes it, and shows it this once. */
function askName(uid, admin, made) {
  const name = h("input", { autocomplete: "off", required: true, maxLength: 64 });
  const atu = h("input", { type: "checkbox" });
  const send = async () => {
    const { password } = await addAppPassword(uid, { name: name.value.trim(), atu: atu.checked });
    const shown = h("input", { readOnly: true, value: password, spellcheck: false, onfocus: () => shown.select() });
    entry.replaceWith(
      h("p", { role: "status" }, t("apps.made")),
      field(name.value, shown),
      h("div", { class: "actions" }, copyButton(t("apps.copy"), password)),
    );
    shown.focus();
    made();
  };
  const entry = form(send, { label: t("apps.make") }, field(t("apps.name"), name),
    admin && field(t("apps.atu"), atu, t("apps.atu.hint")));
  openDialog(t("apps.add"), entry);
  name.focus();
}

function sessionList(uid, problem) {
  const end = async (id) => {
    problem.textContent = "";
    try {
      await endSession(uid, id);
      await list.look(true);
      announce(t("sessions.ended"));
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const others = button(t(uid === undefined ? "sessions.others" : "sessions.all"), () => end("others"));
  const list = watched(t("sessions"), null, [others], t("sessions.none"), problem, async () => {
    const found = (await sessions(uid)).sessions;
    others.hidden = !found.some(({ current }) => !current);
    return found.map(card);
  });
  const card = ({ id, address, client, created, lastUsed, appPassword, current }) => {
    const name = program(client);
    const facts = [
      appPassword && t("sessions.by", { name: appPassword }),
      t("sessions.from", { address }),
      created && t("apps.since", { date: moment(created) }),
      t("sessions.used", { date: moment(lastUsed) }),
    ];
    const label = t("sessions.end.of", { name: `${name}, ${address}` });
    return h("li", { class: "card", title: client },
      h("h3", {}, name, current && h("span", { class: "badge", "data-state": "running" }, t("sessions.current"))),
      h("p", { class: "muted" }, facts.filter(Boolean).join(" · ")),
      !current && h("div", { class: "actions" }, button(t("sessions.end"), () => end(id), { "aria-label": label })));
  };
  return list;
}

// In this order: each but Firefox says that it is one of those behind it, too.
const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox"], ["Chrome"], ["Safari"]];
const SYSTEMS = [["Windows"], ["Android"], ["iPhone"], ["iPad"], ["Mac OS X", "macOS"], ["Linux"]];

/** What a person calls a program. @param {string} client as it calls itself */
function program(client) {
  const [browser, system] = [BROWSERS, SYSTEMS].map((all) => all.find(([word]) => client.includes(word)));
  if (!client.startsWith("Mozilla/") || !browser) return client.slice(0, 60) || t("sessions.unknown");
  return [browser.at(-1), system?.at(-1)].filter(Boolean).join(", ");
}
