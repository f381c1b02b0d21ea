/** Dialogs, and buttons that copy a text. */

import { t } from "../i18n/strings.js";
import { h, icon, iconButton } from "./dom.js";

/** Opens a dialog. It ends by its button, Esc or a click beside it; the focus goes back to where it was. */
export function openDialog(title, ...children) {
  document.querySelector("dialog.panel")?.close();
  const close = iconButton("close", t("close"), () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "panel", "aria-label": title },
    h("header", {}, h("h2", {}, title), close),
    children,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  setTimeout(() => (dialog.closedBy = "any"), 500); // the second of two clicks ends none
  return dialog;
}

/** A button that copies a text, and says beside itself that it has. */
export function copyButton(label, text) {
  const said = h("small", { role: "status" });
  const onclick = async () => {
    said.textContent = "";
    said.textContent = t((await copy(text, said)) ? "copied" : "copyFailed");
  };
  return h("span", { class: "copy" },
    h("button", { type: "button", class: "plain", onclick }, icon("copy"), label), said);
}

/** Copies a text; says whether that went. A page that came by plain http has no clipboard: there it goes by a field,
 * which is put beside `near`, as a modal dialog leaves no other place the focus. */
async function copy(text, near) {
  if (navigator.clipboard) {
    const sent = navigator.clipboard.writeText(text);
    return sent.then(() => true, () => false);
  }
  const before = document.activeElement;
  const holder = h("textarea", { value: text, readOnly: true, class: "unseen" });
  near.after(holder);
  holder.focus();
  holder.select();
  const copied = document.execCommand("copy");
  holder.remove();
  before.focus();
  return copied;
}
