// @ts-check
/** All that the page asks of the server, and the only module that asks. Paths and shapes are those of docs/api.md. */

/** @typedef {{vid: number} | {sid: string}} Place a view or a shared gallery
 * @typedef {{width?: number, height?: number, quality?: number}} Size in pixels; without both: the photo's own
 * @typedef {{name: string, width: number | null, height: number | null}} NamedSize
 * @typedef {{uid: string | null, signedIn: boolean, admin: boolean, permissions: string[], sizes: NamedSize[], version: string}} Me
 * @typedef {{photoID: string, width: number, height: number, fileName?: string, title?: string, creationDate?: string,
 *   failed: string | null, gone?: boolean}} Photo
 * @typedef {{count: number, sections: {month: string, first: number, count: number}[]}} Timeline
 * @typedef {{count: number, first: number, photos: Photo[]}} Photos */

const API = "/picapportapi/1.0/";

/** An answer that is none: `status` as in HTTP, 0 where the server could not be reached; `retryAfter` in seconds. */
export class ServerError extends Error {
  /** @param {number} status @param {string} detail @param {number | null} [retryAfter] */
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
  if (error.status !== 503 && error.status !== 0) return null;
  return Math.max((error.retryAfter ?? 0) * 1000, Math.min(FIRST * 2 ** tries, LONGEST)) * (1 + Math.random() / 2);
}

/** @param {string} path @param {Record<string, any>} [params] those that are undefined are left out @returns {string} */
function url(path, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** The answer. @param {string} address @param {RequestInit} [request] @returns {Promise<Response>} */
async function ask(address, request = {}) {
  let response;
  try {
    response = await fetch(address, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ServerError(0, String(error));
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 403 && (await isStranger())) toLogin();
  const wait = parseFloat(response.headers.get("Retry-After") ?? "");
  throw new ServerError(response.status, problem.detail ?? response.statusText, Number.isNaN(wait) ? null : wait);
}

/** Goes to the login page, which comes back to here. */
export const toLogin = () => location.assign(`/login?back=${encodeURIComponent(location.pathname + location.search)}`);

/** @type {Promise<Me> | null} */
let who = null;

/** Whether nobody is signed in, here where somebody should be. */
async function isStranger() {
  if (/^\/(login$|s\/)/.test(location.pathname)) return false;
  who ??= me().finally(() => (who = null)); // once for all that is refused at the same time
  return (await who).uid === null;
}

/** The JSON of an answer. The header is what another site can't send. @param {string} address
 * @param {{method?: string, body?: any, signal?: AbortSignal}} [request] @returns {Promise<any>} */
async function json(address, { method = "GET", body, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { "X-Darkroom": "page" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await ask(address, { method, headers, signal, body: body && JSON.stringify(body) });
  return response.status === 204 ? null : response.json();
}

/** @returns {Promise<Me>} */
export const me = () => json("/api/me");

/** @param {string} query @param {string} sort @param {AbortSignal} [signal] @returns {Promise<{vid: number, count: number}>} */
export const runQuery = (query, sort, signal) => json(url(`${API}runQuery`, { query, sort }), { signal });

/** @param {Place} place @param {AbortSignal} [signal] @returns {Promise<Timeline>} */
export const timeline = (place, signal) => json(url("/api/timeline", place), { signal });

/** @param {Place} place @param {number} first @param {number} count @param {AbortSignal} [signal] @returns {Promise<Photos>} */
export const photos = (place, first, count, signal) => json(url("/api/photos", { ...place, first, count }), { signal });

/** The photos from that one on. @param {Place} place @param {string} photoid @param {number} count @returns {Promise<Photos>} */
export const photosFrom = (place, photoid, count) => json(url("/api/photos", { ...place, photoid, count }));

/** @param {Place} place @param {number} index @param {Size} [size] */
export const photoUrl = (place, index, size) => url(`${API}getPhoto`, { ...place, index, ...size });

/** @param {string} photoid @param {Size} [size] */
export const photoUrlById = (photoid, size) => url(`${API}getPhoto`, { photoid, ...size });

/** @param {Place} place @param {number} index */
export const originalUrl = (place, index) => url(`${API}getOriginalFile`, { ...place, index });

/** The picture of an URL of a photo. @param {string} address @param {AbortSignal} [signal]
 * @param {"high" | "low" | "auto"} [priority] @returns {Promise<Blob>} */
export async function render(address, signal, priority = "auto") {
  return (await ask(address, { signal, priority })).blob();
}

/** @param {Place} place @param {number} index */
export const metadata = (place, index) => json(url(`${API}getPhotoMetadata`, { ...place, index }));

/** @param {string} sid */
export const gallery = (sid) => json(url(`${API}getGallery`, { sid }));

/** Has renders made in advance. @param {Place & {first: number, count: number, sizes: Size[]}} body */
export const prefetch = (body) => json("/api/prefetch", { method: "POST", body });

export const share = (body) => json("/api/shares", { method: "POST", body });
export const shares = () => json("/api/shares");
export const endShare = (sid) => json(`/api/shares/${encodeURIComponent(sid)}`, { method: "DELETE" });

export const jobs = () => json("/api/jobs");
export const job = (id) => json(`/api/jobs/${id}`);
export const startJob = (body) => json("/api/jobs", { method: "POST", body });
/** @param {number} id @param {"pause" | "resume" | "cancel"} action */
export const changeJob = (id, action) => json(`/api/jobs/${id}/${action}`, { method: "POST" });
export const cache = () => json("/api/cache");

/** Signs a user in: the session comes as a cookie. @param {string} uid @param {string} password
 * @throws {RangeError} the password is longer than can be sent */
export async function login(uid, password) {
  const { algorithm, modulus, exponent } = await json(`${API}createWebApiSession`);
  const { encrypt } = await import("./rsa.js");
  const pw = algorithm === "RSA" ? encrypt(password, modulus, exponent) : password;
  await json(url(`${API}authorizeWebApiSession`, { uid, pw }));
}

export const logout = () => json("/api/session", { method: "DELETE" });
