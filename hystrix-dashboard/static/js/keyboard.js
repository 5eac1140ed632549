// Keys of the monitor page.

export function useKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && event.target.matches("#search")) {
      actions.clearSearch();
      event.target.blur();
      return;
    }
    if (typing) {
      return;
    }
    const action = {
      "/": actions.search,
      j: () => actions.move(1),
      k: () => actions.move(-1),
      s: actions.sort,
      f: actions.filter,
      "?": actions.help,
    }[event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key === "Enter" && event.target.matches(".card")) {
      const details = event.target.querySelector("details");
      details.open = !details.open;
    }
  });
}

/** Moves the focus among cards; wraps at neither end. */
export function moveFocus(roots, step) {
  if (roots.length === 0) {
    return;
  }
  const at = roots.findIndex((root) => root.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : roots.length - 1) : Math.min(roots.length - 1, Math.max(0, at + step));
  roots[next].focus();
  roots[next].scrollIntoView({ block: "nearest" });
}
