// The pill and the banner: how the connection is, since when, why, and what happens next.

import { seconds } from "./format.js";

const STALE_MS = 10000;
const WORDS = { connecting: "Connecting", live: "Live", waiting: "Lost", stale: "Silent" };

export class Connection {
  #state = "connecting";
  #retryAt = 0;

  /** places: pill, text, banner, problem, retry, main. */
  constructor(places) {
    this.places = places;
  }

  set(state, { problem, retryAt } = {}) {
    if (state === "connecting" && this.#state === "waiting") {
      this.#retryAt = 0; // the banner stays until it is known how this try ends
      this.tick(0);
      return;
    }
    this.#state = state;
    this.#retryAt = retryAt ?? 0;
    if (state === "waiting") {
      this.places.problem.textContent = problem;
    }
    this.places.banner.hidden = state !== "waiting";
    this.tick(0);
  }

  tick(silentMs) {
    const silent = this.#state === "live" && silentMs > STALE_MS;
    const state = silent ? "stale" : this.#state;
    this.places.pill.dataset.state = state;
    const text = silent ? `${WORDS.stale} for ${seconds(silentMs)}` : WORDS[state];
    if (this.places.text.textContent !== text) {
      this.places.text.textContent = text;
    }
    this.places.main.toggleAttribute("data-stale", state === "waiting" || state === "stale");
    const left = this.#retryAt - Date.now();
    this.places.retry.textContent = left > 0 ? `Trying again in ${Math.ceil(left / 1000)} s.` : "Trying …";
  }
}
