/** What is said of a user or a group: who is new, or what changes. */

import { openDialog } from "../components/dialog.js";
import { h } from "../components/dom.js";
import { field, form } from "../components/forms.js";
import { t } from "../i18n/strings.js";
import { addGroup, addUser, changeGroup, changeUser, renameGroup, renameUser } from "../server/accounts.js";
import { passwordField, understood } from "./confirm.js";

/** Asks for a new user; or, where one is given, for what changes of that one. `groups` are the names there are. */
export function askUser(groups, user, done) {
  const name = h("input", { required: true, autocomplete: "off", autocapitalize: "none", spellcheck: false, maxLength: 64 });
  name.value = user?.uid ?? "";
  const password = passwordField("new-password");
  const admin = h("input", { type: "checkbox", checked: user?.admin ?? false });
  const member = choices(groups, user ? user.groups : ["users"]);
  const send = async () => {
    const rights = { groups: member.chosen(), admin: admin.checked };
    if (!user) {
      const added = addUser({ uid: name.value, password: password.value, ...rights });
      await added.catch((error) => Promise.reject(understood(error)));
    } else {
      await changeUser(user.uid, rights);
      if (name.value !== user.uid) await renameUser(user.uid, name.value);
    }
    dialog.close();
    done();
  };
  const fields = [
    field(t("users.name"), name),
    !user && field(t("account.password.new"), password),
    field(t("users.admin"), admin, t("users.admin.hint")),
    fieldset(t("groups"), member.element),
  ];
  const title = user ? t("users.edit.of", { name: user.uid }) : t("users.add");
  const dialog = openDialog(title, form(send, { label: t("save") }, fields.filter(Boolean)));
  name.focus();
}

/** Asks for a new group; or, where one is given, for what changes of that one. `asked` are the permissions there are. */
export function askGroup(asked, group, done) {
  const name = h("input", { required: true, autocomplete: "off", spellcheck: false, maxLength: 64 });
  name.value = group?.name ?? "";
  const others = (group?.permissions ?? []).filter((each) => !asked.includes(each));
  const may = choices([...asked, ...others], group?.permissions ?? [], permission);
  const sees = h("textarea", { rows: 3, spellcheck: false, value: (group?.filters ?? []).join("\n") });
  const send = async () => {
    const filters = sees.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const rights = { permissions: may.chosen(), filters };
    if (!group) {
      await addGroup({ name: name.value, ...rights });
    } else {
      await changeGroup(group.name, rights);
      if (name.value !== group.name) await renameGroup(group.name, name.value);
    }
    dialog.close();
    done();
  };
  const fields = [
    field(t("groups.name"), name),
    fieldset(t("groups.may"), may.element),
    field(t("groups.sees"), sees, t("groups.sees.hint")),
  ];
  const title = group ? t("users.edit.of", { name: group.name }) : t("groups.add");
  const dialog = openDialog(title, form(send, { label: t("save") }, fields));
  name.focus();
}

const KNOWN = new Set(["downloads", "metadata", "share"].map((each) => `pap:access:${each}`)).add("pap:feature:search");

/** What a permission is for; one that nothing here asks for goes by its own name. */
export const permission = (name) => (KNOWN.has(name) ? t(`permission.${name}`) : name);

function fieldset(legend, element) {
  return h("fieldset", {}, h("legend", {}, legend), element);
}

/** Boxes of which any may be ticked. */
function choices(names, chosen, label = (name) => name) {
  const boxes = names.map((name) => h("input", { type: "checkbox", value: name, checked: chosen.includes(name) }));
  const chips = boxes.map((box) => h("label", { class: "chip" }, box, label(box.value)));
  return {
    element: h("div", { class: "chips" }, chips),
    chosen: () => boxes.filter((box) => box.checked).map((box) => box.value),
  };
}
