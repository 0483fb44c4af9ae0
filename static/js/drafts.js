/** Drafts in this browser, so that nothing typed is lost. Kept per person, removed on signing out. */

const PREFIX = "mmchat.draft.";

/**
 * @typedef {{fields: Record<string, string>, models: string[]}} Draft
 */

/**
 * @param {string} owner
 * @returns {Draft | null}
 */
export function readDraft(owner) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + owner) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} owner
 * @param {Draft} draft
 * @returns {boolean} whether the browser kept it
 */
export function keepDraft(owner, draft) {
  try {
    localStorage.setItem(PREFIX + owner, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} owner */
export function forgetDraft(owner) {
  localStorage.removeItem(PREFIX + owner);
}

export function forgetAllDrafts() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
}
