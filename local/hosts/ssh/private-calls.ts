/**
 * What ssh2 does but doesn't export: two calls of its protocol object. Its version is pinned exactly, and the test
 * beside this file fails if they change.
 */
import type { Connection, RejectConnection, SFTPWrapper } from "ssh2";

interface Protocol {
  channelOpenFail(recipient: number, reason: number, description: string): void;
  exitStatus(recipient: number, status: number): void;
}

/** Why a channel isn't opened. Source: RFC 4254 section 5.1. */
export const openFailure = { prohibited: 1, connectFailed: 2, resourceShortage: 4 } as const;

/** Refuses a channel with a text for the user; `reject` alone sends an empty one. */
export function refuseChannel(
  connection: Connection,
  reject: RejectConnection,
  reason: keyof typeof openFailure,
  text: string,
): void {
  const protocol = protocolOf(connection);
  const fail = protocol.channelOpenFail.bind(protocol);
  protocol.channelOpenFail = recipient => fail(recipient, openFailure[reason], text);
  try {
    reject();
  } finally {
    protocol.channelOpenFail = fail;
  }
}

/** Ends an SFTP channel as sftp-server does: scp takes a missing exit status for a failure. */
export function endSftp(connection: Connection, sftp: SFTPWrapper): void {
  const { outgoing } = sftp as unknown as { outgoing: { id: number; state: string } };
  if (outgoing.state === "open") protocolOf(connection).exitStatus(outgoing.id, 0);
  sftp.end();
}

function protocolOf(connection: Connection): Protocol {
  return (connection as unknown as { _protocol: Protocol })._protocol;
}
