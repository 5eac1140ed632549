// The page that chooses another stream.

const LIST_MS = 3000;
const byId = (id) => document.getElementById(id);

function monitorUrl(stream, title) {
  return `/hystrix/monitor?${new URLSearchParams({ stream, title })}`;
}

function item({ title, stream }) {
  const place = document.createElement("li");
  const link = document.createElement("a");
  const code = document.createElement("code");
  link.href = monitorUrl(stream, title);
  link.textContent = title;
  code.textContent = stream;
  link.append(code);
  place.append(link);
  return place;
}

let listed = "";

/** Made anew only when it has changed: a link under the focus stays. */
async function listStreams() {
  const empty = byId("landing-empty");
  if (document.hidden && listed !== "") {
    return;
  }
  try {
    const text = await (await fetch("/streams.json")).text();
    if (text === listed) {
      return;
    }
    listed = text;
    const streams = JSON.parse(text);
    byId("landing-list").replaceChildren(...streams.map(item));
    byId("landing-known").replaceChildren(...streams.map(({ stream }) => new Option(stream)));
    empty.hidden = streams.length > 0;
    empty.textContent = "The registry knows no instance that is UP.";
  } catch {
    listed = "";
    empty.hidden = false;
    empty.textContent = "hystrix-dashboard does not answer.";
  }
}

export function showLanding(page) {
  page.replaceChildren(byId("landing-template").content.cloneNode(true));
  byId("connection").hidden = true;
  byId("help-open").hidden = true; // the keys are those of the circuits
  document.title = "Choose a stream";
  byId("landing-form").addEventListener("submit", (event) => {
    const stream = byId("landing-stream");
    const missing = stream.value.trim() === "";
    byId("landing-wrong").textContent = missing ? "The 'stream' value is required." : "";
    if (missing) {
      event.preventDefault();
      stream.focus();
    }
  });
  listStreams();
  setInterval(listStreams, LIST_MS);
}
