/** The short form of `npm run endurance -- requests`. */
import { attack, attackedServers, attackUpdates } from "../testing/attacked-servers";
import { faultIn } from "../testing/raw-traffic";

jest.setTimeout(120_000);

test.each(Object.keys(attackedServers))("whatever bytes come, %s answers as promised", async name => {
  const attacked = await attackedServers[name]?.();
  if (!attacked) throw new Error(`there is no ${name}`);
  await attack(attacked, 1, 300);
});

test("of all JSON, exactly an integer as num is an update", async () => {
  await attackUpdates(1, 300);
});

test.each([
  ["HTTP/1.1 500 Oops\r\n\r\n", "status 500"],
  ["HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 503 No\r\n\r\n", "status 503"],
  ["SSH-2.0", "what came isn't HTTP/1.1"],
  ["HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno", "a body of type text/html"],
  ["HTTP/1.1 400 No\r\n\r\nError: x\n    at main.js:1:1", "it shows a stack or HTML"],
  ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", undefined],
])("of %j it says %s", (text, fault) => {
  expect(faultIn({ text, end: "closed" }, { contentType: /json/ })).toBe(fault);
});
