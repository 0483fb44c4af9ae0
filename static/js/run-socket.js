/**
 * The socket of a run: connects, connects again with back-off, and says how it stands.
 *
 * Events: `message` (detail: the message), `state` (detail: {state, attempt}).
 *
 * @typedef {"connecting" | "open" | "lost" | "refused"} State
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Codes after which trying again is of no use: no session, no right, no such run. */
const FINAL_CODES = new Set([4401, 4403, 4404]);

export class RunSocket extends EventTarget {
  #attempt = 0;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} path */
  constructor(path) {
    super();
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.url = url;
    addEventListener("online", () => this.#tryNow());
    addEventListener("offline", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#tryNow());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#attempt = 0;
      this.#tell("open");
    });
    socket.addEventListener("message", (event) => {
      this.dispatchEvent(new CustomEvent("message", { detail: JSON.parse(event.data) }));
    });
    socket.addEventListener("close", (event) => this.#onClose(event));
  }

  /**
   * @param {object} message
   * @returns {boolean} whether it could be sent
   */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** @param {CloseEvent} event */
  #onClose(event) {
    if (event.target !== this.#socket) return;
    if (FINAL_CODES.has(event.code)) {
      this.#tell("refused");
      return;
    }
    this.#attempt += 1;
    this.#tell("lost");
    // Spread, so that a restarted server is not met by all its pages at once.
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#attempt - 1), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  #tryNow() {
    if (this.#socket?.readyState === WebSocket.CLOSED) this.connect();
  }

  /** @param {State} state */
  #tell(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, attempt: this.#attempt } }));
  }
}
