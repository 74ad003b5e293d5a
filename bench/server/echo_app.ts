/**
 * The bare server: a WebSocket echo and nothing else, in a process of its own.
 *
 * @module
 */
import { announce, collected } from "./process.ts";

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: announce }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") return collected();
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
