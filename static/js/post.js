/**
 * Send what a button of a form without own fields would send, without leaving the page.
 *
 * @param {HTMLButtonElement} button with `form` and `formaction`
 * @returns {Promise<boolean>} whether the server took it
 */
export async function postButton(button) {
  try {
    // The server answers with a redirect to the page that is open already.
    const response = await fetch(button.formAction, {
      method: "POST",
      body: new FormData(button.form),
      redirect: "manual",
    });
    return response.type === "opaqueredirect" || response.ok;
  } catch {
    return false;
  }
}
