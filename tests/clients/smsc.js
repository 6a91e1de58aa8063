// An SMSC by node-smpp. Arguments: port, and "two-binds" for one that knows no transceiver, or "tls" with the PEM files of its key and certificate. Takes commands as JSON lines, tells what it hears as JSON lines.
'use strict';

const fs = require('fs');
const smpp = require('smpp');
const readline = require('readline');

const [port, kind, key, cert] = process.argv.slice(2);
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

// How submit_sm is answered: so many are refused with a status, so many are never answered (silent: nor told of), so many are held and then answered the last one first.
const behave = { refuse: 0, status: 0x58, silent: 0, mute: 0, hold: 0 };
let held = [];
let ids = 0;
const sessions = new Set();

function answer(session, pdu) {
  if (behave.silent > 0) {
    behave.silent--;
    return;
  }
  if (behave.refuse > 0) {
    behave.refuse--;
    session.send(pdu.response({ command_status: behave.status }));
    return;
  }
  const id = (++ids).toString(16).padStart(8, '0');
  const { message, udh } = pdu.short_message;
  tell({
    event: 'submitted', id, from: pdu.source_addr, to: pdu.destination_addr, ton: pdu.dest_addr_ton, coding: pdu.data_coding, registered: pdu.registered_delivery,
    validity: pdu.validity_period, text: Buffer.isBuffer(message) ? undefined : message, bytes: Buffer.isBuffer(message) ? message.toString('hex') : undefined,
    reference: pdu.user_message_reference, udh: udh && udh.length ? Buffer.concat(udh.map((part) => Buffer.from(part))).toString('hex') : undefined,
  });
  if (behave.mute > 0) {
    behave.mute--;
    return;
  }
  const send = () => session.send(pdu.response({ message_id: id }));
  if (behave.hold > 0) {
    held.push(send);
    if (--behave.hold === 0) {
      held.reverse().forEach((one) => one());
      held = [];
    }
  } else {
    send();
  }
}

const secured = kind === 'tls' ? { key: fs.readFileSync(key), cert: fs.readFileSync(cert) } : {};
const server = smpp.createServer(secured, (session) => {
  session.on('error', () => {});
  session.on('close', () => { sessions.delete(session); tell({ event: 'closed' }); });
  session.on('pdu', (pdu) => {
    if (pdu.command.startsWith('bind_') && !pdu.isResponse()) {
      const refused = kind === 'two-binds' && pdu.command === 'bind_transceiver';
      session.send(pdu.response(refused ? { command_status: smpp.ESME_RINVCMDID } : { system_id: 'node-smpp' }));
      if (refused) return;
      if (pdu.command !== 'bind_transmitter') sessions.add(session);
      tell({ event: 'bound', as: pdu.command, system: pdu.system_id, password: pdu.password });
    } else if (pdu.command === 'submit_sm') {
      answer(session, pdu);
    } else if (pdu.command === 'enquire_link') {
      tell({ event: 'enquired' });
      session.send(pdu.response());
    } else if (pdu.command === 'unbind') {
      session.send(pdu.response());
      session.close();
    }
  });
});

// Says it to one that receives; again, as an SMSC does, where it is answered that it is to come later.
function deliver(fields, as) {
  const session = [...sessions][0];
  if (!session) {
    tell({ event: 'nobody' });
    return;
  }
  session.deliver_sm(fields, (response) => {
    if (response.command_status === 0x64) setTimeout(() => deliver(fields, as), 200);
    tell({ event: 'answered', as, status: response.command_status });
  });
}

server.listen(Number(port), '127.0.0.1', () => tell({ event: 'listening', port: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.do === 'behave') {
    Object.assign(behave, command.how);
    tell({ event: 'behaves' });
  } else if (command.do === 'receipt') {
    const text = `id:${command.id} sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:${command.state} err:${command.error || '000'} text:`;
    deliver({
      esm_class: 4, source_addr_ton: 1, source_addr_npi: 1, source_addr: command.from.replace('+', ''), destination_addr: '12345', short_message: text,
      ...(command.reference === undefined ? {} : { user_message_reference: command.reference }),
      ...(command.tlv ? { receipted_message_id: command.id, message_state: command.tlv } : {}),
    }, command.as);
  } else if (command.do === 'deliver') {
    const message = command.bytes === undefined ? command.text : Buffer.from(command.bytes, 'hex');
    deliver({
      source_addr_ton: 1, source_addr_npi: 1, source_addr: command.from.replace('+', ''), destination_addr: '12345', data_coding: command.coding || 0,
      ...(command.payload ? { message_payload: message } : { short_message: command.udh ? { udh: Buffer.from(command.udh, 'hex'), message } : message }),
      ...(command.udh ? { esm_class: 0x40 } : {}),
      ...command.tlvs,
    }, command.as);
  } else if (command.do === 'drop') {
    [...server.sessions].forEach((session) => session.destroy());
  }
}).on('close', () => process.exit(0));
