/**
 * Every service, and the ports of its listening sockets by name. A service's own ports stand in its folder: its
 * release holds no other's, and stays what it is when this table grows.
 */
import { ports as dataAccess } from "./data-access/ports";
import { ports as receiver } from "./receiver/ports";
import { ports as stress } from "./stress/ports";

export const ports = { "data-access": dataAccess, receiver, stress } as const;

export type ServiceName = keyof typeof ports;

/** The port on which hosts are provisioned. */
export const sshPort = 22;
