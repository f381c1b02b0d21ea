/** Forms: fields with labels, and one way to send them: what goes wrong is said in the form, what was typed stays. */

import { t } from "../i18n/strings.js";
import { h } from "./dom.js";

let made = 0;

/** A control with its label, and a hint where there is one. */
export function field(label, control, hint) {
  control.id = `field${++made}`;
  const help = hint && h("small", { id: `${control.id}-hint` }, hint);
  if (help) control.setAttribute("aria-describedby", help.id);
  return h("div", { class: `field ${control.type}` }, h("label", { for: control.id }, label), control, help);
}

/** What a person reads of an error. */
export const sentence = (error) => (error.status === 0 ? t("unreachable") : error.message);

/** A line in which errors are said. */
export const alertLine = () => h("p", { class: "error", role: "alert" });

/** A form. While `send` lasts, its button is off and goes by `busy`. A double click and a held Enter send once. */
export function form(send, { label, busy = label, kind = "primary" }, ...children) {
  const problem = alertLine();
  const once = (event) => (event.detail > 1 || event.repeat) && event.preventDefault();
  const button = h("button", { class: kind, onclick: once }, label);
  const onkeydown = (event) => event.key === "Enter" && event.target.type !== "textarea" && once(event);
  const onsubmit = async (event) => {
    event.preventDefault();
    if (button.ariaDisabled) return; // which keeps the focus, as `disabled` does not
    problem.textContent = "";
    button.textContent = busy;
    button.ariaDisabled = "true";
    try {
      await send();
    } catch (error) {
      problem.textContent = sentence(error);
    }
    button.textContent = label;
    button.ariaDisabled = null;
  };
  return h("form", { onsubmit, onkeydown }, children, problem, h("div", { class: "actions" }, button));
}
