'use strict';
// All tests of the forge, one after the other.

const { Client } = require('./client');
const { done, is } = require('./tap');
const { restTests } = require('./rest');
const { gitlabTests } = require('./gitlab');
const { graphqlTests } = require('./graphql');
const { faultTests } = require('./faults');
const { optionTests } = require('./options');
const { tlsTests } = require('./tls');
const { shapeTests } = require('./shapes');
const { otherTests } = require('./others');

async function main() {
    const client = await Client.start(
        '--seed',
        '7',
        '--validate',
        '--repo',
        'o/mill:issues=60,pulls=20'
    );
    try {
        await restTests(client);
        await gitlabTests(client);
        await graphqlTests(client);
        await shapeTests(client);
        await otherTests(client);
        await faultTests(client);
    } finally {
        is(await client.stop(), 0, 'SIGTERM ends it');
    }
    await tlsTests();
    await optionTests();
    done();
}

main().catch((error) => {
    process.stdout.write(`Bail out! ${error.stack}\n`);
    process.exit(1);
});
