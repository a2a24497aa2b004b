import { isForeign } from "./origin";

const hosts = ["localhost:4080", "127.0.0.1:4080"];
const own = { host: "localhost:4080" };
const document = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

test.each<[string, string, Record<string, string>]>([
  ["a client that is no browser", "POST", own],
  ["one that sends no Host, as of HTTP/1.0", "GET", {}],
  ["a name in capitals", "GET", { host: "LOCALHOST:4080" }],
  ["an address that the user has typed", "GET", { ...own, ...document, "sec-fetch-site": "none" }],
  ["its own page", "POST", { ...own, origin: "http://localhost:4080", "sec-fetch-site": "same-origin" }],
  ["a link on this machine's other ports", "GET", { ...own, ...document, "sec-fetch-site": "same-site" }],
])("%s isn't foreign", (_what, method, headers) => {
  expect(isForeign({ method, headers }, hosts)).toBe(false);
});

test.each<[string, string, Record<string, string>]>([
  ["another host", "GET", { host: "evil.example" }],
  ["a host that begins like ours", "GET", { host: "localhost:4080.evil.example" }],
  ["our host without its port", "GET", { host: "localhost" }],
  ["another origin", "POST", { ...own, origin: "http://evil.example" }],
  ["our other name's origin", "POST", { ...own, origin: "http://127.0.0.1:4080" }],
  ["the origin of a sandboxed frame", "POST", { ...own, origin: "null" }],
  ["an origin, but no Host", "POST", { origin: "http://undefined" }],
  ["an image on another site", "GET", { ...own, "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" }],
  ["a link on another site", "GET", { ...own, ...document, "sec-fetch-site": "cross-site" }],
  ["an image on another port", "GET", { ...own, "sec-fetch-site": "same-site", "sec-fetch-dest": "image" }],
  ["a form on another port", "POST", { ...own, ...document, "sec-fetch-site": "same-site" }],
  ["a frame on another port", "GET", { ...own, "sec-fetch-site": "same-site", "sec-fetch-dest": "iframe" }],
  ["a value that isn't known yet", "GET", { ...own, ...document, "sec-fetch-site": "other" }],
])("%s is foreign", (_what, method, headers) => {
  expect(isForeign({ method, headers }, hosts)).toBe(true);
});
