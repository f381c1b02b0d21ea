/** What is asked of the server about accounts: one's own, and for admins everybody's. `uid` undefined: one's own. */

import { json, loadModule, OWN, url } from "./client.js";

const send = (method, path, params, body) => json(url(`${OWN}${path}`, params), { method, body });

export const account = () => json(`${OWN}account`);

/** A password as the session wants it sent. Throws a RangeError where it is too long for that. */
async function sealed(password) {
  const { algorithm, modulus, exponent } = await account();
  const { encrypt } = await loadModule("server/rsa.js");
  return algorithm === "RSA" ? encrypt(password, modulus, exponent) : password;
}

/** Shows the password once more. */
export const confirm = async (password) => send("POST", "account/confirm", {}, { pw: await sealed(password) });
export const changePassword = async (password) => send("POST", "account/password", {}, { pw: await sealed(password) });

export const appPasswords = (uid) => json(url(`${OWN}app-passwords`, { uid }));
export const addAppPassword = (uid, body) => send("POST", "app-passwords", { uid }, body);
export const removeAppPassword = (uid, id) => send("DELETE", `app-passwords/${id}`, { uid });

export const sessions = (uid) => json(url(`${OWN}sessions`, { uid }));
/** Ends a session, or with the id `others` all others. */
export const endSession = (uid, id) => send("DELETE", `sessions/${id}`, { uid });

export const users = () => json(`${OWN}users`);
export const addUser = async ({ password, ...body }) =>
  send("POST", "users", {}, { ...body, pw: await sealed(password) });
export const changeUser = (uid, body) => send("PUT", "users", { uid }, body);
export const renameUser = (uid, name) => send("POST", "users/name", { uid }, { uid: name });
export const givePassword = async (uid, password) =>
  send("POST", "users/password", { uid }, { pw: await sealed(password) });
export const removeUser = (uid) => send("DELETE", "users", { uid });

export const groups = () => json(`${OWN}groups`);
export const addGroup = (body) => send("POST", "groups", {}, body);
export const changeGroup = (name, body) => send("PUT", "groups", { name }, body);
export const renameGroup = (name, to) => send("POST", "groups/name", { name }, { name: to });
export const removeGroup = (name) => send("DELETE", "groups", { name });

export const everybodysShares = () => json(url(`${OWN}shares`, { all: true }));
export const audit = (params) => json(url(`${OWN}audit`, params));
