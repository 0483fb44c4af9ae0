/**
 * The text of an answer as it arrives in pieces. No page here, so that it can be tested alone.
 *
 * Offsets count Unicode code points, as the server counts; JavaScript's own length counts UTF-16
 * units.
 *
 * @typedef {"answer" | "reasoning"} Kind
 * @typedef {{attempt: number, kind: Kind, offset: number, text: string}} Piece
 * @typedef {{kind: Kind, added: string, cleared: boolean, gap: boolean}} Change
 */

const SURROGATE = /[\uD800-\uDFFF]/;

/**
 * @param {string} text
 * @returns {number} its length in code points
 */
export function codePoints(text) {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * @param {string} text
 * @param {number} count
 * @returns {string} the text without its first `count` code points
 */
export function withoutStart(text, count) {
  if (count <= 0) return text;
  if (!SURROGATE.test(text)) return text.slice(count);
  let units = 0;
  for (const character of text) {
    if (count === 0) break;
    units += character.length;
    count -= 1;
  }
  return text.slice(units);
}

/** One growing text that knows how many code points it has. */
class Growing {
  text = "";
  length = 0;

  /** @param {string} text */
  append(text) {
    this.text += text;
    this.length += codePoints(text);
  }
}

/** What one attempt at one generation has said so far: its answer and its reasoning. */
export class LiveText {
  /** @param {number} attempt */
  constructor(attempt = 0) {
    this.#restart(attempt);
  }

  get answer() {
    return this.#texts.answer.text;
  }

  get reasoning() {
    return this.#texts.reasoning.text;
  }

  /** @type {{answer: Growing, reasoning: Growing}} */
  #texts;

  /** @param {number} attempt */
  #restart(attempt) {
    this.attempt = attempt;
    this.#texts = { answer: new Growing(), reasoning: new Growing() };
  }

  /**
   * Take a piece. What is known already is cut off, what belongs to an earlier attempt is dropped,
   * a later attempt begins anew. On a gap nothing is added: ask for a snapshot.
   *
   * @param {Piece} piece
   * @returns {Change}
   */
  take({ attempt, kind, offset, text }) {
    const change = { kind, added: "", cleared: false, gap: false };
    if (attempt < this.attempt) return change;
    if (attempt > this.attempt) {
      this.#restart(attempt);
      change.cleared = true;
    }
    const growing = this.#texts[kind];
    if (offset > growing.length) {
      change.gap = true;
      return change;
    }
    change.added = withoutStart(text, growing.length - offset);
    growing.append(change.added);
    return change;
  }

  /**
   * Take the whole text of an attempt, as a snapshot has it. A snapshot that is older than what is
   * known changes nothing.
   *
   * @param {number} attempt
   * @param {string} answer
   * @param {string} reasoning
   * @returns {{cleared: boolean, answer: string, reasoning: string}} what to add, after clearing or not
   */
  catchUp(attempt, answer, reasoning) {
    const nothing = { cleared: false, answer: "", reasoning: "" };
    if (attempt < this.attempt) return nothing;
    const isSame = attempt === this.attempt;
    if (isSame && this.answer.startsWith(answer) && this.reasoning.startsWith(reasoning)) {
      return nothing;
    }
    const goesOn = isSame && answer.startsWith(this.answer) && reasoning.startsWith(this.reasoning);
    const known = goesOn ? { answer: this.answer, reasoning: this.reasoning } : { answer: "", reasoning: "" };
    if (!goesOn) this.#restart(attempt);
    const added = {
      cleared: !goesOn,
      answer: answer.slice(known.answer.length),
      reasoning: reasoning.slice(known.reasoning.length),
    };
    this.#texts.answer.append(added.answer);
    this.#texts.reasoning.append(added.reasoning);
    return added;
  }
}
