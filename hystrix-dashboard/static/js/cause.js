// Why a circuit is open, in a sentence; remembered, because an open circuit's own figures fade.

import { clock, commas, plural, round1, seconds } from "./format.js";

function kinds(figures) {
  return [[figures.failure, "failure"], [figures.timeout, "timeout"], [figures.rejected, "rejection"]]
    .filter(([count]) => count > 0).map(([count, word]) => plural(count, word)).join(", ");
}

function kindsCount(figures) {
  return figures.failure + figures.timeout + figures.rejected;
}

export class Cause {
  #opening = null; // {when, counted, kinds}: figures at the opening, and those that name the kinds
  #last = null; // figures while the circuit was last closed

  /** The text, or null while there is nothing to explain. */
  update(figures) {
    if (figures.state.open === 0) {
      this.#opening = null;
      this.#last = figures;
      return figures.errors > 0 ? this.#describeErrors(figures) : null;
    }
    this.#opening ??= this.#opened(figures);
    // A call is in the health figures at once, in the counters by kind up to a second later.
    if (kindsCount(figures) > kindsCount(this.#opening.kinds)) {
      this.#opening.kinds = figures;
    }
    return `${this.#describeOpening(figures)} ${this.#since(figures)}`;
  }

  #opened(figures) {
    const last = this.#last;
    return {
      when: last ? `Opened at ${clock(new Date())}` : "Open",
      counted: last && last.requests > figures.requests ? last : figures,
      kinds: last && kindsCount(last) > kindsCount(figures) ? last : figures,
    };
  }

  #describeOpening(figures) {
    const { when, counted, kinds: named } = this.#opening;
    if (counted.errors === 0) {
      return `${when}.`;
    }
    const detail = kinds(named);
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
