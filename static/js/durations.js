/**
 * A time as people read it, in the same words as the server's `duration` filter.
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function durationText(milliseconds) {
  if (Math.round(milliseconds) < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return minutesText(Math.round(seconds));
}

/**
 * A running time: steady in width, so that it does not jump.
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function timerText(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : minutesText(Math.floor(seconds));
}

/** @param {number} seconds */
function minutesText(seconds) {
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
