import http from "node:http";
import { buffer } from "node:stream/consumers";
import { keepAliveAgent, listenHttp, responseTo } from "../../testing/servers";
import { queryProtocol } from "./protocols/query";
import { orError, readRequest, send } from "./http";

test("a connection serves further requests after one that is too large", async () => {
  const { url } = await listenHttp(async (req, res) => {
    const responding = readRequest(req).then(({ body }) => ({
      status: 200,
      headers: {},
      body: String(body.length),
    }));
    send(res, await orError(responding, queryProtocol(), () => undefined));
  });
  const agent = keepAliveAgent({ maxSockets: 1 });
  const post = async (length: number) => {
    const response = await responseTo(http.request(url, { method: "POST", agent }).end("A".repeat(length)));
    await buffer(response);
    return response.statusCode;
  };
  expect([await post(200_000), await post(3_000_000), await post(10)]).toEqual([413, 413, 200]);
});
