/**
 * Node's own http, the way round its list of exports: `import ... from 'node:http'` reads every name of the module, among them
 * `WebSocket` and its like, which loads all of undici for nobody. That takes 20 ms, and a lab would pay it three times before its
 * first packet: in the command, in the daemon and in the runtime's thread.
 */
export const {createServer, request} = process.getBuiltinModule('node:http')
