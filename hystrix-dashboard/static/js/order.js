// Which cards are shown, and in which order.

/** Numbers, added as numbers: 50 % at 1/s stands above 10 % at 100/s. */
export function errorThenVolume(a, b) {
  return b.error - a.error || b.rates.cluster - a.rates.cluster || byName(a, b);
}

function byName(a, b) {
  return a.name.localeCompare(b.name, undefined, { sensitivity: "base" });
}

function descending(of) {
  return (a, b) => of(b) - of(a) || byName(a, b);
}

const SEVERITY = { open: 0, partly: 1, half: 2, closed: 3 };

export const ORDERS = [
  ["severity", "Open first, then errors", (a, b) =>
    SEVERITY[a.state.kind] - SEVERITY[b.state.kind] || errorThenVolume(a, b)],
  ["errorThenVolume", "Error then volume", errorThenVolume],
  ["name", "Alphabetical", byName],
  ["volume", "Volume", descending((f) => f.rates.cluster)],
  ["error", "Error", descending((f) => f.error)],
  ["mean", "Mean", descending((f) => f.latency.mean)],
  ["median", "Median", descending((f) => f.latency.median)],
  ["p90", "90", descending((f) => f.latency.p90)],
  ["p99", "99", descending((f) => f.latency.p99)],
  ["p995", "99.5", descending((f) => f.latency.p995)],
];

export const FILTERS = [
  ["all", "All", () => true],
  ["open", "Open", (f) => f.state.open > 0],
  ["errors", "With errors", (f) => f.errors > 0 || f.state.open > 0],
  ["busy", "With traffic", (f) => f.requests > 0 || f.short > 0],
];

export function matches(figures, search) {
  const text = `${figures.name} ${figures.group ?? ""}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Puts children into that order, moving as few as possible, and keeps the focus. */
export function arrange(parent, roots) {
  const focused = document.activeElement;
  let place = parent.firstElementChild;
  for (const root of roots) {
    if (root === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(root, place);
    }
  }
  while (place) {
    const next = place.nextElementSibling;
    place.remove();
    place = next;
  }
  if (focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}
