// The instances behind the sums, as the aggregator tells them.

import { plural } from "./format.js";

const SIGNS = { LIVE: "✓ read", CONNECTING: "… connecting", WAITING: "✕ failing", WITHOUT_STREAM: "– no stream" };

async function fetchHosts(cluster) {
  const response = await fetch(`/hosts.json?cluster=${encodeURIComponent(cluster)}`);
  return response.ok ? response.json() : null;
}

function cell(text, state) {
  const place = document.createElement("td");
  place.textContent = text;
  if (state) {
    place.dataset.state = state;
  }
  return place;
}

function row(host) {
  const place = document.createElement("tr");
  const skew = host.skippedEvents > 0 && host.skewMs > 2500
    ? `Its clock is ${Math.round(host.skewMs / 1000)} s behind: its events are discarded. ` : "";
  place.append(cell(SIGNS[host.state] ?? host.state, host.state), cell(host.instance),
    cell(host.url), cell(skew + host.problem));
  return place;
}

function summary(hosts) {
  const failing = hosts.filter((host) => host.state === "WAITING").length;
  const live = hosts.filter((host) => host.state === "LIVE").length;
  return `${live} of ${plural(hosts.length, "instance")} read${failing ? `, ${failing} failing` : ""}`;
}

/** places: details, summary, rows. Returns the figures to show, or null when nobody knows. */
export async function showHosts(places, cluster) {
  let hosts = null;
  try {
    hosts = await fetchHosts(cluster);
  } catch {
    // The stream's own banner tells that the dashboard is away.
  }
  places.details.hidden = hosts === null;
  if (hosts === null) {
    return null;
  }
  places.summary.textContent = summary(hosts);
  places.rows.replaceChildren(...hosts.map(row));
  return hosts;
}

/** The clusters that the instances belong to, for the choice of one. */
export async function clusterNames() {
  try {
    const hosts = (await fetchHosts("")) ?? [];
    return [...new Set(hosts.map((host) => host.cluster))].sort();
  } catch {
    return [];
  }
}
