/** The least that a proxy can be: node:http and an agent that keeps connections alive. */
import http from "node:http";
import { loopback } from "../../testing/servers";
import { serve } from "./serve";

const port = Number(process.env["BENCH_PORT"]);
const agent = new http.Agent({ keepAlive: true });

const server = http.createServer((request, response) => {
  const { method, url, headers } = request;
  const upstream = http.request({ host: loopback, port, agent, method, path: url, headers }, answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  request.pipe(upstream);
});

void serve({ http: server });
