/** The whole screen for the photo. */

import { iconButton, on } from "../components/dom.js";
import { t } from "../i18n/strings.js";

/** Its `button`; `toggle()` does the same, `end()` gives the screen back. Null where there is no such thing, as on some
 * phones. */
export function fullscreen() {
  if (!document.fullscreenEnabled) return null;
  const taken = () => document.fullscreenElement !== null;
  const toggle = () => {
    const done = taken() ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    done.catch(() => {}); // the browser does not want to: the photo keeps the window
  };
  const button = iconButton("full", t("viewer.full"), toggle, { class: "quiet full", "aria-pressed": taken() });
  const deaf = on(document, "fullscreenchange", () => (button.ariaPressed = String(taken())));
  const end = () => {
    deaf();
    if (taken()) toggle();
  };
  return { button, toggle, end };
}
