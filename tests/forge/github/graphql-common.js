'use strict';
// What resolvers of several types need.

const { GraphQLError } = require('graphql');

const HTML = 'https://github.com';

function notFound(message) {
    const error = new GraphQLError(message);
    error.type = 'NOT_FOUND';
    return error;
}

// GraphQL's Int has 32 bits.
function small(id) {
    return id < 2 ** 31 ? id : null;
}

function page(path) {
    return {
        url: (one, _, context) => HTML + path(one, context),
        resourcePath: (one, _, context) => path(one, context),
    };
}

const itemPath = (item) =>
    `/${item.repository.nameWithOwner}/${item.isPull ? 'pull' : 'issues'}/${item.number}`;

module.exports = { HTML, notFound, small, page, itemPath };
