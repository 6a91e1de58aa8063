// A device by the npm package coap that serves requests, with a large answer to what begins with an L, and asks from one socket. Arguments: host port. Takes commands as JSON lines: "ask" sends a request, "move" goes on
// from another port while the former one hears nothing any more, as behind an address translator that forgot. Tells what it hears as JSON lines.
'use strict';

const coap = require('coap');
const dgram = require('dgram');
const readline = require('readline');

const [host, port] = process.argv.slice(2);
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');
let socket;
let agent;

function open() {
  socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1', () => {
    const own = socket;
    agent = new coap.Agent({ socket });
    const server = coap.createServer();
    server.listen(socket);
    server.on('request', (request, response) => {
      tell({ event: 'request', at: own.address().port, method: request.method, path: request.url, payload: request.payload.toString('base64') });
      response.code = '2.04';
      response.end(request.payload[0] === 0x4c ? Buffer.alloc(4096, 'x') : Buffer.from('done'));
    });
    tell({ event: 'ready', port: socket.address().port });
  });
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.do === 'move') {
    socket.removeAllListeners('message');
    open();
    return;
  }
  const request = coap.request({ host, port: Number(port), method: command.method, pathname: command.path, query: command.query, agent });
  if (command.format !== undefined) request.setOption('Content-Format', Buffer.from([command.format]));
  request.on('error', (error) => tell({ event: 'error', message: error.message }));
  request.on('timeout', () => tell({ event: 'error', message: 'timeout' }));
  request.on('response', (response) => tell({ event: 'answer', code: response.code, payload: response.payload.toString('base64') }));
  request.end(command.payload === undefined ? undefined : Buffer.from(command.payload, 'base64'));
}).on('close', () => process.exit(0));
open();
