'use strict';
// ETag and Last-Modified, and what an unchanged answer becomes.

const crypto = require('crypto');

function etagOf(body, weak) {
    const hash = crypto.createHash('sha1').update(body).digest('hex');
    return `${weak ? 'W/' : ''}"${hash}"`;
}

function strong(tag) {
    return tag.trim().replace(/^W\//, '');
}

// Whether what the client has is what it would get.
function unchanged(headers, etag, lastModified) {
    const tags = headers['if-none-match'];
    if (tags) {
        return tags.split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag));
    }
    const since = Date.parse(headers['if-modified-since'] || '');
    return Boolean(lastModified) && since >= lastModified;
}

module.exports = { etagOf, unchanged };
