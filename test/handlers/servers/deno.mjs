// The application over Deno.listen and Deno.listenTls: a Deno.Conn is a pair of streams already.
import { either, protocolOf, serveConnection } from "sansio/web";
import { application } from "../../../examples/application.mjs";
import { selfSigned } from "../../../examples/certificate.mjs";

const onError = (error) => console.error(error);
const hostname = "127.0.0.1";
const plain = Deno.listen({ hostname, port: 0 });
const secure = Deno.listenTls({ hostname, port: 0, ...selfSigned(), alpnProtocols: ["h2", "http/1.1"] });
console.log(JSON.stringify({ http: plain.addr.port, https: secure.addr.port }));
accept(plain, (connection) => serveConnection(connection, application, { protocol: either, onError }));
accept(secure, async (connection) => {
  const { alpnProtocol } = await connection.handshake();
  serveConnection(connection, application, { protocol: protocolOf(alpnProtocol), scheme: "https", onError });
});

async function accept(listener, serve) {
  for await (const connection of listener) Promise.resolve(serve(connection)).catch(onError);
}
