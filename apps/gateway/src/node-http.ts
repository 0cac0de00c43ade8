/** `node:http` as it is. To import its members loads Node's own fetch and WebSocket, which are among them and not used here. */
export const http = process.getBuiltinModule('node:http')
