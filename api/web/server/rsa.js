// @ts-check
/** RSA as the Web API wants passwords: PKCS #1 v1.5 (RFC 8017, 7.2.1). Browsers' own cryptography has only OAEP. */

const OVERHEAD = 11; // bytes: 0, 2, eight or more of padding, 0

/**
 * The text in UTF-8, encrypted by the key: hexadecimal, as long as the modulus.
 * @param {string} text @param {string} modulus in hexadecimal @param {string} exponent in hexadecimal
 * @throws {RangeError} the text is longer than the key can take
 */
export function encrypt(text, modulus, exponent) {
  const n = BigInt(`0x${modulus}`);
  const size = Math.ceil(n.toString(16).length / 2);
  const message = new TextEncoder().encode(text);
  if (message.length > size - OVERHEAD) throw new RangeError(`${message.length} bytes don't fit a key of ${size}.`);
  const padding = nonZero(size - message.length - 3);
  const block = Uint8Array.of(0, 2, ...padding, 0, ...message);
  return power(BigInt(`0x${hex(block)}`), BigInt(`0x${exponent}`), n).toString(16).padStart(2 * size, "0");
}

/** Random bytes, none of which is zero. @param {number} length */
function nonZero(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  while (bytes.includes(0)) crypto.getRandomValues(bytes.subarray(bytes.indexOf(0), bytes.indexOf(0) + 1));
  return bytes;
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** base to the exponent modulo n, by squaring. @param {bigint} base @param {bigint} exponent @param {bigint} n */
function power(base, exponent, n) {
  let result = 1n;
  for (; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % n;
    base = (base * base) % n;
  }
  return result;
}
