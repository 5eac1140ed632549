// Numbers and names as they stand on a card.

/** One decimal, always shown, thousands with commas: 12 -> "12.0". */
export function round1(value) {
  return commas((Math.round(value * 10) / 10).toFixed(1));
}

export function commas(value) {
  const [whole, fraction] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Longer than 32 characters: the first 4, "...", the last 20. */
export function shortName(name) {
  return name.length > 32 ? `${name.slice(0, 4)}...${name.slice(-20)}` : name;
}

export function plural(count, one, many = `${one}s`) {
  return `${commas(count)} ${count === 1 ? one : many}`;
}

export function seconds(ms) {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

export function clock(date) {
  return date.toLocaleTimeString([], { hour12: false });
}
