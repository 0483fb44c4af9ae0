/** Tells screen readers how a run goes, at most every five seconds. The streaming text itself is silent. */

const INTERVAL_MS = 5000;

export class Announcer {
  /** @type {string[]} */
  #waiting = [];
  #progress = "";
  #lastTime = -INTERVAL_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} region with role status */
  constructor(region) {
    this.region = region;
  }

  /**
   * Say something once.
   * @param {string} sentence
   */
  say(sentence) {
    this.#waiting.push(sentence);
    this.#plan();
  }

  /**
   * Say how far it is; only the latest is said.
   * @param {string} sentence
   */
  progress(sentence) {
    this.#progress = sentence;
    this.#plan();
  }

  #plan() {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastTime + INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => this.#speak(), wait);
  }

  #speak() {
    this.#timer = undefined;
    this.#lastTime = performance.now();
    this.region.textContent = [...this.#waiting, this.#progress].filter(Boolean).join(" ");
    this.#waiting = [];
    this.#progress = "";
  }
}
