/** What photos and sections of them are called. */

import { date, month, t } from "./strings.js";

/** What a photo is called: its title, or its file's name. */
export function photoTitle(photo, index) {
  return photo?.title || photo?.fileName?.split("/").pop() || t("grid.photo", { n: index + 1 });
}

/** The same, with its date. */
export function photoLabel(photo, index) {
  const name = photoTitle(photo, index);
  return photo?.creationDate ? t("grid.named", { name, date: date(photo.creationDate) }) : name;
}

/** What a section is called. */
export const sectionTitle = ({ month: name }) => (name ? month(name) : t("grid.undated"));
