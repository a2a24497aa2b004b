import type http from "node:http";
import { createServer } from "../../network/http/servers";
import type { CurrentTls } from "../../network/http/tls";
import { sendClientError } from "./error-responses";
import { isWebSocket } from "./request-checks";

/** The server of a listener, for requests that `LoadBalancer.handle` is to answer. */
export function createListenerServer(handle: http.RequestListener, tls?: CurrentTls): http.Server {
  // A missing Host is the load balancer's to answer.
  return createServer(handle, {
    canUpgrade: isWebSocket,
    onMalformed: sendClientError,
    requireHostHeader: false,
    tls,
  });
}
