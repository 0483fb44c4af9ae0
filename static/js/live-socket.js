/**
 * A page's socket: connects, connects again with back-off, asks for a snapshot where messages may
 * have gone missing, and says how it stands.
 *
 * Events: `message` (detail: the message), `state` (detail: {state, attempt}).
 *
 * @typedef {"open" | "lost" | "signed-out" | "refused" | "gone"} State
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** After this much silence amid live answers, the last message may have been lost on its way. */
const SILENCE_MS = 12_000;
/**
 * Codes after which trying again is of no use.
 * @type {Record<number, State>}
 */
const FINAL_CODES = { 4401: "signed-out", 4403: "refused", 4404: "gone" };

export class LiveSocket extends EventTarget {
  #attempt = 0;
  #isFinal = false;
  #expectsNews = false;
  #awaitsSnapshot = false;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silenceTimer;

  /** @param {string} path */
  constructor(path) {
    super();
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.url = url;
    addEventListener("online", () => this.#tryNow());
    addEventListener("offline", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#tryNow());
    document.addEventListener("visibilitychange", () => this.#onSight());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Whether the server has said that this page has nothing more to come. */
  get isFinal() {
    return this.#isFinal;
  }

  /** Whether something is under way, so that silence is suspicious. */
  set expectsNews(/** @type {boolean} */ expectsNews) {
    this.#expectsNews = expectsNews;
    this.#listen();
  }

  connect() {
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#onOpen());
    socket.addEventListener("message", (event) => this.#onMessage(event));
    socket.addEventListener("close", (event) => event.target === this.#socket && this.#onClose(event.code));
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

  /** Ask for a snapshot, once until it comes. */
  resync() {
    if (this.#awaitsSnapshot) return;
    this.#awaitsSnapshot = this.send({ type: "resync" });
  }

  #onOpen() {
    // The server begins with a snapshot by itself. That it comes ends the row of attempts: a socket
    // that is opened only to be closed again must not be tried without pause.
    this.#awaitsSnapshot = true;
    this.#listen();
    this.#tell("open");
  }

  /** @param {MessageEvent<string>} event */
  #onMessage(event) {
    if (event.target !== this.#socket) return;
    const message = JSON.parse(event.data);
    if (message.type === "snapshot") {
      this.#awaitsSnapshot = false;
      this.#attempt = 0;
    }
    this.#listen();
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** Wait for the next message from now on. */
  #listen() {
    clearTimeout(this.#silenceTimer);
    if (this.#expectsNews && this.isOpen) {
      this.#silenceTimer = setTimeout(() => this.#onSilence(), SILENCE_MS);
    }
  }

  #onSilence() {
    if (this.#awaitsSnapshot) {
      // Not even an answer: the line is dead, and its own end may take minutes to come.
      const silent = this.#socket;
      this.#socket = null;
      silent?.close();
      this.#onClose(0);
      return;
    }
    this.resync();
    this.#listen();
  }

  /** The page can be seen again: timers and messages may have slept meanwhile. */
  #onSight() {
    if (document.hidden || !this.#expectsNews) return;
    if (this.isOpen) {
      this.resync();
      this.#listen();
    } else this.#tryNow();
  }

  /** @param {number} code */
  #onClose(code) {
    clearTimeout(this.#silenceTimer);
    const final = FINAL_CODES[code];
    if (final) {
      this.#isFinal = true;
      this.#tell(final);
      return;
    }
    this.#attempt += 1;
    this.#tell("lost");
    // Spread, so that a restarted server is not met by all its pages at once.
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#attempt - 1), LONGEST_WAIT_MS);
    this.#retryTimer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  #tryNow() {
    if (this.#isFinal) return;
    if (!this.#socket || this.#socket.readyState === WebSocket.CLOSED) this.connect();
  }

  /** @param {State} state */
  #tell(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, attempt: this.#attempt } }));
  }
}
