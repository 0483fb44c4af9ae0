/** Keeps "3 minutes ago" true while the page is open, and its exact time in the reader's zone. */
const STEPS = /** @type {const} */ ([
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
  ["month", 2_629_800],
  ["year", 31_557_600],
]);
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

export class RelativeTime extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  connectedCallback() {
    this.#write();
    this.#timer = setInterval(() => this.#write(), 30_000);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #write() {
    const time = this.querySelector("time");
    if (!time) return;
    const moment = new Date(time.dateTime);
    time.title = exact.format(moment);
    time.textContent = relativeText((moment.getTime() - Date.now()) / 1000);
  }
}

/**
 * @param {number} seconds from now; negative in the past
 * @returns {string}
 */
function relativeText(seconds) {
  const distance = Math.abs(seconds);
  if (distance < 45) return seconds <= 0 ? "just now" : "in a moment";
  const [unit, size] = STEPS.findLast(([, size]) => distance >= size * 0.95) ?? STEPS[0];
  return words.format(Math.round(seconds / size), unit);
}

customElements.define("relative-time", RelativeTime);
