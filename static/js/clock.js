/** The server's time, whatever this machine's clock says. */
export class ServerClock {
  /** @param {number} serverNow in seconds, when the page was made */
  constructor(serverNow) {
    this.ahead = Number.isFinite(serverNow) ? serverNow * 1000 - Date.now() : 0;
  }

  /** @returns {number} ms since the epoch */
  now() {
    return Date.now() + this.ahead;
  }
}
