/** The page of one comparison. */
import "./elements/answer-column.js";
import "./elements/compare-board.js";
