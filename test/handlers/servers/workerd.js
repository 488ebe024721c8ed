// The application over a TCP socket that came to a Worker.
import { either, serveConnection } from "sansio/web";
import { application } from "../../../examples/application.mjs";

export default {
  async connect(socket) {
    const { closed } = serveConnection(socket, application, {
      protocol: either,
      onError: (error) => console.error(error.stack ?? error),
    });
    await closed;
  },
};
