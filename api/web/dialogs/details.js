/** Everything that is known of a photo. */

import { copyButton, openDialog } from "../components/dialog.js";
import { h } from "../components/dom.js";
import { alertLine, sentence } from "../components/forms.js";
import { language, moment, number, STRINGS, t } from "../i18n/strings.js";
import { metadata } from "../server/client.js";

/** In this order; what else the server knows follows, by its own names. */
const ORDER = (
  "title description damaged creationDate creationOffset keywords persons rating size coordinates make model lens " +
  "exposureTime apertureValue focalLength isoSpeed fileName mimeType software fingerprint"
).split(" ");
const GERMAN = new Set(["exposureTime", "apertureValue", "focalLength"]); // the vendor's answers write 2,8

/** Shows it of one photo of a view or a gallery, with a way to the others, which are indexes too. */
export async function showDetails(place, index, others = [index]) {
  let at = others.indexOf(index);
  const body = h("div", { "aria-live": "polite" });
  const problem = alertLine();
  const where = h("span");
  const step = (key, by) =>
    h(
      "button",
      { type: "button", class: "plain", onclick: () => go((at + by + others.length) % others.length) },
      t(key),
    );
  const go = async (to) => {
    at = to;
    where.textContent = t("viewer.place", { n: at + 1, count: others.length });
    let [shown, said] = [[], ""];
    try {
      shown = described(await metadata(place, others[to]));
    } catch (error) {
      said = sentence(error);
    }
    if (at !== to) return; // another is asked for by now
    body.replaceChildren(...shown);
    problem.textContent = said;
  };
  openDialog(
    t("details"),
    others.length > 1 && h("nav", {}, step("details.previous", -1), where, step("details.next", 1)),
    problem,
    body,
  );
  await go(at);
}

function described({ photoID, version: _, width, height, latitude, longitude, creationYear, ...known }) {
  const mega = number((width * height) / 1e6, 1);
  const size = `${width} × ${height} · ${mega} MP`;
  const coordinates =
    latitude !== undefined &&
    longitude !== undefined &&
    `${degrees(latitude, "N", "S")}, ${degrees(longitude, t("east"), "W")}`;
  const fields = { ...known, size, coordinates };
  const names = [...ORDER, ...Object.keys(known).filter((name) => !ORDER.includes(name))].filter(
    (name) => fields[name],
  );
  return [
    h("p", { class: "id" }, h("span", {}, t("field.photoID"), " ", h("code", {}, photoID)),
      copyButton(t("details.copy"), photoID)),
    h("dl", {}, names.map((name) => [
      h("dt", {}, `field.${name}` in STRINGS ? t(`field.${name}`) : name),
      h("dd", {}, written(name, fields[name])),
    ])),
  ];
}

function written(name, value) {
  if (name === "creationDate") return moment(value);
  if (name === "damaged") return t(`damaged.${value}`);
  if (name === "rating")
    return h(
      "span",
      { role: "img", "aria-label": t("viewer.place", { n: value, count: 5 }) },
      "★".repeat(value) + "☆".repeat(5 - value),
    );
  if (Array.isArray(value))
    return h("ul", { class: "words" }, value.map((word) => h("li", {}, word)));
  return GERMAN.has(name) && language === "en" ? value.replace(",", ".") : String(value);
}

const degrees = (value, positive, negative) => `${number(Math.abs(value), 5)}° ${value < 0 ? negative : positive}`;
