// The least that a UDP server on Node can do: each datagram goes back as it came, with the QR bit set.
import { createSocket } from 'node:dgram';

const socket = createSocket('udp4');
socket.on('message', (message, from) => {
  message[2]! |= 0x80;
  socket.send(message, from.port, from.address);
});
socket.bind(0, '127.0.0.1', () => {
  const { address, port } = socket.address();
  process.send!({ event: 'ready', endpoints: { dns: `${address}:${port}` } });
});
