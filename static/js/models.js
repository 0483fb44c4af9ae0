/** The catalogue's page: while lists are being read it looks again every second. */
import { fetchPieces, sendForm } from "./pieces.js";
import { showToast } from "./toasts.js";

const LOOK_AGAIN_MS = 1000;
const STATE_URL = "/models/refresh/state/";

const form = document.querySelector("[data-refresh]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  const outcome = await sendForm(/** @type {HTMLFormElement} */ (form));
  for (const problem of outcome.problems) showToast(problem);
  await look();
});

/** Show how the lists stand, until all are read; what changed is then loaded. */
async function look() {
  const isThere = await fetchPieces(STATE_URL);
  if (!isThere) showToast("The portal does not answer. Reload the page to see how the lists stand.");
  const isRefreshing = document.querySelector("#refresh-state [data-is-refreshing]");
  if (isThere && isRefreshing) {
    setTimeout(look, LOOK_AGAIN_MS);
    return;
  }
  form?.querySelector("button")?.removeAttribute("aria-disabled");
  if (isThere) await loadList();
}

/** Show the models as they are now, by the same filters. */
async function loadList() {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = page.querySelector("#catalogue");
  if (list) document.querySelector("#catalogue")?.replaceWith(list);
}

if (document.querySelector("#refresh-state [data-is-refreshing]")) setTimeout(look, LOOK_AGAIN_MS);
