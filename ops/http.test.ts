import http from "node:http";
import { listen } from "../testing/servers";
import { ask } from "./http";

const closed = "http://127.0.0.1:9/";

test("tells an answer, silence and a closed port apart", async () => {
  const { url } = await listen(
    http.createServer((req, res) => req.url === "/" && res.writeHead(201).end("[1]")),
  );
  expect(await ask(`${url}/`)).toMatchObject({ status: 201, text: "[1]", json: [1] });
  expect(await ask(`${url}/silent`, { patience: 50 })).toBe("silent");
  expect(await ask(closed)).toBe("refused");
});

test("a proxy says what it found; one that isn't there is an error", async () => {
  const { url: through } = await listen(
    http.createServer((req, res) =>
      res.writeHead(502, { "proxy-status": `proxy; error=connection_${req.url?.slice(-7)}` }).end(),
    ),
  );
  expect(await ask("http://host.test/refused", { through })).toBe("refused");
  expect(await ask("http://host.test/timeout", { through })).toMatchObject({ status: 502 });
  await expect(ask("http://host.test/", { through: closed })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
