// What the suite of HTTP/1.1 has of a reading of test/http1.
import { Http1Connection, type Http1Options, LIMITS, RemoteProtocolError } from "../../src/http1/index.ts";
import { LENIENCY_TABLE, type Settings } from "../../src/http1/options.ts";
import { octets } from "../helpers.ts";
import { type Case, play } from "./drive.js";
import { demand, nameOfTest } from "./published.ts";

/** Inputs up to here are cut at every place. */
const CUT_EVERYWHERE = 600;

/** Demands that this reading is a case of the suite, or records it. */
export function publish(make: () => Http1Connection, input: string, end: boolean, answer: boolean): void {
  demand("http1", caseOf(nameOfTest(), make, input, end, answer));
}

function caseOf(name: string, make: () => Http1Connection, input: string, end: boolean, answer: boolean): Case {
  const { role, options, send } = makingOf(make);
  const how = {
    role,
    ...(Object.keys(options).length > 0 && { options }),
    ...(send.length > 0 && { send }),
    ...(answer && { answer }),
    ...(end && { end }),
  };
  const { events, error, last } = play({ Http1Connection, RemoteProtocolError }, how, [octets(input)], false);
  return { name, ...how, input, splits: splitsFor(input.length), events, ...(error && { error }), last };
}

function splitsFor(length: number): Case["splits"] {
  if (length <= CUT_EVERYWHERE) return "every";
  const places = [1, 2, 16, Math.floor(length / 2), length - 2, length - 1];
  return [[], ...places.map((place) => [place]), places];
}

/** How the connection was made: its role, the options that are not the role's defaults, what it sent. */
function makingOf(make: () => Http1Connection): { role: Case["role"]; options: Http1Options; send: object[] } {
  const sent: object[] = [];
  const { send } = Http1Connection.prototype;
  Http1Connection.prototype.send = function (this: Http1Connection, event) {
    sent.push(event);
    send.call(this, event);
  };
  try {
    const connection = make();
    return { role: connection.role, options: optionsOf(connection), send: sent };
  } finally {
    Http1Connection.prototype.send = send;
  }
}

function optionsOf(connection: Http1Connection): Http1Options {
  const settingsOf = (of: Http1Connection) => (of as unknown as { settings: Settings }).settings;
  const own = settingsOf(connection);
  const usual = settingsOf(new Http1Connection(connection.role));
  const limits = LIMITS.filter(({ name }) => own.limits[name] !== usual.limits[name]);
  const isAllowed = (settings: Settings, bits: number) => (settings.allow & bits) !== 0;
  const table = Object.entries(LENIENCY_TABLE).map(([name, { bits }]) => ({ name, bits }));
  const leniencies = table.filter(({ bits }) => isAllowed(own, bits) !== isAllowed(usual, bits));
  return {
    ...(limits.length > 0 && {
      limits: Object.fromEntries(limits.map(({ name }) => [name, asJson(own.limits[name])])),
    }),
    ...(leniencies.length > 0 && {
      allow: Object.fromEntries(leniencies.map(({ name, bits }) => [name, isAllowed(own, bits)])),
    }),
    ...(own.http10KeepAlive !== usual.http10KeepAlive && { http10KeepAlive: own.http10KeepAlive }),
  };
}

/** JSON has no Infinity. */
function asJson(limit: number): number {
  return Math.min(limit, Number.MAX_SAFE_INTEGER);
}
