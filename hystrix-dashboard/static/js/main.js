// Which page is this?

import { showLanding } from "./landing.js";
import { showMonitor } from "./monitor.js";
import { useTheme } from "./theme.js";

useTheme(document.getElementById("theme"));
document.getElementById("help-open").addEventListener("click", () => document.getElementById("help").showModal());

const page = document.getElementById("page");
if (location.pathname === "/hystrix") {
  showLanding(page);
} else {
  showMonitor(page);
}
