/** An instance metadata service that knows a public address. */
import http from "node:http";
import { serve } from "./serve";

const server = http.createServer((request, response) => {
  const text = request.method === "PUT" ? "token" : "203.0.113.7";
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": text.length }).end(text);
});

void serve({ http: server });
