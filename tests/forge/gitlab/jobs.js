'use strict';
// CI jobs of a project. Their ages are counted from when the forge first speaks of them: some
// have been waiting or running for days.

const HOUR = 3600 * 1000;
// status, name, hours since it was created, hours since it was started
const JOBS = [
    ['success', 'build', 80, 80],
    ['failed', 'test', 79, 79],
    ['running', 'deploy', 72, 71],
    ['pending', 'arm64', 50, null],
    ['running', 'test', 3, 2],
    ['pending', 'lint', 0.1, null],
    ['canceled', 'pages', 30, null],
];
const byRepository = new WeakMap();

function jobsOf(repository) {
    if (!byRepository.has(repository)) {
        const now = Date.now();
        const ago = (hours) => (hours === null ? null : now - hours * HOUR);
        const jobs = JOBS.map(([status, name, created, started], at) => ({
            id: repository.databaseId * 10 + at,
            repository,
            status,
            name,
            created: ago(created),
            started: ago(started),
        }));
        byRepository.set(repository, jobs);
    }
    return byRepository.get(repository);
}

function record(job, html, user) {
    const iso = (time) => (time === null ? null : new Date(time).toISOString());
    const pipeline = Math.floor(job.id / 100);
    return {
        id: job.id,
        status: job.status,
        stage: job.name === 'build' ? 'build' : 'test',
        name: job.name,
        ref: 'main',
        tag: false,
        coverage: null,
        allow_failure: false,
        created_at: iso(job.created),
        started_at: iso(job.started),
        finished_at: ['running', 'pending'].includes(job.status) ? null : iso(job.created + HOUR),
        erased_at: null,
        duration: null,
        queued_duration: null,
        user,
        pipeline: {
            id: pipeline,
            iid: 1,
            project_id: job.repository.databaseId,
            ref: 'main',
            status: 'running',
            source: 'push',
            web_url: `${html}/-/pipelines/${pipeline}`,
        },
        web_url: `${html}/-/jobs/${job.id}`,
        tag_list: [],
        runner: null,
    };
}

function list({ repository, records, request }) {
    const scopes = new URL(request.url, 'http://forge').searchParams.getAll('scope[]');
    const wanted = jobsOf(repository).filter(
        (job) => scopes.length === 0 || scopes.includes(job.status)
    );
    return {
        list: wanted.slice().reverse(),
        record: (job) => recordOf(job, records),
    };
}

function recordOf(job, records) {
    return record(job, records.html(job.repository), records.user(job.repository.owner));
}

// Only members may, and only what has not ended.
function cancel({ repository, params, request, records, world }) {
    const job = jobsOf(repository).find((one) => one.id === Number(params.job));
    if (!/^(push|member)/.test(request.token || '')) {
        return { refused: { status: 403, message: '403 Forbidden' } };
    }
    if (!job) {
        return { refused: { status: 404, message: '404 Not found' } };
    }
    if (['running', 'pending'].includes(job.status)) {
        job.status = 'canceled';
        world.version++;
    }
    return { value: recordOf(job, records), status: 201 };
}

module.exports = { list, cancel };
