// Reads an event stream by fetch, which, unlike EventSource, tells why it fails. Comes back for ever.

const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 10000;
const SILENCE_MS = 15000;

/** The bytes of one connection, cut into events: onEvent(type, data, id). */
export class EventReader {
  #rest = "";
  #type = "";
  #data = [];
  #id;

  constructor(onEvent) {
    this.onEvent = onEvent;
  }

  feed(text) {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop();
    for (const line of lines) {
      this.#line(line);
    }
  }

  #line(line) {
    if (line === "") {
      if (this.#data.length > 0) {
        this.onEvent(this.#type || "message", this.#data.join("\n"), this.#id);
      }
      this.#type = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") {
      this.#data.push(value);
    } else if (field === "event") {
      this.#type = value;
    } else if (field === "id") {
      this.#id = value;
    }
  }
}

/** What a failed answer says of itself: problem+json's detail, or its status. */
async function reasonOf(response) {
  try {
    const problem = await response.json();
    return problem.detail ?? problem.message ?? problem.title;
  } catch {
    return `${response.url} answers ${response.status} ${response.statusText}`;
  }
}

/**
 * handlers: event(object), reset(), state(name, {problem, retryAt}) with name connecting, live,
 * waiting. Returns {now, close, silentMs}.
 */
export function openStream(url, handlers) {
  let closed = false;
  let failures = 0;
  let lastId;
  let lastByte = performance.now();
  let problem = "";
  let abort = new AbortController();
  let wake = () => {};

  const take = (type, data, id) => {
    lastId = id ?? lastId;
    if (type === "reset") {
      handlers.reset();
    } else if (type === "problem") {
      problem = parse(data)?.detail ?? problem;
    } else {
      const event = parse(data);
      if (event !== null && typeof event === "object") {
        handlers.event(event);
      }
    }
  };

  const read = async () => {
    abort = new AbortController();
    const headers = { Accept: "text/event-stream" };
    if (lastId !== undefined) {
      headers["Last-Event-ID"] = lastId;
    }
    const response = await fetch(url, { headers, signal: abort.signal, cache: "no-store" });
    if (!response.ok) {
      throw new Error(await reasonOf(response));
    }
    handlers.state("live", {});
    failures = 0;
    const reader = new EventReader(take);
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await text.read();
      if (done) {
        throw new Error(problem || "The stream has ended.");
      }
      lastByte = performance.now();
      reader.feed(value);
    }
  };

  const pause = (ms) => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

  const run = async () => {
    while (!closed) {
      problem = "";
      lastByte = performance.now();
      handlers.state("connecting", {});
      try {
        await read();
      } catch (error) {
        if (closed) {
          return;
        }
        const ms = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures);
        failures += 1;
        handlers.state("waiting", { problem: explain(error), retryAt: Date.now() + ms });
        await pause(ms);
      }
    }
  };

  const watchdog = setInterval(() => {
    if (performance.now() - lastByte > SILENCE_MS) {
      abort.abort(new Error(`Nothing came for ${SILENCE_MS / 1000} s.`));
    }
  }, 1000);

  run();
  return {
    now: () => wake(),
    silentMs: () => performance.now() - lastByte,
    close: () => {
      closed = true;
      clearInterval(watchdog);
      abort.abort();
      wake();
    },
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** fetch says "Failed to fetch" when nobody listens: say who. */
function explain(error) {
  return error instanceof TypeError
    ? `hystrix-dashboard itself at ${location.host} does not answer. Does it still run?`
    : error.message;
}
