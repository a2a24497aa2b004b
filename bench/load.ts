import { once } from "node:events";
import net from "node:net";

/**
 * Answers per second to one HTTP/1.1 request, asked again and again over kept-alive connections to 127.0.0.1 that
 * have one request under way each. Any answer but 200 is an error: a fast failure must not count.
 */
export async function load(
  port: number,
  request: string,
  connections: number,
  milliseconds: number,
): Promise<number> {
  const begin = performance.now();
  let answers = 0;
  const connection = async () => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      received += chunk;
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1]);
      if (!received.startsWith("HTTP/1.1 200 ") || Number.isNaN(length)) {
        socket.destroy(new Error(`unexpected answer: ${received}`));
        return;
      }
      if (received.length < end + 4 + length) return;
      received = "";
      answers++;
      if (performance.now() - begin < milliseconds) socket.write(request);
      else socket.end();
    });
    socket.write(request);
    await once(socket, "close");
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return (answers / (performance.now() - begin)) * 1000;
}
