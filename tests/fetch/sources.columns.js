'use strict';
// For each platform and stream of the truth: the columns to compare and the query that has them,
// and a function from a row of the truth to one of the database (null: there is none). Streams that
// are null are not compared.

const GHOST = { login: 'ghost', id: 10137 };

// Fields of the truth and, where the column is not called a__b for a.b, what to select.
function select(table, names, others = {}, where = '') {
    const columns = Object.fromEntries(
        names.split(' ').map((name) => [name, `t."${name.replace(/\./g, '__')}"`])
    );
    Object.assign(columns, others);
    return {
        names: Object.keys(columns),
        query: `SELECT ${Object.values(columns).join(', ')} FROM ${table} t ${where}`,
    };
}

const empty = (row) => ({ ...row, body: row.body || null });
const written = (row) => ({ ...empty(row), user: row.user || GHOST });
const acted = (row) => ({ ...row, actor: row.actor || GHOST });
// GraphQL links no bots.
const noBot = (user) => (user && user.login.endsWith('[bot]') ? null : user);
const linked = (row) => ({ ...row, author: noBot(row.author), committer: noBot(row.committer) });
const noBotColumn = (name) => `CASE WHEN t."${name}" NOT LIKE '%[bot]' THEN t."${name}" END`;

const LABEL = 'node_id name color description default';
const COMMIT =
    'node_id commit.message commit.author.name commit.author.email commit.author.date ' +
    'commit.committer.name commit.committer.email commit.committer.date';
const LINKED = {
    'author.login': noBotColumn('author__login'),
    'committer.login': noBotColumn('committer__login'),
};
const ITEM =
    'id node_id number title user.login user.id body created_at updated_at state closed_at locked ' +
    'milestone.number milestone.title';
const COMMENT = 'id node_id user.login user.id body created_at updated_at';
const EVENT =
    'id node_id event actor.login actor.id created_at commit_id label.name assignee.login';
const URL_NUMBER = `CAST(replace(t.pull_request_url, rtrim(t.pull_request_url, '0123456789'), '') AS INTEGER)`;
const inside = (table, number, names) =>
    select(
        `issues__${table}`,
        names,
        { [number]: 'i."NUMBER"' },
        'JOIN issues i ON i.id = t._parent_id'
    );
const numbered = (found, column) => ({ ...found, query: found.query.replace('NUMBER', column) });

const GITHUB = {
    repository: [
        select(
            'repository',
            'id node_id name full_name owner.login owner.id description homepage fork archived ' +
                'default_branch stargazers_count subscribers_count forks_count size license.key license.spdx_id created_at ' +
                'updated_at pushed_at'
        ),
    ],
    languages: [select('languages', 'name bytes')],
    labels: [select('labels', LABEL)],
    milestones: [
        select(
            'milestones',
            'node_id number title description state creator.login creator.id created_at ' +
                'updated_at due_on closed_at'
        ),
        (row) => ({ ...row, creator: row.creator || GHOST }),
    ],
    releases: [
        select(
            'releases',
            'id node_id tag_name name body author.login author.id draft prerelease created_at ' +
                'published_at'
        ),
        (row) => ({ ...empty(row), author: row.author || GHOST }),
    ],
    branches: [select('branches', 'name commit.sha')],
    tags: [select('tags', 'name commit.sha')],
    contributors: [select('contributors', 'login id type name email contributions')],
    commit_authors: [select('commit_authors', `sha ${COMMIT}`, LINKED), linked],
    issues: [select('issues', `${ITEM} state_reason comments`), written],
    issue_labels: [numbered(inside('labels', 'issue_number', 'node_id name'), 'number')],
    issue_assignees: [numbered(inside('assignees', 'issue_number', 'login id'), 'number')],
    issue_comments: [select('issue_comments', `issue_number ${COMMENT}`), written],
    issue_events: [select('issue_events', `issue_number ${EVENT}`), acted],
    pull_requests: [select('pull_requests', `${ITEM} draft merged_at merge_commit_sha`), written],
    pull_request_reviews: [
        select(
            'pull_request_reviews',
            'pull_number id node_id user.login user.id body state ' + 'submitted_at commit_id'
        ),
        written,
    ],
    pull_request_reviewers: [
        select(
            '(SELECT pull_number, id, node_id, login, NULL AS slug FROM pull_request_reviewers ' +
                'UNION ALL SELECT pull_number, id, node_id, NULL, slug FROM pull_request_teams)',
            'pull_number id node_id login slug'
        ),
    ],
    pull_request_commits: [
        select('pull_request_commits', `pull_number sha ${COMMIT}`, LINKED),
        linked,
    ],
    pull_request_files: [
        select('pull_request_files', 'pull_number filename status additions deletions'),
    ],
    pull_request_labels: [select('pull_request_labels', 'pull_number node_id name')],
    pull_request_assignees: [select('pull_request_assignees', 'pull_number login id')],
    pull_request_meta: [
        select('pull_request_meta', 'pull_number side ref sha user.login', {
            'repo.id': 't.repo_id',
        }),
        written,
    ],
    pull_request_repos: [
        select(
            'pull_request_repos',
            'pull_number side id node_id full_name',
            {},
            'WHERE t.id IS NOT NULL'
        ),
    ],
    pull_request_comments: [select('pull_request_comments', `pull_number ${COMMENT}`), written],
    pull_request_events: [select('pull_request_events', `pull_number ${EVENT}`), acted],
    review_comments: [
        select(
            'review_comments',
            `${COMMENT} pull_request_review_id path diff_hunk line position ` +
                'commit_id original_commit_id in_reply_to_id',
            { pull_number: URL_NUMBER }
        ),
        written,
    ],
};

const GL_ITEM =
    'id iid title description created_at updated_at author.id author.username closed_at milestone.iid ' +
    'user_notes_count state';
const GL_COMMENT = 'id body author.id author.username created_at updated_at';
const GL_COMMIT =
    'id message author_name author_email authored_date committer_name committer_email committed_date';
const GL_EVENT = ['label', 'state', 'milestone'];

// The three lists of resource events as one.
function resourceEvents(kind, iid) {
    const union = GL_EVENT.map(
        (what) =>
            `SELECT ${iid}, '${what}' AS kind, id, user__username, created_at, ` +
            `${what === 'state' ? 'NULL' : 'action'} AS action, ${what === 'state' ? 'state' : 'NULL'} AS state, ` +
            `${what === 'label' ? 'label__name' : 'NULL'} AS label__name FROM ${kind}_${what}_events`
    );
    return select(
        `(${union.join(' UNION ALL ')})`,
        `${iid} kind id user.username created_at action state label.name`
    );
}

const GITLAB = {
    repository: [
        select(
            'repository',
            'id name path_with_namespace description default_branch star_count forks_count ' +
                'archived created_at'
        ),
    ],
    languages: [select('languages', 'name')],
    labels: [select('labels', 'id name color description')],
    milestones: [select('milestones', 'id iid title state created_at')],
    releases: [select('releases', 'tag_name description author.username created_at released_at')],
    branches: [select('branches', 'name commit.id')],
    tags: [select('tags', 'name commit.id')],
    contributors: [select('contributors', 'name email commits')],
    members: [select('members', 'id username')],
    commit_authors: [select('commit_authors', GL_COMMIT)],
    issues: [select('issues', GL_ITEM)],
    issue_labels: [numbered(inside('labels', 'issue_iid', 'name'), 'iid')],
    issue_assignees: [numbered(inside('assignees', 'issue_iid', 'id username'), 'iid')],
    issue_comments: [select('issue_comments', `issue_iid ${GL_COMMENT}`)],
    issue_events: [resourceEvents('issue', 'issue_iid')],
    issue_system_notes: null,
    pull_requests: [
        select(
            'pull_requests',
            `${GL_ITEM} draft merged_at merge_user.username source_branch target_branch ` +
                'sha merge_commit_sha source_project_id'
        ),
    ],
    pull_request_reviews: [
        select('pull_request_reviews', 'merge_request_iid user.id user.username state'),
    ],
    pull_request_reviewers: [select('pull_request_reviewers', 'merge_request_iid id username')],
    pull_request_assignees: [select('pull_request_assignees', 'merge_request_iid id username')],
    pull_request_labels: [select('pull_request_labels', 'merge_request_iid name')],
    pull_request_commits: [select('pull_request_commits', `merge_request_iid ${GL_COMMIT}`)],
    pull_request_files: [select('pull_request_files', 'merge_request_iid new_path old_path')],
    pull_request_comments: [select('pull_request_comments', `merge_request_iid ${GL_COMMENT}`)],
    pull_request_events: [resourceEvents('pull_request', 'merge_request_iid')],
    pull_request_system_notes: null,
    review_comments: [
        select(
            'review_comments',
            `merge_request_iid ${GL_COMMENT} position.new_path position.new_line`
        ),
    ],
};

// Gitea and Jira have the data of GitHub's truth, and a few streams.
const GITEA_ITEM = 'number title state created_at updated_at closed_at comments';
const GITEA_COMMENT = 'id body created_at updated_at';
const GITEA = {
    labels: [select('labels', 'id name color')],
    releases: [select('releases', 'id tag_name draft prerelease created_at published_at')],
    issues: [select('issues', GITEA_ITEM)],
    issue_comments: [select('issue_comments', GITEA_COMMENT)],
    pull_requests: [select('pull_requests', `${GITEA_ITEM} merged_at draft`)],
    pull_request_comments: [select('pull_request_comments', GITEA_COMMENT)],
};

const stamp = (time) => time && time.replace('Z', '.000+0000');
const JIRA_EVENTS = {
    labeled: 'labels',
    unlabeled: 'labels',
    assigned: 'assignee',
    closed: 'status',
    renamed: 'summary',
};
const JIRA = {
    issues: [
        select('issues', 'key summary created updated resolved status_category'),
        (row) => ({
            key: `MILL-${row.number}`,
            summary: row.title,
            created: stamp(row.created_at),
            updated: stamp(row.updated_at),
            resolved: stamp(row.closed_at),
            status_category: row.state === 'open' ? 'new' : 'done',
        }),
    ],
    issue_events: [
        select(
            'issue_changes',
            'id created',
            { field: 'i.field' },
            'JOIN issue_changes__items i ON i._parent_id = t.id AND i._parent_issue_id = t.issue_id'
        ),
        (row) =>
            row.event in JIRA_EVENTS
                ? { id: row.id, created: stamp(row.created_at), field: JIRA_EVENTS[row.event] }
                : null,
    ],
};

module.exports = { github: GITHUB, gitlab: GITLAB, gitea: GITEA, jira: JIRA };
