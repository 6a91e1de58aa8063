// A device that speaks CoAP by the npm package coap. Arguments: host port. Takes requests as JSON lines, tells answers and notifications as JSON lines.
'use strict';

const coap = require('coap');
const readline = require('readline');

const [host, port] = process.argv.slice(2);
const agent = new coap.Agent({ type: 'udp4' });
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

function options(message) {
  const all = {};
  for (const option of message.options) all[option.name] = option.value;
  return all;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  const request = coap.request({ host, port: Number(port), method: command.method, pathname: command.path, query: command.query, observe: command.observe, agent });
  if (command.format !== undefined) request.setOption('Content-Format', Buffer.from(command.format > 255 ? [command.format >> 8, command.format & 255] : [command.format]));
  if (command.block !== undefined) request.setOption('Block1', Buffer.from([command.block]));
  if (command.block2 !== undefined) request.setOption('Block2', Buffer.from([command.block2]));
  request.on('error', (error) => tell({ event: 'error', message: error.message }));
  request.on('timeout', () => tell({ event: 'error', message: 'timeout' }));
  request.on('response', (response) => {
    if (command.observe) {
      response.on('data', (data) => tell({ event: 'notified', code: response.code, payload: data.toString('base64'), options: options(response) }));
    } else {
      tell({ event: 'answer', code: response.code, payload: response.payload.toString('base64'), options: options(response) });
    }
  });
  request.end(command.payload === undefined ? undefined : Buffer.from(command.payload, 'base64'));
}).on('close', () => process.exit(0));
tell({ event: 'ready' });
