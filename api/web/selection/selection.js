// @ts-check
/** Which photos of a list are selected: ranges of indexes, so that all of 100,000 is one range. No DOM. */

/** @typedef {readonly [first: number, end: number]} Range end is the first index behind it */

/** Tells by the event `change`. */
export class Selection extends EventTarget {
  /** @type {readonly Range[]} in order, none touching another */
  #ranges = [];
  /** @type {readonly Range[]} as they were before the extension that an `extendTo` takes the place of */
  #before = [];
  /** @type {number | null} where an extension begins */
  #anchor = null;

  get ranges() {
    return this.#ranges;
  }

  get count() {
    return this.#ranges.reduce((sum, [first, end]) => sum + end - first, 0);
  }

  /** @param {number} index */
  has(index) {
    return this.#ranges.some(([first, end]) => first <= index && index < end);
  }

  /** Selects the photo or no longer; the next extension begins here. @param {number} index */
  toggle(index) {
    const ranges = this.has(index) ? without(this.#ranges, index) : united(this.#ranges, index, index + 1);
    this.#set(ranges, ranges, index);
  }

  /** Selects from the photo toggled last to this one, in the place of the last extension. @param {number} index */
  extendTo(index) {
    const anchor = this.#anchor ?? index;
    const ranges = united(this.#before, Math.min(anchor, index), Math.max(anchor, index) + 1);
    this.#set(ranges, this.#before, anchor);
  }

  /** Selects all of a list. @param {number} count */
  all(count) {
    const ranges = count > 0 ? [/** @type {Range} */ ([0, count])] : [];
    this.#set(ranges, ranges, this.#anchor);
  }

  clear() {
    this.#set([], [], null);
  }

  /** Every selected index, in order. */
  *indexes() {
    for (const [first, end] of this.#ranges) for (let index = first; index < end; index++) yield index;
  }

  /** @param {readonly Range[]} ranges @param {readonly Range[]} before @param {number | null} anchor */
  #set(ranges, before, anchor) {
    this.#ranges = ranges;
    this.#before = before;
    this.#anchor = anchor;
    this.dispatchEvent(new Event("change"));
  }
}

/** The ranges with one more put in; those that it meets become one with it. @param {readonly Range[]} ranges
 * @param {number} first @param {number} end @returns {Range[]} */
function united(ranges, first, end) {
  const met = ranges.filter((range) => range[1] >= first && range[0] <= end);
  return [
    ...ranges.filter((range) => range[1] < first),
    [Math.min(first, ...met.map((range) => range[0])), Math.max(end, ...met.map((range) => range[1]))],
    ...ranges.filter((range) => range[0] > end),
  ];
}

/** The ranges without one index. @param {readonly Range[]} ranges @param {number} index @returns {Range[]} */
function without(ranges, index) {
  return ranges.flatMap(([first, end]) => {
    if (index < first || index >= end) return [[first, end]];
    /** @type {Range[]} */
    const halves = [
      [first, index],
      [index + 1, end],
    ];
    return halves.filter((half) => half[0] < half[1]);
  });
}
