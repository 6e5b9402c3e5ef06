// Loaded into a trainer before its own code (`--import`): everything that reaches for the network fails, and is noted
// in the file NO_SOCKETS_LOG in case the failure is swallowed.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';

function note(line) {
  appendFileSync(process.env.NO_SOCKETS_LOG, `${line}\n`);
}

function bar(owner, name) {
  owner[name] = () => {
    note(`tried ${name}`);
    throw new Error(`${name} was called, but nothing here may use the network.`);
  };
}

for (const [owner, names] of [
  [net, ['connect', 'createConnection', 'createServer']],
  [net.Socket.prototype, ['connect']],
  [net.Server.prototype, ['listen']],
  [tls, ['connect']],
  [http, ['request', 'get']],
  [https, ['request', 'get']],
  [http2, ['connect']],
  [dns, ['lookup', 'resolve', 'resolve4', 'resolve6']],
  [dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6']],
  [dgram, ['createSocket']],
  [globalThis, ['fetch']],
]) {
  for (const name of names) bar(owner, name);
}
syncBuiltinESMExports();
note('armed');
