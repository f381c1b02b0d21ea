// @ts-check
/** What the page says, in English and German, and how it writes numbers and dates: by the browser's language. */

/** The texts by key, English first. `{n}` stands for a value, `{n|photo|photos}` for the word that goes with it. */
export const STRINGS = {
  "photos": ["{n} {n|photo|photos}", "{n} {n|Foto|Fotos}"],
  "close": ["Close", "Schließen"],
  "copied": ["Copied", "Kopiert"],
  "copyFailed": ["Please copy it yourself.", "Bitte selbst kopieren."],
  "retry": ["Try again", "Noch einmal"],
  "unreachable": ["The server can't be reached.", "Der Server ist nicht erreichbar."],

  "login": ["Log in", "Anmelden"],
  "login.user": ["User", "Benutzer"],
  "login.password": ["Password", "Passwort"],
  "login.wrong": ["User or password is wrong.", "Benutzer oder Passwort ist falsch."],
  "login.long": ["This password is too long.", "Dieses Passwort ist zu lang."],
  "login.busy": ["Logging in…", "Anmeldung läuft …"],
  "login.by": ["Sign in with {name}", "Mit {name} anmelden"],
  "login.none": ["Nobody signs in here: the proxy in front says who is there.", "Hier meldet sich niemand an: Der Proxy davor sagt, wer da ist."],
  "trouble.expired": ["This sign-in was begun elsewhere, is done already, or took too long. Please sign in again.", "Diese Anmeldung wurde anderswo begonnen, ist schon erledigt oder hat zu lange gedauert. Bitte noch einmal anmelden."],
  "trouble.denied": ["{name} has not let you in.", "{name} hat Sie nicht angemeldet."],
  "trouble.unknown": ["There is no user here for you. Whoever runs this server can add one.", "Hier gibt es keinen Benutzer für Sie. Wer diesen Server betreibt, kann einen anlegen."],
  "trouble.taken": ["Your name belongs to another user here. Whoever runs this server can link the two.", "Ihren Namen hat hier schon ein anderer Benutzer. Wer diesen Server betreibt, kann die beiden verbinden."],
  "trouble.unnamed": ["{name} tells no name for you that a user can have here.", "{name} nennt für Sie keinen Namen, den ein Benutzer hier haben kann."],
  "trouble.many": ["There are too many sessions from your address. Sign out somewhere, or try again later.", "Von Ihrer Adresse gibt es zu viele Sitzungen. Melden Sie sich irgendwo ab, oder versuchen Sie es später."],
  "trouble.away": ["{name} does not answer at the moment. Please try again later.", "{name} antwortet gerade nicht. Bitte später noch einmal versuchen."],
  "trouble.wrong": ["The answer of {name} can't be believed. The log of this server says why.", "Der Antwort von {name} ist nicht zu trauen. Das Protokoll dieses Servers sagt, warum."],
  "trouble.busy": ["Too many people sign in at once. Please try again in a moment.", "Es melden sich zu viele auf einmal an. Bitte gleich noch einmal versuchen."],
  "logout": ["Log out", "Abmelden"],
  "account": ["Account", "Konto"],
  "account.mine": ["My account", "Mein Konto"],
  "people": ["People", "Leute"],
  "audit": ["Audit log", "Protokoll"],
  "account.signedIn": ["Signed in as {uid}", "Angemeldet als {uid}"],
  "account.default": ["You see what {uid} sees", "Sie sehen, was {uid} sieht"],

  "selection": ["Selection", "Auswahl"],
  "selection.count": ["{n} selected", "{n} ausgewählt"],
  "selection.clear": ["Clear selection", "Auswahl aufheben"],
  "tags": ["Tags", "Tags"],
  "tags.details": ["Show metadata details", "Alle Metadaten"],
  "download": ["Download", "Laden"],
  "download.most": ["At most {n} originals at once.", "Höchstens {n} Originale auf einmal."],

  "details": ["Metadata details", "Alle Metadaten"],
  "details.previous": ["Previous", "Zurück"],
  "details.next": ["Next", "Weiter"],
  "details.copy": ["Copy photo ID", "Foto-ID kopieren"],
  "east": ["E", "O"],
  "field.photoID": ["Photo ID", "Foto-ID"],
  "field.title": ["Title", "Titel"],
  "field.description": ["Description", "Beschreibung"],
  "field.creationDate": ["Taken", "Aufgenommen"],
  "field.creationOffset": ["Time zone", "Zeitzone"],
  "field.keywords": ["Keywords", "Stichwörter"],
  "field.persons": ["Persons", "Personen"],
  "field.rating": ["Rating", "Bewertung"],
  "field.size": ["Size", "Größe"],
  "field.coordinates": ["Coordinates", "Koordinaten"],
  "field.make": ["Make", "Hersteller"],
  "field.model": ["Model", "Modell"],
  "field.lens": ["Lens", "Objektiv"],
  "field.exposureTime": ["Exposure", "Belichtung"],
  "field.apertureValue": ["Aperture", "Blende"],
  "field.focalLength": ["Focal length", "Brennweite"],
  "field.isoSpeed": ["ISO", "ISO"],
  "field.fileName": ["File", "Datei"],
  "field.mimeType": ["Type", "Art"],
  "field.software": ["Software", "Software"],
  "field.fingerprint": ["Fingerprint", "Fingerabdruck"],
  "field.damaged": ["Damage", "Schaden"],
  "damaged.truncated": ["The file ends early: not all of it is there", "Die Datei endet zu früh: Es ist nicht alles da"],
  "damaged.corrupt": ["The file is damaged: shown as far as it goes", "Die Datei ist beschädigt: gezeigt, soweit es geht"],

  "share": ["Share photos", "Fotos teilen"],
  "share.do": ["Share", "Teilen"],
  "share.busy": ["Sharing…", "Wird geteilt …"],
  "share.name": ["Name", "Name"],
  "share.expires": ["Expires", "Gültig bis"],
  "share.expires.hint": ["At the end of that day; empty: never.", "Bis zum Ende des Tages; leer: unbegrenzt."],
  "share.public": ["Public", "Öffentlich"],
  "share.public.hint": ["Listed for everybody; else only who has the link finds it.", "Für alle aufgeführt; sonst findet es nur, wer den Link hat."],
  "share.done": ["{n} {n|photo is|photos are} shared: whoever has this link sees {n|it|them}.", "{n} {n|Foto ist|Fotos sind} geteilt: Wer diesen Link hat, sieht {n|es|sie}."],
  "share.link": ["Link", "Link"],
  "share.copy": ["Copy link", "Link kopieren"],
  "share.open": ["Open", "Öffnen"],

  "shares": ["My shares", "Meine Freigaben"],
  "shares.none": ["You share nothing yet. Select photos, then “Share photos”.", "Sie teilen noch nichts. Fotos auswählen, dann „Fotos teilen“."],
  "shares.unnamed": ["Without a name", "Ohne Namen"],
  "shares.created": ["since {date}", "seit {date}"],
  "shares.expires": ["until {date}", "bis {date}"],
  "shares.never": ["for ever", "unbegrenzt"],
  "shares.private": ["by link", "per Link"],
  "shares.end": ["End", "Beenden"],
  "shares.end.of": ["End “{name}”", "„{name}“ beenden"],
  "shares.end.ask": ["End this share?", "Diese Freigabe beenden?"],
  "shares.end.why": ["The link of “{name}” will show nothing any more. The photos stay.", "Der Link von „{name}“ zeigt dann nichts mehr. Die Fotos bleiben."],
  "shares.end.do": ["End share", "Freigabe beenden"],
  "shares.ended": ["“{name}” has ended.", "„{name}“ ist beendet."],

  "gallery": ["Shared gallery", "Geteilte Galerie"],
  "gallery.by": ["Shared by {uid}", "Geteilt von {uid}"],
  "gallery.over": ["This gallery is no longer here", "Diese Galerie gibt es nicht mehr"],
  "gallery.over.why": ["It has ended, or the link is not complete. Whoever sent it can share it again.", "Sie ist beendet, oder der Link ist unvollständig. Wer ihn geschickt hat, kann sie noch einmal teilen."],

  "vanished": ["{count} of the {of} photos of “{root}” have vanished at once. They are shown until somebody says that they may go: is a disk or a share missing?", "{count} der {of} Fotos von „{root}“ sind auf einmal verschwunden. Sie werden gezeigt, bis jemand sagt, dass sie gehen dürfen: Fehlt eine Platte oder eine Freigabe?"],
  "vanished.how": ["If they are really gone: {command}", "Wenn sie wirklich weg sind: {command}"],

  "jobs": ["Jobs", "Aufträge"],
  "jobs.hint": ["Photos rendered in advance are there at once.", "Im Voraus gerechnete Fotos sind sofort da."],
  "jobs.admins": ["Jobs are for admins.", "Aufträge sind für Verwalter."],
  "jobs.query": ["Query", "Suche"],
  "jobs.query.hint": ["Empty: every photo.", "Leer: alle Fotos."],
  "jobs.sizes": ["Sizes", "Größen"],
  "jobs.sizes.hint": ["None: the usual ones.", "Keine: die üblichen."],
  "jobs.start": ["Start job", "Auftrag starten"],
  "jobs.started": ["Job {id} has started.", "Auftrag {id} läuft."],
  "jobs.none": ["There is no job yet.", "Es gibt noch keinen Auftrag."],
  "jobs.name": ["Job {id}", "Auftrag {id}"],
  "jobs.all": ["every photo", "alle Fotos"],
  "jobs.arrivals": ["new photos", "neue Fotos"],
  "jobs.night": ["every night", "jede Nacht"],
  "jobs.running": ["Running", "Läuft"],
  "jobs.paused": ["Paused", "Angehalten"],
  "jobs.cancelled": ["Cancelled", "Abgebrochen"],
  "jobs.done": ["Done", "Fertig"],
  "jobs.rate": ["{rate} a second", "{rate} je Sekunde"],
  "jobs.left": ["{time} left", "noch {time}"],
  "jobs.counts": ["{done} rendered · {skipped} were there · {failed} failed", "{done} gerechnet · {skipped} waren da · {failed} misslungen"],
  "jobs.failures": ["{n} {n|failure|failures}", "{n} {n|Fehler|Fehler}"],
  "jobs.pause": ["Pause", "Anhalten"],
  "jobs.resume": ["Resume", "Fortsetzen"],
  "jobs.cancel": ["Cancel job", "Auftrag abbrechen"],
  "cache": ["Cache", "Zwischenspeicher"],
  "cache.tier": ["Tier", "Stufe"],
  "cache.memory": ["Memory", "Arbeitsspeicher"],
  "cache.disk": ["Disk", "Platte"],
  "cache.redis": ["Redis", "Redis"],
  "cache.entries": ["Renders", "Bilder"],
  "cache.fill": ["Fill", "Füllung"],
  "cache.hits": ["Hits", "Treffer"],
  "cache.of": ["{used} of {most}", "{used} von {most}"],

  // The grid, the search, the viewer.
  "grid": ["Photos", "Fotos"],
  "grid.photo": ["Photo {n}", "Foto {n}"],
  "grid.named": ["{name}, {date}", "{name}, {date}"],
  "grid.select": ["Select", "Auswählen"],
  "grid.undated": ["Without a date", "Ohne Datum"],
  "grid.damaged": ["This photo is damaged", "Dieses Foto ist beschädigt"],
  "grid.unsupported": ["This kind of file is not supported", "Diese Art von Datei geht hier nicht"],
  "grid.gone": ["This photo is no longer there", "Dieses Foto ist nicht mehr da"],
  "grid.none": ["No photos found", "Keine Fotos gefunden"],
  "grid.none.hint": ["Try fewer words, or see all photos.", "Weniger Wörter versuchen, oder alle Fotos ansehen."],
  "grid.none.all": ["All photos", "Alle Fotos"],
  "grid.empty": ["No photos yet", "Noch keine Fotos"],
  "grid.empty.hint": ["They appear here as soon as the library has been read.", "Sie erscheinen hier, sobald die Sammlung gelesen ist."],
  "scrubber": ["Jump in time", "In der Zeit springen"],
  "search": ["Search", "Suche"],
  "search.sort": ["Sort", "Sortieren"],
  "search.sort.-date": ["Newest first", "Neueste zuerst"],
  "search.sort.date": ["Oldest first", "Älteste zuerst"],
  "search.sort.name": ["Name", "Name"],
  "search.sort.rating": ["Rating", "Bewertung"],
  "search.sort.random": ["Random", "Zufällig"],
  "viewer": ["Photo viewer", "Fotoansicht"],
  "viewer.previous": ["Previous photo", "Voriges Foto"],
  "viewer.next": ["Next photo", "Nächstes Foto"],
  "viewer.close": ["Close", "Schließen"],
  "viewer.zoom": ["Zoom", "Zoom"],
  "viewer.slideshow": ["Slideshow", "Diaschau"],
  "viewer.full": ["Full screen", "Ganzer Bildschirm"],
  "viewer.details": ["Details", "Einzelheiten"],
  "viewer.download": ["Download original", "Original laden"],
  "viewer.place": ["{n} of {count}", "{n} von {count}"],
  "viewer.absent": ["That photo is not among these.", "Dieses Foto ist nicht dabei."],
};

/** `de` or `en`. */
export const language = navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
document.documentElement.lang = language;

const column = language === "de" ? 1 : 0;
// Dates as they are written where the browser is at home: 2 July 2015, not July 2, 2015.
const region = navigator.language.toLowerCase().startsWith(language) ? navigator.language : language;
const plural = new Intl.PluralRules(language);
const HOLE = /\{(\w+)(?:\|(.*?)\|(.*?))?\}/g;

/** The text of a key with its values; numbers are grouped. @param {string} key @param {Record<string, unknown>} values
 * @returns {string} */
export function t(key, values = {}) {
  return STRINGS[key][column].replace(HOLE, (_, name, one, other) => {
    const value = values[name];
    if (one !== undefined) return plural.select(value) === "one" ? one : other;
    return typeof value === "number" ? number(value) : value;
  });
}

/** A number with at most so many digits behind the point. @param {number} value */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(region, { maximumFractionDigits: digits }).format(value);
}

/** @param {number} value from 0 to 1 */
export function percent(value) {
  return new Intl.NumberFormat(region, { style: "percent" }).format(value);
}

/** Bytes in the unit that fits: "1.2 GB". @param {number} value */
export function bytes(value) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
  return unit(value / 1000 ** power, units[power], "short", 1);
}

/** A time in the unit that fits: "4 minutes". @param {number} seconds */
export function duration(seconds) {
  const [size, name] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([size]) => seconds >= 1.5 * size) ?? [1, "second"];
  return unit(Math.round(seconds / size), name, "long");
}

function unit(value, name, unitDisplay, maximumFractionDigits = 0) {
  return new Intl.NumberFormat(region, { style: "unit", unit: name, unitDisplay, maximumFractionDigits }).format(value);
}

/** A day: "2 July 2015". @param {string} text as the server writes times */
export function date(text) {
  return written(text, { dateStyle: "long" });
}

/** A day and its time. @param {string} text as the server writes times */
export function moment(text) {
  return written(text, { dateStyle: "long", timeStyle: "short" });
}

/** "July 2015". @param {string} text as in 2015-07 */
export function month(text) {
  return written(`${text}-01`, { month: "long", year: "numeric" });
}

function written(text, options) {
  const [day, time = "00:00:00"] = text.split(/[ T]/);
  const when = new Date(`${day}T${time}`);
  return Number.isNaN(when.getTime()) ? text : new Intl.DateTimeFormat(region, options).format(when);
}
