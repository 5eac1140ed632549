// All cards of the page: events in, once a frame onto the screen.

import { Card } from "./card.js";
import { round1 } from "./format.js";
import { FILTERS, ORDERS, arrange, matches } from "./order.js";
import { PoolCard } from "./pool_card.js";

const REORDER_MS = 5000;

export class Board {
  #events = new Map(); // the newest of each, until the next frame
  #cards = new Map();
  #pools = new Map();
  #frame = 0;
  #orderedAt = 0;
  #orderWanted = true;

  /** places: circuits, pools, poolsSection, empty, shown, summary; announcer. */
  constructor(places, announcer) {
    this.places = places;
    this.announcer = announcer;
    this.liveHosts = null; // as the aggregator counts them, where there is one
    this.search = "";
    this.order = ORDERS[0];
    this.filter = FILTERS[0];
  }

  take(event) {
    if (event.type === "HystrixCommand" || event.type === "HystrixThreadPool") {
      this.#events.set(`${event.type}\n${event.name}`, event);
      this.wantFrame();
    } else if (event.deleteData === "true") {
      this.#forget(event);
    }
  }

  /** The stream starts anew from nothing. */
  clear() {
    this.#events.clear();
    this.#cards.clear();
    this.#pools.clear();
    this.reorder();
  }

  reorder() {
    this.#orderWanted = true;
    this.wantFrame();
  }

  wantFrame() {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  shownRoots() {
    return [...this.places.circuits.children];
  }

  get size() {
    return this.#cards.size;
  }

  #forget(event) {
    this.#cards.delete(event.name);
    this.#pools.delete(event.name);
    this.reorder();
  }

  #draw(now) {
    this.#frame = 0;
    for (const event of this.#events.values()) {
      this.#show(event);
    }
    this.#events.clear();
    const idle = !this.places.circuits.matches(":hover");
    if (this.#orderWanted || (idle && now - this.#orderedAt > REORDER_MS)) {
      this.#arrange();
      this.#orderedAt = now;
      this.#orderWanted = false;
    }
    this.#summarise();
  }

  #show(event) {
    if (event.type === "HystrixThreadPool") {
      this.#showPool(event);
      return;
    }
    const known = this.#cards.get(event.name);
    if (!known) {
      this.#cards.set(event.name, new Card(event));
      this.#orderWanted = true;
      return;
    }
    const before = known.update(event);
    if (before.state.kind !== known.figures.state.kind) {
      this.announcer.say(known.figures.name, known.figures.state.word);
      this.#orderWanted = true;
    }
  }

  #showPool(event) {
    const known = this.#pools.get(event.name);
    if (known) {
      known.update(event);
      return;
    }
    this.#pools.set(event.name, new PoolCard(event));
    this.#orderWanted = true;
  }

  #arrange() {
    const all = [...this.#cards.values()];
    const shown = all
      .filter((card) => this.filter[2](card.figures) && matches(card.figures, this.search))
      .sort((a, b) => this.order[2](a.figures, b.figures));
    arrange(this.places.circuits, shown.map((card) => card.root));
    const pools = [...this.#pools.values()]
      .filter((pool) => matches({ name: pool.figures.name }, this.search))
      .sort((a, b) => b.figures.rates.cluster - a.figures.rates.cluster);
    arrange(this.places.pools, pools.map((pool) => pool.root));
    this.places.poolsSection.hidden = pools.length === 0;
    this.places.empty.hidden = shown.length > 0;
    if (all.length > 0) {
      this.places.empty.textContent = "No circuit fits the search and the filter.";
    }
    this.places.shown.textContent = shown.length < all.length ? `${shown.length} of ${all.length} shown` : "";
  }

  #summarise() {
    let open = 0;
    let half = 0;
    let rate = 0;
    let requests = 0;
    let errors = 0;
    let hosts = 0;
    for (const { figures } of this.#cards.values()) {
      open += figures.state.kind === "open" || figures.state.kind === "partly" ? 1 : 0;
      half += figures.state.kind === "half" ? 1 : 0;
      rate += figures.rates.cluster;
      requests += figures.requests;
      errors += figures.errors;
      hosts = Math.max(hosts, figures.gone ? 0 : figures.hosts);
    }
    this.places.summary({
      circuits: this.#cards.size, open, half, rate: round1(rate),
      errors: round1(requests > 0 ? (100 * errors) / requests : 0),
      hosts: this.liveHosts ?? hosts,
    });
  }

  /** Once a second: sparklines move on without events. */
  tick() {
    const now = performance.now();
    for (const card of this.#cards.values()) {
      if (card.root.isConnected) {
        card.tick(now);
      }
    }
    this.wantFrame();
  }
}
