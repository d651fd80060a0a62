/** Names of connections, as rooms know them: they say on which node the socket is. */

export const connectionId = (nodeId: string, socketId: string): string => `${nodeId}/${socketId}`;

export const nodeOf = (connection: string): string => connection.slice(0, connection.indexOf('/'));

export const socketOf = (connection: string): string => connection.slice(connection.indexOf('/') + 1);
