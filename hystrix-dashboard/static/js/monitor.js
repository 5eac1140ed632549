// The page of one stream.

import { Announcer } from "./announce.js";
import { Board } from "./board.js";
import { Connection } from "./connection.js";
import { clusterNames, showHosts } from "./hosts.js";
import { moveFocus, useKeys } from "./keyboard.js";
import { FILTERS, ORDERS } from "./order.js";
import { openStream } from "./stream.js";

const HOSTS_MS = 5000;
const byId = (id) => document.getElementById(id);

/** What the address asks for: {url, title, cluster}; cluster is null for a stream of one's own. */
export function wanted(location) {
  const query = new URLSearchParams(location.search);
  const stream = query.get("stream");
  if (!stream) {
    const cluster = query.get("cluster") ?? "default";
    return { url: `/live.stream?cluster=${encodeURIComponent(cluster)}`, title: `Cluster ${cluster}`, cluster };
  }
  const proxied = new URLSearchParams({ origin: stream });
  if (query.get("delay")) {
    proxied.set("delay", query.get("delay"));
  }
  return { url: `/proxy.stream?${proxied}`, title: query.get("title") || stream, cluster: null };
}

function summaryWriter(root) {
  const places = Object.fromEntries([...root.querySelectorAll("[data-figure]")]
    .map((place) => [place.dataset.figure, place]));
  return (figures) => {
    for (const [name, value] of Object.entries(figures)) {
      const text = String(value);
      if (places[name].textContent !== text) {
        places[name].textContent = text;
      }
    }
    places.open.parentElement.toggleAttribute("data-some", figures.open > 0);
    places.half.parentElement.toggleAttribute("data-some", figures.half > 0);
    const title = `${figures.open > 0 ? `(${figures.open} open) ` : ""}Circuits`;
    if (document.title !== title) {
      document.title = title;
    }
  };
}

function useTools(board) {
  const search = byId("search");
  search.addEventListener("input", () => {
    board.search = search.value.trim();
    board.reorder();
  });
  const sort = byId("sort");
  sort.append(...ORDERS.map(([key, label]) => new Option(label, key)));
  sort.addEventListener("change", () => {
    board.order = ORDERS[sort.selectedIndex];
    board.reorder();
  });
  const filter = byId("filter");
  for (const [key, label] of FILTERS) {
    const place = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "filter", value: key });
    radio.checked = key === board.filter[0];
    place.append(radio, label);
    filter.append(place);
  }
  filter.addEventListener("change", (event) => {
    board.filter = FILTERS.find(([key]) => key === event.target.value);
    board.reorder();
  });
  return { search, sort, filter };
}

function bindKeys(board, { search, sort, filter }) {
  useKeys({
    search: () => search.focus(),
    clearSearch: () => {
      search.value = "";
      search.dispatchEvent(new Event("input"));
    },
    move: (step) => moveFocus(board.shownRoots(), step),
    sort: () => {
      sort.selectedIndex = (sort.selectedIndex + 1) % sort.options.length;
      sort.dispatchEvent(new Event("change"));
    },
    filter: () => {
      const radios = [...filter.querySelectorAll("input")];
      radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length].click();
    },
    help: () => byId("help").showModal(),
  });
}

async function useClusters(current) {
  const names = await clusterNames();
  if (names.length < 2) {
    return;
  }
  const select = byId("cluster-select");
  select.append(...names.map((name) => new Option(name, name, false, name === current)));
  select.addEventListener("change", () => location.assign(`/?cluster=${encodeURIComponent(select.value)}`));
  byId("cluster").hidden = false;
}

function useHosts(board, cluster) {
  const places = { details: byId("hosts"), summary: byId("hosts-summary"), rows: byId("hosts-rows") };
  const look = async () => {
    if (document.hidden) {
      return;
    }
    const hosts = await showHosts(places, cluster);
    board.liveHosts = hosts?.filter((host) => host.state === "LIVE").length ?? null;
    if (hosts !== null && board.size === 0) {
      byId("circuits-empty").textContent = hosts.some((host) => host.state === "LIVE")
        ? "Connected. No instance has a circuit yet: one appears as soon as a service that has one starts."
        : "Connected. The aggregator reads no instance yet: see below, or start a service.";
    }
  };
  look();
  setInterval(look, HOSTS_MS);
}

export function showMonitor(page) {
  page.replaceChildren(byId("monitor-template").content.cloneNode(true));
  const { url, title, cluster } = wanted(location);
  byId("stream-name").textContent = title;
  byId("monitor-title").textContent = `Hystrix Stream: ${title}`;
  const connection = new Connection({
    pill: byId("connection"), text: byId("connection-text"), banner: byId("problem"),
    problem: byId("problem-text"), retry: byId("problem-retry"), main: byId("main"),
  });
  const board = new Board({
    circuits: byId("circuits"), pools: byId("pools"), poolsSection: byId("pools-section"),
    empty: byId("circuits-empty"), shown: byId("shown"), summary: summaryWriter(page),
  }, new Announcer(byId("announcer")));
  bindKeys(board, useTools(board));
  const stream = openStream(url, {
    event: (event) => board.take(event),
    reset: () => board.clear(),
    state: (state, details) => {
      connection.set(state, details);
      if (state === "live" && board.size === 0) {
        byId("circuits-empty").textContent = "Connected. Waiting for the first circuit.";
      }
    },
  });
  byId("problem-now").addEventListener("click", () => stream.now());
  setInterval(() => {
    connection.tick(stream.silentMs());
    board.tick();
  }, 1000);
  if (cluster !== null) {
    useHosts(board, cluster);
    useClusters(cluster);
  }
}
