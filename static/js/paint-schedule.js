/**
 * Paints at most 20 times a second: looks as live as 60, costs half. A hidden page paints nothing
 * until it is shown.
 */

const INTERVAL_MS = 50;

export class PaintSchedule {
  #isDue = false;
  #lastPaint = 0;

  /** @param {() => void} paint */
  constructor(paint) {
    this.paint = paint;
    document.addEventListener("visibilitychange", () => this.#plan());
  }

  /** Something has changed: paint soon. */
  request() {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#plan();
  }

  #plan() {
    if (!this.#isDue || document.hidden) return;
    const wait = Math.max(0, this.#lastPaint + INTERVAL_MS - performance.now());
    setTimeout(() => requestAnimationFrame(() => this.#run()), wait);
  }

  #run() {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#lastPaint = performance.now();
    this.paint();
  }
}
