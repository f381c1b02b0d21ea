/** All that the page asks of the server, but for accounts, and the only module that asks. Paths and shapes are those of docs/api.md.
 * A `place` is `{vid}` or `{sid}`, a view or a shared gallery; a `size` is `{width, height, quality}`, in pixels; a
 * `version` is a photo's, as the list of photos has it: an URL with it is that very picture for ever. */

/** Where the server's addresses begin: `/`, or below a proxy's path `/photos/`, whether the server knows it or not. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** A path from there on, `s/x` of `/photos/s/x`; null: it leads elsewhere. */
export function inside(path) {
  if (`${path}/` === ROOT) return "";
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : null;
}

const API = `${ROOT}picapportapi/1.0/`;
export const OWN = `${ROOT}api/`;

/** An answer that is none: `status` as in HTTP, 0 where the server could not be reached; `retryAfter` in seconds. */
export class ServerError extends Error {
  constructor(status, detail, retryAfter = null) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

const TROUBLE = new Map([[500, "damaged"], [501, "unsupported"], [403, "gone"], [404, "gone"]]);
const FIRST = 500; // ms until the second try; each further pause is twice as long
const LONGEST = 30_000;

/** What a photo is that can't be shown: damaged, unsupported or gone; undefined where the next try may show it. */
export const trouble = (error) => TROUBLE.get(error.status);

/** How long to wait until the next try, in ms; null: there is no use in one. */
export function pause(error, tries) {
  if (![0, 429, 503].includes(error.status)) return null;
  return Math.max((error.retryAfter ?? 0) * 1000, Math.min(FIRST * 2 ** tries, LONGEST)) * (1 + Math.random() / 2);
}

/** A path with those parameters that are given. */
export function url(path, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** The answer.
 *
 * Throws a ServerError for each that is no success, and where none comes. */
async function ask(address, request = {}) {
  const response = await reached(fetch(address, request), request.signal);
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if ([403, 404].includes(response.status)) await notice().catch(() => {}); // what was refused is said
  const wait = parseFloat(response.headers.get("Retry-After") ?? "");
  throw new ServerError(response.status, problem.detail ?? response.statusText, Number.isNaN(wait) ? null : wait);
}

let told;

/** `listener(there)` is told whether the server could be reached. */
export const reach = (listener) => (told = listener);

/** What comes over the network; a ServerError where it breaks off, unless it was given up. */
export async function reached(coming, signal) {
  try {
    const come = await coming;
    told(true);
    return come;
  } catch (error) {
    if (signal?.aborted) throw error;
    told(false);
    throw new ServerError(0, String(error));
  }
}

const missed = new Map(); // how often each module could not be loaded

/** A module that is needed now, by its path in the folder of the page. A ServerError where it can't be loaded.
 *
 * Some browsers remember for the life of a page that they could not load a module: the next try is by another address.
 * Where that fails though the server answers, it is one that this module imports, and the page is read anew. */
export async function loadModule(name) {
  const tries = missed.get(name) ?? 0;
  const address = `${ROOT}web/${name}`;
  try {
    return await reached(import(tries ? `${address}?${tries}` : address));
  } catch (error) {
    missed.set(name, tries + 1);
    if (tries && (await fetch(address).catch(() => null))?.ok) location.reload();
    throw error;
  }
}

/** Goes to the login page, which comes back to here. */
export const toLogin = () => location.assign(`${ROOT}login?back=${encodeURIComponent(location.pathname + location.search)}`);

let first = null; // who was here when the page was read
let who = null;

/** Reads the page anew where somebody else is here by now; where nobody is, goes to the login page. */
async function notice() {
  if (/^(login$|s\/)/.test(inside(location.pathname) ?? "")) return;
  who ??= json(`${OWN}me`).finally(() => (who = null)); // once for all that is refused
  const { uid } = await who;
  if (uid === null) toLogin();
  else if (first && uid !== first) location.reload();
}

// Who logs in or out does so in all tabs, and in pages that are kept to go back to.
const tabs = new BroadcastChannel(`login ${ROOT}`);
tabs.onmessage = () => location.reload();
addEventListener("pageshow", (event) => event.persisted && location.reload());

/** The JSON of an answer. The header is what another site can't send. */
export async function json(address, { method = "GET", body, signal } = {}) {
  const headers = { "X-Darkroom": "page" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await ask(address, { method, headers, signal, body: body && JSON.stringify(body) });
  return response.status === 204 ? null : reached(response.json(), signal);
}

export const me = () => json(`${OWN}me`).then((me) => ((first = me.uid), me));

export const runQuery = (query, sort, signal) => json(url(`${API}runQuery`, { query, sort }), { signal });

export const timeline = (place, signal) => json(url(`${OWN}timeline`, place), { signal });

export const photos = (place, first, count, signal) =>
  json(url(`${OWN}photos`, { ...place, first, count }), { signal });

/** The photos from that one on. */
export const photosFrom = (place, photoid, count) => json(url(`${OWN}photos`, { ...place, photoid, count }));

export const photoUrl = (place, index, size, version) =>
  url(`${API}getPhoto`, { ...place, index, ...size, version });

export const photoUrlById = (photoid, size, version) => url(`${API}getPhoto`, { photoid, ...size, version });

export const originalUrl = (place, index) => url(`${API}getOriginalFile`, { ...place, index });

/** Loads the picture of an URL into an image. Why one does not come, only `render` can tell; what has come and is none
 * is damaged. */
export function load(image, address, signal, priority = "auto") {
  return new Promise((resolve, reject) => {
    signal.onabort = () => {
      URL.revokeObjectURL(address);
      image.removeAttribute("src");
      reject(signal.reason);
    };
    image.onload = resolve;
    image.onerror = () => reject(new ServerError(address.startsWith("blob:") ? 500 : 0, ""));
    image.fetchPriority = priority;
    image.src = address;
  });
}

/** The picture of an URL of a photo. */
export async function render(address, signal, priority = "auto") {
  const response = await ask(address, { signal, priority });
  return reached(response.blob(), signal);
}

export const metadata = (place, index) => json(url(`${API}getPhotoMetadata`, { ...place, index }));

export const gallery = (sid) => json(url(`${API}getGallery`, { sid }));

/** Has renders made in advance. */
export const prefetch = (body) => json(`${OWN}prefetch`, { method: "POST", body });

export const share = (body) => json(`${OWN}shares`, { method: "POST", body });
export const shares = () => json(`${OWN}shares`);
export const endShare = (sid) => json(`${OWN}shares/${encodeURIComponent(sid)}`, { method: "DELETE" });

export const jobs = () => json(`${OWN}jobs`);
export const job = (id) => json(`${OWN}jobs/${id}`);
export const startJob = (body) => json(`${OWN}jobs`, { method: "POST", body });
export const changeJob = (id, action) => json(`${OWN}jobs/${id}/${action}`, { method: "POST" });
export const cache = () => json(`${OWN}cache`);

/** Signs a user in: the session comes as a cookie. */
export async function login(uid, password) {
  const { algorithm, modulus, exponent } = await json(`${API}createWebApiSession`);
  const { encrypt } = await loadModule("server/rsa.js");
  const pw = algorithm === "RSA" ? encrypt(password, modulus, exponent) : password;
  await json(url(`${API}authorizeWebApiSession`, { uid, pw }));
  tabs.postMessage("");
}

/** Where one signs in at the provider, which comes back to `back`. */
export const providerUrl = (back) => url(`${ROOT}auth/oidc/login`, { back });

const ELSEWHERE = "signing in elsewhere";

/** The tabs are told when the page is back from there. */
export const leaveForProvider = () => sessionStorage.setItem(ELSEWHERE, "1");

if (sessionStorage.getItem(ELSEWHERE)) {
  sessionStorage.removeItem(ELSEWHERE);
  tabs.postMessage("");
}

/** Ends the session; gives where the browser has to go to sign out elsewhere too, or null. */
export async function logout() {
  const elsewhere = await json(`${OWN}session`, { method: "DELETE" });
  tabs.postMessage("");
  return elsewhere?.location ?? null;
}
