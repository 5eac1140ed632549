// The sparkline of a card: requests a second over the last two minutes, from zero to its peak.

import { round1 } from "./format.js";

const SPAN_MS = 120000;
const POINTS_MAX = 240;
const WIDTH = 140;
const HEIGHT = 44;

export class Spark {
  #points = [];

  constructor(line, area, peak) {
    this.line = line;
    this.area = area;
    this.peak = peak;
  }

  add(value, now) {
    const last = this.#points.at(-1);
    if (last && now - last.at < 450) {
      last.value = value;
      return;
    }
    this.#points.push({ at: now, value });
    if (this.#points.length > POINTS_MAX) {
      this.#points.shift();
    }
  }

  draw(now) {
    while (this.#points.length > 1 && this.#points[1].at < now - SPAN_MS) {
      this.#points.shift();
    }
    const points = this.#points;
    if (points.length === 0) {
      return;
    }
    const peak = Math.max(...points.map((point) => point.value));
    const top = peak > 0 ? peak : 1;
    const x = (at) => (WIDTH * (1 - Math.min(SPAN_MS, now - at) / SPAN_MS)).toFixed(1);
    const y = (value) => (HEIGHT - 2 - (HEIGHT - 6) * (value / top)).toFixed(1);
    // A value holds until the next one: steps, not a curve that passes beside the points.
    let path = `M${x(points[0].at)} ${y(points[0].value)}`;
    for (let i = 1; i < points.length; i += 1) {
      path += `H${x(points[i].at)}V${y(points[i].value)}`;
    }
    path += `H${WIDTH}`;
    this.line.setAttribute("d", path);
    this.area.setAttribute("d", `${path}V${HEIGHT}H${x(points[0].at)}Z`);
    const text = `peak ${round1(peak)}/s`;
    if (this.peak.textContent !== text) {
      this.peak.textContent = text;
    }
  }
}
