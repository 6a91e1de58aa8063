// A device that speaks MQTT by mqtt.js. Arguments: url version user password. Takes commands as JSON lines, tells what it hears as JSON lines.
'use strict';

const mqtt = require('mqtt');
const readline = require('readline');

const [url, version, username, password] = process.argv.slice(2);
const five = version === '5';
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

const client = mqtt.connect(url, {
  username, password, protocolVersion: five ? 5 : 4, clientId: 'mqtt-js-' + username, clean: true, reconnectPeriod: 0,
  properties: five ? { userProperties: { sleeping: 'false' } } : undefined,
});

client.on('connect', (packet) => tell({ event: 'connected', sessionPresent: packet.sessionPresent }));
client.on('error', (error) => tell({ event: 'error', code: error.code, message: error.message }));
client.on('disconnect', (packet) => tell({ event: 'disconnect', reason: packet.reasonCode }));
client.on('close', () => tell({ event: 'closed' }));
client.on('message', (topic, payload, packet) => tell({
  event: 'message', topic, payload: payload.toString('base64'), qos: packet.qos, dup: packet.dup,
  properties: packet.properties && {
    contentType: packet.properties.contentType, responseTopic: packet.properties.responseTopic,
    expiry: packet.properties.messageExpiryInterval, user: packet.properties.userProperties,
  },
}));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  const done = (error, packet) => tell({ event: 'done', did: command.do, error: error && error.message, code: error && error.code, reason: packet && packet.reasonCode });
  if (command.do === 'subscribe') {
    client.subscribe(command.topic, { qos: 1 }, (error, granted) => tell({ event: 'done', did: 'subscribe', error: error && error.message, granted: granted && granted.map((one) => one.qos) }));
  } else if (command.do === 'publish') {
    client.publish(command.topic, Buffer.from(command.payload, 'base64'), { qos: command.qos === undefined ? 1 : command.qos, properties: (five && command.properties) || undefined }, done);
  } else if (command.do === 'end') {
    client.end(false, {}, () => process.exit(0));
  }
}).on('close', () => process.exit(0));
