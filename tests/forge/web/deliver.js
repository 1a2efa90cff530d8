'use strict';
// Puts an answer on the wire: compressed where asked, and broken where a fault says how.

const zlib = require('zlib');

const SLICE = 65536;

function compressed(request, answer) {
    if (
        answer.encoded ||
        !answer.body ||
        answer.body.length < 1000 ||
        !/\bgzip\b/.test(request.headers['accept-encoding'] || '')
    ) {
        return answer;
    }
    const kept = answer.kept || answer;
    kept.gzip = kept.gzip || zlib.gzipSync(answer.body, { level: 1 });
    return {
        ...answer,
        body: kept.gzip,
        headers: { ...answer.headers, 'content-encoding': 'gzip' },
    };
}

// Ends the connection (HTTP/2: the stream) without a proper end.
function cut(response, abruptly) {
    if (response.stream && response.stream.close) {
        response.stream.close(abruptly ? 2 : 8);
    } else if (abruptly) {
        response.socket.resetAndDestroy();
    } else {
        response.socket.destroy();
    }
}

function writeHalf(response, answer, chunked) {
    const headers = { ...answer.headers };
    if (!chunked) {
        headers['content-length'] = answer.body.length;
    }
    response.writeHead(answer.status, headers);
    const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
    response.write(half.length > 0 ? half : ' ', () => setTimeout(() => cut(response, false), 20));
}

function writeSlowly(response, answer, bytesPerSecond) {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    const step = Math.max(1, Math.floor(bytesPerSecond / 20));
    let at = 0;
    const timer = setInterval(() => {
        response.write(answer.body.subarray(at, at + step));
        at += step;
        if (at >= answer.body.length) {
            clearInterval(timer);
            response.end();
        }
    }, 50);
    response.on('close', () => clearInterval(timer));
}

function writeEndlessly(response, answer) {
    response.writeHead(answer.status, answer.headers);
    const slice = Buffer.alloc(SLICE, ' ');
    let left = answer.endless;
    const more = () => {
        while (left > 0 && !response.destroyed) {
            left -= SLICE;
            if (!response.write(slice)) {
                response.once('drain', more);
                return;
            }
        }
        response.end();
    };
    response.write('[');
    more();
}

function deliver(request, response, whole, fault) {
    const kind = fault ? fault.kind : '';
    const answer = compressed(request, whole);
    if (response.destroyed) {
        return;
    }
    if (answer.endless) {
        writeEndlessly(response, answer);
    } else if (kind === 'truncate') {
        writeHalf(response, answer, fault.chunked);
    } else if (kind === 'slow') {
        writeSlowly(response, answer, fault.bytes_per_second || 20000);
    } else {
        const body = request.method === 'HEAD' ? undefined : answer.body;
        const headers =
            answer.status === 304 || answer.status === 204
                ? answer.headers
                : { ...answer.headers, 'content-length': answer.body ? answer.body.length : 0 };
        response.writeHead(answer.status, headers);
        response.end(body);
    }
}

module.exports = { deliver, cut };
