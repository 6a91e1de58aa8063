// CoAP servers by the npm package coap that listen at a group address. Arguments: host port group groupPort ids, and the ids of those that do not hear the group address.
// Each registers from its own socket and answers from it; what comes to the group address is heard on another one. Tells as JSON lines what each was asked and how.
'use strict';

const coap = require('coap');
const dgram = require('dgram');
const { generate, parse } = require('coap-packet');

const [host, port, group, groupPort, ids, deaf] = process.argv.slice(2);
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

function register(socket, id) {
  return new Promise((resolve, reject) => {
    const token = Buffer.from(id.slice(-4));
    socket.once('message', (datagram) => {
      const answer = parse(datagram);
      if (answer.code === '2.01') resolve();
      else reject(new Error(`${id}: ${answer.code}`));
    });
    const options = [['Uri-Path', 'rd'], ['Content-Format', Buffer.from([40])], ['Uri-Query', `ep=${id}`], ['Uri-Query', 'lt=3600']];
    const packet = generate({ code: '0.02', confirmable: true, messageId: Math.floor(Math.random() * 65536), token, payload: Buffer.from('</led>'),
      options: options.map(([name, value]) => ({ name, value: Buffer.from(value) })) });
    socket.send(packet, Number(port), host);
  });
}

async function start(id, hears) {
  const own = dgram.createSocket('udp4');
  await new Promise((resolve) => own.bind(0, '127.0.0.1', resolve));
  await register(own, id);
  let heard = 'alone';
  const server = coap.createServer((request, response) => {
    const value = request.options.filter((option) => option.name === '292').map((option) => option.value.toString('hex'))[0];
    tell({ event: 'asked', id, how: heard, confirmable: request._packet.confirmable, method: request.method, path: request.url, payload: request.payload.toString(), tag: value });
    response.code = request.payload.toString() === 'refuse' ? '4.03' : '2.04';
    response.end(Buffer.from(id));
  });
  server.listen(own);
  if (hears) {
    const all = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise((resolve) => all.bind(Number(groupPort), group, resolve));
    all.addMembership(group, '127.0.0.1');
    all.on('message', (datagram, from) => {
      heard = 'group';
      own.emit('message', datagram, from);
      heard = 'alone';
    });
  }
}

(async () => {
  for (const id of ids.split(',')) await start(id, true);
  for (const id of (deaf || '').split(',').filter((each) => each)) await start(id, false);
  tell({ event: 'ready' });
  process.stdin.on('end', () => process.exit(0)).resume();
})().catch((error) => {
  tell({ event: 'error', message: error.message });
  process.exit(1);
});
