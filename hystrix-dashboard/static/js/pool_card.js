// A thread pool's card.

import { circleColour, drawnRadius } from "./colour.js";
import { commas, plural, round1, shortName } from "./format.js";
import { poolFigures } from "./figures.js";
import { Slots } from "./slots.js";

const COUNTS = ["active", "queued", "size", "max", "executions", "limit"];
const FULL_RATE = 2000;

let nextId = 1;

export class PoolCard {
  #slots = new Slots("pool-template");

  constructor(event) {
    this.root = this.#slots.root;
    const heading = this.#slots.at("name");
    heading.id = `pool-${nextId++}`;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.update(event);
  }

  update(event) {
    const slots = this.#slots;
    const figures = poolFigures(event);
    this.figures = figures;
    slots.text("name", shortName(figures.name));
    slots.attribute("name", "title", figures.name);
    slots.text("hosts", figures.gone ? "no host reports it any more" : plural(figures.hosts, "host"));
    slots.attribute("", "data-gone", figures.gone ? "" : null);
    slots.text("rate", round1(figures.rates.cluster));
    slots.text("host-rate", round1(figures.rates.host));
    slots.attribute("health", "fill", circleColour(figures.queuedPerHost));
    slots.attribute("health", "r", drawnRadius(figures.rates.host, FULL_RATE));
    for (const name of COUNTS) {
      slots.text(name, commas(figures[name]));
    }
  }
}
