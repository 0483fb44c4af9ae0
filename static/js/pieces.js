/**
 * Sending a form without leaving the page, and putting the pieces that come back in place.
 *
 * @typedef {{isTaken: boolean, problems: string[]}} Outcome
 */

const UNREACHABLE = "The portal does not answer. Nothing was lost: try again.";

/**
 * @param {HTMLFormElement} form
 * @param {(piece: Element) => void} [onPiece] called with each piece in its place
 * @returns {Promise<Outcome>}
 */
export async function sendForm(form, onPiece) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Wants": "pieces" },
    });
    if (response.ok) {
      putInPlace(await response.text(), onPiece);
      return { isTaken: true, problems: [] };
    }
    return { isTaken: false, problems: await problemsOf(response) };
  } catch {
    return { isTaken: false, problems: [UNREACHABLE] };
  }
}

/**
 * Fetch pieces and put them in place.
 *
 * @param {string} url
 * @param {(piece: Element) => void} [onPiece]
 * @returns {Promise<boolean>} whether they came
 */
export async function fetchPieces(url, onPiece) {
  try {
    const response = await fetch(url, { headers: { "X-Wants": "pieces" } });
    if (response.ok) putInPlace(await response.text(), onPiece);
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Put each top element of `html` in the place of the one with its id.
 *
 * @param {string} html
 * @param {(piece: Element) => void} [onPiece]
 */
function putInPlace(html, onPiece) {
  const mould = document.createElement("template");
  mould.innerHTML = html;
  for (const piece of [...mould.content.children]) {
    const former = piece.id && document.getElementById(piece.id);
    if (!former) continue;
    former.replaceWith(piece);
    onPiece?.(piece);
  }
}

/**
 * @param {Response} response
 * @returns {Promise<string[]>}
 */
async function problemsOf(response) {
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const problems = isJson ? (await response.json()).errors : null;
  if (Array.isArray(problems) && problems.length) return problems;
  return response.status === 404
    ? ["This is no longer there. Reload the page."]
    : [`The portal refused that (${response.status}). Reload the page and try again.`];
}
