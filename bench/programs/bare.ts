/** The least that node:http can do: answers what data-access answers, in the same bytes. */
import http from "node:http";
import { serve } from "./serve";

const body = "0";
const headers = { "Content-Type": "application/json; charset=utf-8", "Content-Length": body.length };

void serve({ http: http.createServer((_request, response) => response.writeHead(200, headers).end(body)) });
