/** The server's time, whatever this machine's clock says. */
export class ServerClock {
  /** @param {number} serverNow in seconds, when the page was made */
  constructor(serverNow) {
    this.ahead = Number.isFinite(serverNow) ? serverNow * 1000 - pageBegan() : 0;
  }

  /** @returns {number} ms since the epoch */
  now() {
    return Date.now() + this.ahead;
  }
}

/** @returns {number} when the page began to arrive, in ms since the epoch: it was made just before */
function pageBegan() {
  const [navigation] = performance.getEntriesByType("navigation");
  const began = /** @type {PerformanceNavigationTiming | undefined} */ (navigation)?.responseStart;
  return began ? performance.timeOrigin + began : Date.now();
}
