// Hystrix' colour scales: piecewise linear, extrapolated outside, clamped per channel.

function scale(points) {
  return (value) => {
    let i = 1;
    while (i < points.length - 1 && value > points[i][0]) {
      i += 1;
    }
    const [from, low] = points[i - 1];
    const [to, high] = points[i];
    const t = (value - from) / (to - from);
    const channels = low.map((c, n) => Math.round(c + (high[n] - c) * t));
    return "#" + channels.map((c) => Math.min(255, Math.max(0, c)).toString(16).padStart(2, "0")).join("");
  };
}

/** Of the circle, by error percentage: 10 green, 25 yellow, 40 orange, 50 red. */
const circle = scale([[10, [0, 128, 0]], [25, [255, 204, 0]], [40, [255, 153, 0]], [50, [255, 0, 0]]]);

export function circleColour(errorPercentage) {
  return circle(errorPercentage);
}

/** Of the circle, by requests a second and host: 0 -> 5, full -> 125. full is 400, of pools 2000. */
export function circleRadius(ratePerHost, full = 400) {
  return Math.min(125, 5 + 120 * Math.sqrt(Math.max(0, ratePerHost) / full));
}

/** The same on a card's circle of 7 to 56, so that its colour is seen without traffic too. */
export function drawnRadius(ratePerHost, full) {
  return (7 + (49 * (circleRadius(ratePerHost, full) - 5)) / 120).toFixed(1);
}
