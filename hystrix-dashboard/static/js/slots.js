// A template's copy with named places; writes to the page only what has changed.

export class Slots {
  #places = {};
  #texts = new Map();

  constructor(templateId) {
    const template = document.getElementById(templateId);
    this.root = template.content.firstElementChild.cloneNode(true);
    for (const place of this.root.querySelectorAll("[data-slot]")) {
      this.#places[place.dataset.slot] = place;
    }
  }

  at(name) {
    return this.#places[name];
  }

  text(name, value) {
    const text = String(value);
    if (this.#texts.get(name) !== text) {
      this.#texts.set(name, text);
      this.#places[name].textContent = text; // as text: a name may hold anything
    }
  }

  attribute(name, attribute, value) {
    const place = name === "" ? this.root : this.#places[name];
    const key = `${name} ${attribute}`;
    if (this.#texts.get(key) === value) {
      return;
    }
    this.#texts.set(key, value);
    if (value === null) {
      place.removeAttribute(attribute);
    } else {
      place.setAttribute(attribute, value);
    }
  }
}
