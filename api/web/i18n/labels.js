/** What photos and sections of them are called. */

import { date, month, t } from "./strings.js";

/** What a photo is called: its title, or its file's name. */
export function called(photo, index) {
  return photo?.title || photo?.fileName?.split("/").pop() || t("grid.photo", { n: index + 1 });
}

/** The same, with its date. */
export function named(photo, index) {
  const name = called(photo, index);
  return photo?.creationDate ? t("grid.named", { name, date: date(photo.creationDate) }) : name;
}

/** What a section is called. */
export const headed = ({ month: name }) => (name ? month(name) : t("grid.undated"));
