/** The listening sockets of each service, by name: the one table of ports. */
export const ports = {
  "data-access": { read: 5000, update: 8080 },
  receiver: { http: 8080 },
  stress: { http: 8080 },
} as const;

export type ServiceName = keyof typeof ports;

/** The port on which hosts are provisioned. */
export const sshPort = 22;
