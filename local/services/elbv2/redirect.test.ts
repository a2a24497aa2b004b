import { redirectLocation } from "./redirect";

const request = { protocol: "HTTP", host: "example.com", port: 80, path: "/a/b", query: "q=1" };

test.each([
  [{ Protocol: "HTTPS", Port: "443" }, "https://example.com:443/a/b?q=1"],
  [
    { Host: "www.#{host}", Path: "/new/#{path}", Query: "#{query}&r=2" },
    "http://www.example.com:80/new/a/b?q=1&r=2",
  ],
  [{ Path: "/#{host}/#{port}", Query: "" }, "http://example.com:80/example.com/80"],
  [{ Query: "#{protocol}=#{other}" }, "http://example.com:80/a/b?HTTP=#{other}"],
])("%j", (config, location) => {
  expect(redirectLocation({ ...config, StatusCode: "HTTP_301" }, request)).toBe(location);
});

test("a request without a query gets none", () => {
  const location = redirectLocation({ Port: "8080", StatusCode: "HTTP_302" }, { ...request, query: "" });
  expect(location).toBe("http://example.com:8080/a/b");
});
