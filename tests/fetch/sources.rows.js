'use strict';
// What a database holds of a source beside what it should hold, in files to compare:
//
//     node sources.rows.js PLATFORM TRUTH DATABASE FOLDER
//
// PLATFORM is github, gitlab, gitea or jira; TRUTH has a line {"stream", "row"} for each row, as the
// forge tells it. For each stream FOLDER/STREAM.got and FOLDER/STREAM.expected get a line a row, and
// its name is printed.

const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');
const platforms = require('./sources.columns');

// Of the truth: the value at a path; what databases hold of texts and truth values.
function at(row, name) {
    const value = name.split('.').reduce((one, part) => (one ? one[part] : undefined), row);
    if (typeof value === 'boolean') {
        return Number(value);
    }
    if (typeof value === 'string') {
        return value.replace(/\0|\p{Surrogate}/gu, '\ufffd');
    }
    return value === undefined ? null : value;
}

function rowsOf(database, { query, names }) {
    const text = execFileSync(
        'sqlite3',
        [
            '-json',
            database,
            query.replace('SELECT ', 'SELECT json_array(').replace(' FROM ', ') AS row FROM '),
        ],
        { encoding: 'utf8', maxBuffer: 1 << 30 }
    );
    return text === ''
        ? []
        : JSON.parse(text).map(({ row }) =>
              JSON.stringify(
                  Object.fromEntries(JSON.parse(row).map((value, index) => [names[index], value]))
              )
          );
}

function expectedOf(rows, { names }, change = (row) => row) {
    return rows
        .map(change)
        .filter(Boolean)
        .map((row) =>
            JSON.stringify(Object.fromEntries(names.map((name) => [name, at(row, name)])))
        );
}

function main([platform, truth, database, folder]) {
    const streams = platforms[platform];
    const rows = new Map();
    for (const line of fs.readFileSync(truth, 'utf8').split('\n').filter(Boolean)) {
        const { stream, row } = JSON.parse(line);
        if (!rows.has(stream)) {
            rows.set(stream, []);
        }
        rows.get(stream).push(row);
    }
    fs.mkdirSync(folder, { recursive: true });
    for (const [stream, one] of Object.entries(streams).filter(([, one]) => one)) {
        const [columns, change] = one;
        const write = (what, lines) =>
            fs.writeFileSync(
                path.join(folder, `${stream}.${what}`),
                lines
                    .sort()
                    .map((line) => `${line}\n`)
                    .join('')
            );
        write('got', rowsOf(database, columns));
        write('expected', expectedOf(rows.get(stream) || [], columns, change));
        process.stdout.write(`${stream}\n`);
    }
    const known = (stream) =>
        !['github', 'gitlab'].includes(platform) || stream in streams || stream === 'users';
    [...rows.keys()]
        .filter((stream) => !known(stream))
        .forEach((stream) => process.stdout.write(`${stream} is not compared\n`));
}

main(process.argv.slice(2));
