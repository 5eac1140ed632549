// Why a circuit is open, in a sentence; remembered, because an open circuit's own figures fade.

import { clock, commas, plural, round1, seconds } from "./format.js";

function kinds(figures) {
  return [[figures.failure, "failure"], [figures.timeout, "timeout"], [figures.rejected, "rejection"]]
    .filter(([count]) => count > 0).map(([count, word]) => plural(count, word)).join(", ");
}

export class Cause {
  #opened = null;
  #last = null; // figures while the circuit was last closed

  /** Returns {changed, text}: text is null while there is nothing to explain. */
  update(figures) {
    const open = figures.state.open > 0;
    if (open && !this.#opened) {
      this.#opened = this.#describeOpening(figures);
    } else if (!open) {
      this.#opened = null;
      this.#last = figures;
    }
    if (open) {
      return `${this.#opened} ${this.#since(figures)}`;
    }
    return figures.errors > 0 ? this.#describeErrors(figures) : null;
  }

  #describeOpening(figures) {
    const counted = figures.requests >= (this.#last?.requests ?? 0) ? figures : this.#last;
    const when = this.#last ? `Opened at ${clock(new Date())}` : "Open";
    if (counted.errors === 0) {
      return `${when}.`;
    }
    const detail = kinds(counted) || kinds(figures);
    const limit = figures.threshold > 0
      ? ` The limit is ${figures.threshold} % of at least ${commas(figures.volume)}.` : "";
    return `${when}: ${commas(counted.errors)} of ${plural(counted.requests, "call")} failed`
      + `${detail ? ` (${detail})` : ""}.${limit}`;
  }

  #since(figures) {
    if (figures.state.kind === "half") {
      return "One call is on trial: its end decides.";
    }
    const refused = figures.short > 0 ? `${plural(figures.short, "call")} refused in ${seconds(figures.windowMs)}. ` : "";
    const fallback = figures.fallback.success > 0
      ? `The fallback answered ${commas(figures.fallback.success)}. ` : "";
    return `${refused}${fallback}One call is tried again after ${seconds(figures.sleepMs)}.`;
  }

  #describeErrors(figures) {
    const share = figures.requests > 0 ? (100 * figures.errors) / figures.requests : 0;
    return `${commas(figures.errors)} of ${plural(figures.requests, "call")} failed (${round1(share)} %)`
      + `${kinds(figures) ? `: ${kinds(figures)}` : ""}.`;
  }
}
