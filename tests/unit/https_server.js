// An HTTPS server that speaks HTTP/2: node https_server.js KEY CERTIFICATE. Prints its port.
'use strict';
const fs = require('node:fs');
const http2 = require('node:http2');

const connections = [];

const answers = {
  '/fine': (stream) => setTimeout(() => !stream.destroyed && finish(stream, 'fine'), 50),
  '/connections': (stream) => finish(stream, String(connections.length)),
  '/reset': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('half');
    // close() would end the stream properly before it resets it
    setTimeout(() => stream.destroy(new Error('reset')), 20);
  },
  '/refuse': (stream) => stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM),
  '/cut': (stream) => {
    stream.respond({ ':status': 200, 'content-length': 100 });
    stream.end('not a hundred');
  },
  '/stall': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('half');
  },
  '/break': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('half');
    setTimeout(() => connections.at(-1).destroy(), 20);
  },
};

function finish(stream, body) {
  stream.respond({ ':status': 200, 'x-name': 'value' });
  stream.end(body);
}

const server = http2.createSecureServer({
  key: fs.readFileSync(process.argv[2]),
  cert: fs.readFileSync(process.argv[3]),
});
server.on('connection', (connection) => connections.push(connection));
server.on('sessionError', () => {});
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  answers[headers[':path']](stream);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
