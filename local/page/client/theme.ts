/** Light or dark: the system's choice, until the button makes another. */
import { byId } from "./dom";

const key = "theme";

export function connectTheme(): void {
  const root = document.documentElement;
  const kept = localStorage.getItem(key);
  if (kept) root.dataset["theme"] = kept;
  byId("theme").addEventListener("click", () => {
    const isDark = root.dataset["theme"]
      ? root.dataset["theme"] === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset["theme"] = isDark ? "light" : "dark";
    localStorage.setItem(key, root.dataset["theme"]);
  });
}
