/** Building elements. Whatever comes from the region goes in as text, never as markup. */

type Child = Node | string | false | undefined;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** An HTML element; an attribute that is a function listens to the event of its name. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

function present(children: Child[]): (Node | string)[] {
  return children.filter(child => child !== undefined && child !== false);
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const shown = new WeakMap<Element, string>();

/**
 * Builds an element's contents again if the data they show have changed. The focus stays where it was if the new
 * contents have an element of the same `data-focus`.
 */
export function refresh(element: Element, data: unknown, build: () => Child[]): void {
  const text = JSON.stringify(data);
  if (shown.get(element) === text) return;
  shown.set(element, text);
  const focused = document.activeElement;
  const name = focused && element.contains(focused) ? focused.getAttribute("data-focus") : null;
  const scrolled = element.scrollTop;
  element.replaceChildren(...present(build()));
  element.scrollTop = scrolled;
  if (name !== null)
    element.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
}

export const icon = (name: string) =>
  svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));

export const mark = (name: "ok" | "wait" | "bad" | "drain") =>
  svg("svg", { class: "mark", "aria-hidden": "true" }, svg("use", { href: `#mark-${name}` }));

export const onlySpoken = (text: string) => html("span", { class: "visually-hidden" }, text);
