import * as z from "zod";
import { httpUrl, readEnvironment } from "./environment";
import { ports } from "../data-access/ports";
import { mustBe } from "./problems";

const own = z.object({
  FOLDER: z.string(mustBe("a folder")),
  PEER_URL: httpUrl.default("http://10.0.1.10:5000"),
});

test("unset variables have their defaults", () => {
  expect(readEnvironment(ports, own, { FOLDER: "/var/lib/x", UNRELATED: "1" })).toEqual({
    LOG_LEVEL: "info",
    LISTEN_ADDRESS: "0.0.0.0",
    PORT_READ: ports.read,
    PORT_UPDATE: ports.update,
    FOLDER: "/var/lib/x",
    PEER_URL: "http://10.0.1.10:5000",
  });
});

test("set variables are parsed", () => {
  const environment = {
    LOG_LEVEL: "debug",
    LISTEN_ADDRESS: "127.0.0.1",
    PORT_READ: "0",
    PORT_UPDATE: "65535",
    FOLDER: "x",
    PEER_URL: "http://127.0.0.1:1/",
  };
  expect(readEnvironment(ports, own, environment)).toEqual({
    ...environment,
    PORT_READ: 0,
    PORT_UPDATE: 65535,
  });
});

test("one error names every variable that is missing or wrong", () => {
  const environment = {
    LOG_LEVEL: "loud",
    LISTEN_ADDRESS: "localhost",
    PORT_READ: "65536",
    PORT_UPDATE: "",
    PEER_URL: "https://10.0.1.10/",
  };
  expect(() => readEnvironment(ports, own, environment)).toThrow(
    new Error(
      "bad environment: LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent; " +
        "LISTEN_ADDRESS must be an IP address; PORT_READ must be a port from 0 to 65535; " +
        "PORT_UPDATE must be a port from 0 to 65535; FOLDER is missing; PEER_URL must be an http URL",
    ),
  );
});

test.each(["1e3", "0x50", " 80", "-1", "80.0", "1000000"])("%j is no port", text => {
  expect(() => readEnvironment({ http: 1 }, z.object({}), { PORT_HTTP: text })).toThrow(
    "bad environment: PORT_HTTP must be a port from 0 to 65535",
  );
});
