/** Sends bytes over a connection of their own, and judges what comes back as a client that knows only HTTP. */
import net from "node:net";
import { loopback } from "./servers";

/** In ms: as long as a server may keep a connection open that its client has closed on its side. */
const patience = 15_000;

export interface Received {
  /** All of it, as Latin-1. */
  text: string;
  /** "closed" unless something else came before the server's end. */
  end: "closed" | "reset" | "still open";
}

/** Sends all of it, closes its side, and waits for the server's end. */
export function sendRaw(port: number, text: string): Promise<Received> {
  return new Promise(resolve => {
    const socket = net.connect({ port, host: loopback, allowHalfOpen: true });
    let received = "";
    const timer = setTimeout(() => finish("still open"), patience);
    const finish = (end: Received["end"]) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: received, end });
    };
    socket.setEncoding("latin1");
    socket.on("data", (data: string) => (received += data));
    socket.on("end", () => finish("closed"));
    // Bytes that it hasn't read when it closes make a server reset the connection.
    socket.on("error", () => finish("reset"));
    socket.end(text, "latin1");
  });
}

export interface Promised {
  /** 5xx statuses that the server may answer. */
  allowed?: (head: string) => boolean;
  /** Of bodies. */
  contentType: RegExp;
}

/** What is wrong with what a server has sent; undefined if nothing is. */
export function faultIn(
  { text, end }: Received,
  { allowed = () => false, contentType }: Promised,
): string | undefined {
  if (end === "still open") return "the connection stays open";
  if (text !== "" && !text.startsWith("HTTP/1.1 ")) return "what came isn't HTTP/1.1";
  if (/\n {4}at |node:internal|<html|<!doctype/i.test(text)) return "it shows a stack or HTML";
  for (const [head = "", status] of text.matchAll(/HTTP\/1\.1 (\d{3})[^]*?\r\n\r\n/g)) {
    if (Number(status) >= 500 && !allowed(head)) return `status ${status}`;
    const [, type = ""] = /\r\nContent-Type: (.*?)\r\n/i.exec(head) ?? [];
    const [, length = "0"] = /\r\nContent-Length: (\d+)\r\n/i.exec(head) ?? [];
    if (length !== "0" && !contentType.test(type)) return `a body of type ${type || "unknown"}`;
  }
  return undefined;
}
