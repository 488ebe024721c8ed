// The application over node:net (HTTP/1.1 and HTTP/2 told apart by their first octets) and node:tls (by ALPN).
import { createServer, fetchHandler } from "sansio/node";
import { application } from "../../../examples/application.mjs";
import { selfSigned } from "../../../examples/certificate.mjs";

const handler = fetchHandler(application);
const onError = (error) => console.error(error);
const http = await createServer(handler, { onError }).listen();
const https = await createServer(handler, { onError, tls: selfSigned() }).listen();
console.log(JSON.stringify({ http, https }));
