// From an event of a stream to what a card shows. Pure; every field may be missing or odd.

const STREAM_LAG_MS = 1000; // from a host's change to the page, at most
const MARKER = "propertyValuesSummed";
const WINDOW = "propertyValue_metricsRollingStatisticalWindowInMilliseconds";

export function number(value) {
  const n = typeof value === "string" ? Number(value) : value;
  return typeof n === "number" && Number.isFinite(n) ? n : 0;
}

/** 0 or absent counts as 1, as every dashboard has it. */
export function hostsOf(event) {
  const hosts = number(event.reportingHosts);
  return hosts > 0 ? hosts : 1;
}

/** How many hosts say what: true, "{\"true\":1,\"false\":2}" (Turbine 1), {"true":1} (Turbine 2). */
export function tally(value, hosts) {
  if (typeof value === "string" && value.startsWith("{")) {
    try {
      return JSON.parse(value);
    } catch {
      return {};
    }
  }
  if (value !== null && typeof value === "object") {
    return value;
  }
  return value === undefined || value === "" ? {} : { [String(value)]: hosts };
}

/** Are windows, thresholds and limits sums over the hosts? Our aggregator says so; of others we
 *  guess: all of those numbers divide by the hosts, and a plausible window is left. */
export function isSummed(event) {
  const hosts = hostsOf(event);
  if (event[MARKER] === true) {
    return true;
  }
  if (hosts === 1 || typeof event[WINDOW] !== "number" || event[WINDOW] / hosts < 1000) {
    return false;
  }
  return Object.entries(event).every(([key, value]) =>
    !key.startsWith("propertyValue_") || typeof value !== "number" || value % hosts === 0);
}

/** A propertyValue_ number of one host. */
export function property(event, name) {
  const value = number(event[`propertyValue_${name}`]);
  return isSummed(event) ? Math.floor(value / hostsOf(event)) : value;
}

function windowMs(event) {
  return property(event, "metricsRollingStatisticalWindowInMilliseconds") || 10000;
}

/** {cluster, host}: requests a second. */
export function rates(event, count) {
  const cluster = Math.max(0, number(count)) / (windowMs(event) / 1000);
  return { cluster, host: cluster / hostsOf(event) };
}

function latency(event, key) {
  const value = key === "mean" ? event.latencyExecute_mean : event.latencyExecute?.[key];
  return Math.floor(number(value) / hostsOf(event));
}

/** How many hosts have it open. */
export function openHosts(event) {
  const hosts = hostsOf(event);
  return Math.min(hosts, number(tally(event.isCircuitBreakerOpen, hosts).true));
}

/** A stream does not tell half-open. But once the sleep window is over, a call in flight is the trial:
 *  all others are refused, and those from before the opening have ended. */
function isOnTrial(event, openForMs) {
  const sleepMs = property(event, "circuitBreakerSleepWindowInMilliseconds");
  return number(event.currentConcurrentExecutionCount) > 0 && openForMs >= sleepMs - STREAM_LAG_MS;
}

/** {kind, word, open}: kind is closed, open, half or partly. openForMs: since when it is seen open. */
export function stateOf(event, openForMs = Infinity) {
  const hosts = hostsOf(event);
  const forcedOpen = number(tally(event.propertyValue_circuitBreakerForceOpen, hosts).true);
  const forcedClosed = number(tally(event.propertyValue_circuitBreakerForceClosed, hosts).true);
  const open = openHosts(event);
  if (forcedOpen > 0) {
    return { kind: "open", word: part(forcedOpen, hosts, "FORCED OPEN"), open };
  }
  if (forcedClosed > 0) {
    return { kind: "closed", word: part(forcedClosed, hosts, "FORCED CLOSED"), open };
  }
  if (open === 0) {
    return { kind: "closed", word: "CLOSED", open };
  }
  if (open < hosts) {
    return { kind: "partly", word: `${open} of ${hosts} OPEN`, open };
  }
  const trial = isOnTrial(event, openForMs);
  return { kind: trial ? "half" : "open", word: trial ? "HALF-OPEN" : "OPEN", open };
}

function part(count, hosts, word) {
  return count < hosts ? `${count} of ${hosts} ${word}` : word;
}

function isolation(event) {
  const said = tally(event.propertyValue_executionIsolationStrategy, hostsOf(event));
  return Object.keys(said).filter((key) => number(said[key]) > 0).join(", ") || "unknown";
}

export function commandFigures(event, openForMs) {
  const hosts = hostsOf(event);
  const rejected = number(event.rollingCountThreadPoolRejected) + number(event.rollingCountSemaphoreRejected);
  return {
    name: String(event.name ?? ""),
    group: event.group === undefined ? null : String(event.group),
    hosts,
    gone: event.reportingHosts === 0,
    state: stateOf(event, openForMs),
    error: number(event.errorPercentage) / hosts,
    requests: number(event.requestCount),
    errors: number(event.errorCount),
    rates: rates(event, event.requestCount),
    success: number(event.rollingCountSuccess),
    short: number(event.rollingCountShortCircuited),
    bad: number(event.rollingCountBadRequests),
    timeout: number(event.rollingCountTimeout),
    rejected,
    failure: number(event.rollingCountFailure),
    fallback: {
      success: number(event.rollingCountFallbackSuccess),
      failure: number(event.rollingCountFallbackFailure),
      rejection: number(event.rollingCountFallbackRejection),
      missing: number(event.rollingCountFallbackMissing),
    },
    latency: {
      median: latency(event, "50"),
      mean: latency(event, "mean"),
      p90: latency(event, "90"),
      p99: latency(event, "99"),
      p995: latency(event, "99.5"),
    },
    concurrent: number(event.currentConcurrentExecutionCount),
    concurrentMax: number(event.rollingMaxConcurrentExecutionCount),
    isolation: isolation(event),
    timeoutMs: property(event, "executionIsolationThreadTimeoutInMilliseconds"),
    permits: property(event, "executionIsolationSemaphoreMaxConcurrentRequests"),
    volume: property(event, "circuitBreakerRequestVolumeThreshold"),
    threshold: property(event, "circuitBreakerErrorThresholdPercentage"),
    sleepMs: property(event, "circuitBreakerSleepWindowInMilliseconds"),
    windowMs: windowMs(event),
  };
}

export function poolFigures(event) {
  const hosts = hostsOf(event);
  return {
    name: String(event.name ?? ""),
    hosts,
    gone: event.reportingHosts === 0,
    rates: rates(event, event.rollingCountThreadsExecuted),
    queuedPerHost: number(event.currentQueueSize) / hosts,
    active: number(event.currentActiveCount),
    queued: number(event.currentQueueSize),
    size: number(event.currentPoolSize),
    max: number(event.rollingMaxActiveThreads),
    executions: number(event.rollingCountThreadsExecuted),
    limit: property(event, "queueSizeRejectionThreshold"),
  };
}
