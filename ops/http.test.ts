import http from "node:http";
import https from "node:https";
import { makeCertificate } from "../testing/certificates";
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

test("HTTPS through a proxy: a closed port, silence, and a certificate that nobody vouches for", async () => {
  const { certificate: cert, privateKey: key } = await makeCertificate();
  const { port } = await listen(https.createServer({ cert, key }, (_req, res) => res.end()));
  await expect(ask(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
  const proxy = http.createServer();
  proxy.on("connect", ({ url }, socket) => {
    const refused = "HTTP/1.1 502 Bad Gateway\r\nProxy-Status: proxy; error=connection_refused\r\n\r\n";
    if (url === "refused.test:443") socket.end(refused);
    if (url === "failed.test:443") socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const { url: through } = await listen(proxy);
  expect(await ask("https://refused.test/", { through })).toBe("refused");
  expect(await ask("https://silent.test/", { through, patience: 50 })).toBe("silent");
  await expect(ask("https://failed.test/", { through })).rejects.toThrow("CONNECT: 502");
});
