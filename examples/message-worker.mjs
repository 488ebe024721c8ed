// The server for message-page.mjs: each port that arrives is a connection.
import { greeter } from "./greeting.mjs";
import { isOver, turn } from "./loop.mjs";

self.onmessage = ({ data: port }) => {
  const { connection, handle } = greeter();
  port.onmessage = ({ data }) => {
    connection.feed(data);
    port.postMessage(turn(connection, handle));
    if (isOver(connection)) port.close();
  };
};
