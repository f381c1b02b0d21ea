/** Sharing photos: what is said of them, then the link. */

import { copyButton, openDialog } from "../components/dialog.js";
import { h } from "../components/dom.js";
import { field, form } from "../components/forms.js";
import { t } from "../i18n/strings.js";
import { ROOT, share } from "../server/client.js";

/** `what` names the photos, `count` of them, as the server wants them named. */
export function showShare(count, what) {
  const name = h("input", { autocomplete: "off" });
  const description = h("textarea", { rows: 3 });
  const expires = h("input", { type: "date", min: today() });
  const open = h("input", { type: "checkbox" });
  const send = async () => {
    const shared = await share({
      ...what,
      name: name.value.trim(),
      description: description.value.trim(),
      expires: endOf(expires.value),
      public: open.checked,
    });
    const link = h("input", {
      readOnly: true,
      value: `${location.origin}${ROOT}s/${shared.sid}`,
      onfocus: () => link.select(),
    });
    entry.replaceWith(
      h("p", { role: "status" }, t("share.done", { n: shared.count })),
      field(t("share.link"), link),
      h(
        "div",
        { class: "actions" },
        copyButton(t("share.copy"), link.value),
        h("a", { class: "plain", href: link.value }, t("share.open")),
      ),
    );
    link.focus();
  };
  const entry = form(
    send,
    { label: t("share.do"), busy: t("share.busy") },
    h("p", { class: "muted" }, t("photos", { n: count })),
    field(t("share.name"), name),
    field(t("field.description"), description),
    field(t("share.expires"), expires, t("share.expires.hint")),
    field(t("share.public"), open, t("share.public.hint")),
  );
  openDialog(t("share"), entry);
}

/** The day that it is here, as date fields have it. */
function today() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The end of a day here, in the world's time; null where there is none. */
const endOf = (day) => (day ? new Date(`${day}T23:59:59`).toISOString() : null);
