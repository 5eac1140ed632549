// A circuit's card: one DOM subtree, updated in place.

import { Cause } from "./cause.js";
import { circleColour, drawnRadius } from "./colour.js";
import { commas, plural, round1, seconds, shortName } from "./format.js";
import { commandFigures, openHosts } from "./figures.js";
import { Slots } from "./slots.js";
import { Spark } from "./spark.js";

const SIGNS = {
  closed: "M3 8.5l3.2 3.2L13 4.8",
  open: "M4 4l8 8M12 4l-8 8",
  partly: "M8 3v6M8 12.4v.1",
  half: "M2.5 8h3.2M10.3 8h3.2M6 10.5l4-5",
};
const COUNTS = ["success", "short", "bad", "timeout", "rejected", "failure"];
const LATENCIES = ["median", "mean", "p90", "p99", "p995"];

let nextId = 1;

export class Card {
  #cause = new Cause();
  #slots = new Slots("card-template");
  #spark;
  #openSince = null;

  constructor(event) {
    this.root = this.#slots.root;
    const heading = this.#slots.at("name");
    heading.id = `circuit-${nextId++}`;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.#spark = new Spark(this.#slots.at("line"), this.#slots.at("area"), this.#slots.at("peak"));
    this.update(event);
  }

  /** Returns the figures before, or undefined. */
  update(event) {
    const before = this.figures;
    const figures = commandFigures(event, this.#openForMs(event));
    this.figures = figures;
    this.event = event;
    this.#names(figures);
    this.#state(figures);
    this.#numbers(figures);
    this.#more(figures);
    this.#spark.add(figures.rates.cluster, performance.now());
    if (!before) {
      this.tick(performance.now());
    }
    return before;
  }

  #openForMs(event) {
    if (openHosts(event) === 0) {
      this.#openSince = null;
      return 0;
    }
    this.#openSince ??= this.figures ? performance.now() : -Infinity; // open before this page was
    return performance.now() - this.#openSince;
  }

  tick(now) {
    this.#spark.draw(now);
  }

  #names(figures) {
    const slots = this.#slots;
    slots.text("name", shortName(figures.name));
    slots.attribute("name", "title", figures.name);
    slots.text("group", figures.group ?? "no group in the stream");
    slots.text("hosts", figures.gone ? "· no host reports it any more" : `· ${plural(figures.hosts, "host")}`);
    slots.attribute("", "data-gone", figures.gone ? "" : null);
    slots.attribute("", "data-name", figures.name);
  }

  #state(figures) {
    const slots = this.#slots;
    const { kind, word } = figures.state;
    slots.attribute("", "data-state", kind);
    slots.attribute("sign", "d", SIGNS[kind]);
    slots.text("word", word);
    const cause = this.#cause.update(figures);
    slots.text("cause", cause ?? "");
    slots.attribute("cause", "hidden", cause === null ? "" : null);
  }

  #numbers(figures) {
    const slots = this.#slots;
    slots.text("error", round1(figures.error));
    slots.attribute("health", "fill", circleColour(figures.error));
    slots.attribute("health", "r", drawnRadius(figures.rates.host));
    const level = figures.error >= 40 ? "hot" : figures.error >= 10 ? "warm" : null;
    const place = slots.at("error").parentElement;
    if ((place.dataset.level ?? null) !== level) {
      level === null ? delete place.dataset.level : (place.dataset.level = level);
    }
    slots.text("rate", round1(figures.rates.cluster));
    slots.text("host-rate", round1(figures.rates.host));
    for (const name of COUNTS) {
      slots.text(name, commas(figures[name]));
      slots.at(name).parentElement.toggleAttribute("data-none", figures[name] === 0);
    }
    for (const name of LATENCIES) {
      slots.text(name, `${commas(figures.latency[name])}ms`);
    }
  }

  #more(figures) {
    const { fallback } = figures;
    const rows = [
      ["Fallback answered", commas(fallback.success)],
      ["Fallback failed, refused, missing",
        `${commas(fallback.failure)}, ${commas(fallback.rejection)}, ${commas(fallback.missing)}`],
      ["In flight, most of 10 s", `${commas(figures.concurrent)}, ${commas(figures.concurrentMax)}`],
      ["Isolation", figures.isolation],
      ["Permits per host", commas(figures.permits)],
      ["Time limit", `${commas(figures.timeoutMs)}ms`],
      ["Opens at", `${figures.threshold} % of at least ${commas(figures.volume)}`],
      ["Tries again after", seconds(figures.sleepMs)],
      ["Window", seconds(figures.windowMs)],
    ];
    const list = this.#slots.at("more");
    if (list.childElementCount === 0) {
      for (const [label] of rows) {
        const row = document.createElement("div");
        row.append(document.createElement("dt"), document.createElement("dd"));
        row.firstChild.textContent = label;
        list.append(row);
      }
    }
    rows.forEach(([, value], i) => {
      const place = list.children[i].lastChild;
      if (place.textContent !== value) {
        place.textContent = value;
      }
    });
  }
}
