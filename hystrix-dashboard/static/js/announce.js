// Tells a screen reader what changed, at most once every three seconds, and only changes of state.

const PAUSE_MS = 3000;

export class Announcer {
  #waiting = new Map();
  #timer = null;

  constructor(place) {
    this.place = place;
  }

  say(name, word) {
    this.#waiting.set(name, word);
    this.#timer ??= setTimeout(() => this.#speak(), this.place.textContent ? PAUSE_MS : 0);
  }

  #speak() {
    const news = [...this.#waiting].map(([name, word]) => `${name}: ${word.toLowerCase()}`);
    const shown = news.slice(0, 4);
    const more = news.length - shown.length;
    this.place.textContent = `${shown.join(". ")}${more > 0 ? `, and ${more} more` : ""}.`;
    this.#waiting.clear();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#waiting.size > 0) {
        this.#speak();
      }
    }, PAUSE_MS);
  }
}
