/** The page for admins of who there is: users, groups, and what anybody shares. */

import "../i18n/accounts.js";
import { openDialog } from "../components/dialog.js";
import { h } from "../components/dom.js";
import { alertLine, sentence } from "../components/forms.js";
import { askNewPassword, askRemoval, guarded } from "../dialogs/confirm.js";
import { askGroup, askUser, permission } from "../dialogs/people.js";
import { date, t } from "../i18n/strings.js";
import { everybodysShares, givePassword, groups, removeGroup, removeUser, users } from "../server/accounts.js";
import { access } from "./access.js";
import { shareCards } from "./shares.js";

export async function showPeople(main, me) {
  document.title = `${t("people")} · Darkroom`;
  const page = h("section", { class: "panel" }, h("h1", {}, t("people")));
  if (!me.admin) {
    main.replaceChildren(page);
    return page.append(h("p", { role: "alert" }, t("admins")));
  }
  const problem = alertLine();
  const lists = [h("ul", { class: "cards" }), h("ul", { class: "cards" })];
  const headings = ["users", "groups"].map((key) => h("h2", { id: key, tabIndex: -1 }, t(key)));
  let known = { users: [], groups: [], askedFor: [] };
  const look = async (heading) => {
    try {
      const [people, rest] = await Promise.all([users(), groups()]);
      known = { ...people, ...rest };
      lists[0].replaceChildren(...known.users.map((user) => userCard(user, actions)));
      lists[1].replaceChildren(...known.groups.map((group) => groupCard(group, actions)));
      heading?.focus(); // the button that had it is gone
    } catch (error) {
      if (error.status === 403) throw error;
      problem.textContent = sentence(error);
    }
  };
  const names = () => known.groups.map(({ name }) => name);
  const again = (index) => () => look(headings[index]);
  const actions = {
    editUser: (user) => guarded(problem, () => askUser(names(), user, again(0))),
    password: ({ uid }) => guarded(problem, () => askNewPassword(t("users.password.of", { name: uid }),
      t("users.password.hint", { name: uid }), (password) => givePassword(uid, password).then(() => look()))),
    access: ({ uid }) => showAccess(uid),
    removeUser: ({ uid }) => guarded(problem, () =>
      askRemoval(uid, t("users.remove.why"), () => removeUser(uid), again(0))),
    editGroup: (group) => guarded(problem, () => askGroup(known.askedFor, group, again(1))),
    removeGroup: ({ name }) => guarded(problem, () =>
      askRemoval(name, t("groups.remove.why"), () => removeGroup(name), again(1))),
  };
  try {
    await look();
  } catch {
    main.replaceChildren(page);
    return page.append(h("p", { role: "alert" }, t("account.none")));
  }
  const shares = h("h2", { tabIndex: -1 }, t("shares.everybody"));
  page.append(problem, headings[0], lists[0],
    h("div", { class: "actions" }, button(t("users.add"), () => actions.editUser(undefined))),
    headings[1], lists[1],
    h("div", { class: "actions" }, button(t("groups.add"), () => actions.editGroup(undefined))),
    shares, ...shareCards(everybodysShares, shares, problem, t("shares.nobody")));
  main.replaceChildren(page);
}

/** The sessions and app passwords of a user, in a dialog. */
function showAccess(uid) {
  const problem = alertLine();
  openDialog(t("users.access.of", { name: uid }), problem, access(uid, true, problem));
}

function button(label, run, name) {
  return h("button", { type: "button", class: "plain", onclick: run, "aria-label": name && `${label}: ${name}` }, label);
}

function userCard(user, { editUser, password, access, removeUser }) {
  const { uid, admin, open, groups, created } = user;
  const facts = [groups.join(", ") || (!admin && t("users.no.group")), t("users.since", { date: date(created) })];
  const badge = (on, key) => on && h("span", { class: "badge" }, t(key));
  return h("li", { class: "card" },
    h("h3", {}, uid, badge(admin, "users.admin"), badge(open, "users.open")),
    h("p", { class: "muted" }, facts.filter(Boolean).join(" · ")),
    h("div", { class: "actions" },
      button(t("users.edit"), () => editUser(user), uid),
      button(t("users.password"), () => password(user), uid),
      button(t("users.access"), () => access(user), uid),
      button(t("remove"), () => removeUser(user), uid)));
}

function groupCard(group, { editGroup, removeGroup }) {
  const { name, permissions, filters } = group;
  const may = permissions.map(permission).join(", ") || t("groups.may.none");
  return h("li", { class: "card" },
    h("h3", {}, name),
    h("p", {}, `${t("groups.may")}: ${may}`),
    h("p", {}, `${t("groups.sees")}: ${filters.join(" · ") || t("groups.sees.all")}`),
    h("div", { class: "actions" }, button(t("users.edit"), () => editGroup(group), name),
      button(t("remove"), () => removeGroup(group), name)));
}
