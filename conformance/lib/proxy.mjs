// A network that can be cut: passes bytes on until it is told not to.

import { connect, createServer } from "node:net";

export class Network {
  #sockets = new Set();
  #up = true;

  static async before(origin) {
    const network = new Network();
    const { hostname, port } = new URL(origin);
    network.server = createServer((near) => {
      if (!network.#up) return near.destroy();
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        network.#sockets.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          network.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise((resolve) => network.server.listen(0, "127.0.0.1", resolve));
    network.origin = `http://127.0.0.1:${network.server.address().port}`;
    return network;
  }

  /** Drops what is open and refuses what comes. */
  cut() {
    this.#up = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#up = true;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
