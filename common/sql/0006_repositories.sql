-- Which repositories there are: how their addresses are written, how they are added to the queue,
-- and how one that moves is followed.

-- Names of repositories differ in more than capitals, on every platform.
CREATE UNIQUE INDEX IF NOT EXISTS idx_repos_url ON leat_data.repos (lower(repo_git));
CREATE INDEX IF NOT EXISTS idx_repos_platform ON leat_data.repos (platform_id, platform_repo_id);
CREATE UNIQUE INDEX IF NOT EXISTS platforms_host_key ON leat_data.platforms (host);
CREATE INDEX IF NOT EXISTS idx_repo_groups_website ON leat_data.repo_groups (rg_website);

INSERT INTO leat_data.repo_groups (repo_group_id, rg_name, rg_description)
VALUES (1, 'Default', 'repositories that were added one by one')
ON CONFLICT DO NOTHING;
SELECT setval(pg_get_serial_sequence('leat_data.repo_groups', 'repo_group_id'), max(repo_group_id))
FROM leat_data.repo_groups;

-- -------------------- Addresses

-- https://host/path for every way to write the address of a repository or an organisation;
-- null for what is none.
CREATE OR REPLACE FUNCTION leat_ops.normalize_url(url text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    part text[];
    scheme text;
    port text;
    path text;
BEGIN
    url := btrim(url, E' \t\r\n');
    IF url ~* '^[a-z][a-z0-9+.-]*://' THEN
        part := regexp_match(url,
            '^([a-z0-9+.-]+)://(?:[^@/]*@)?([^/:@]+)(?::([0-9]+))?(?:/+(.*))?$', 'i');
        scheme := lower(part[1]);
        port := CASE WHEN scheme LIKE 'http%' THEN nullif(nullif(part[3], '443'), '80') END;
        part := ARRAY[part[2], part[4]];
        IF scheme NOT IN ('http', 'https', 'ssh', 'git', 'git+ssh') THEN
            RETURN NULL;
        END IF;
    ELSIF url ~ '^[^/]*@?[^/:@]+:' THEN
        part := regexp_match(url, '^(?:[^@/]*@)?([^/:@]+):/*(.*)$');
    ELSE
        part := regexp_match(url, '^([^/:@]+)/+(.*)$');
    END IF;
    path := regexp_replace(coalesce(part[2], ''), '[?#].*$', '');
    path := regexp_replace(path, '(^|/)-(/.*)?$', ''); -- GitLab's own pages
    path := regexp_replace(btrim(regexp_replace(path, '/+', '/', 'g'), '/'), '\.git$', '');
    IF part[1] IS NULL OR part[1] !~ '^[[:alnum:].-]+$' OR path = ''
        OR path ~ '[[:space:][:cntrl:]]' OR path ~ '(^|/)\.\.?(/|$)' THEN
        RETURN NULL;
    END IF;
    RETURN 'https://' || lower(part[1]) || coalesce(':' || port, '') || '/' || path;
END $$;

-- Where an address leads: its platform, owner and name there; or the problem with it.
CREATE OR REPLACE FUNCTION leat_ops.locate(line text, OUT url text, OUT platform_id smallint,
    OUT owner text, OUT name text, OUT problem text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kind text;
    site text;
    path text;
BEGIN
    url := leat_ops.normalize_url(line);
    IF url IS NULL THEN
        problem := 'no address of a repository';
        RETURN;
    END IF;
    site := split_part(url, '/', 3);
    SELECT p.platform_id, p.source INTO platform_id, kind
    FROM leat_data.platforms p WHERE p.host = site;
    IF NOT FOUND THEN
        problem := format('no platform has the host %s (see leat queue platform)', site);
        RETURN;
    END IF;
    path := substr(url, length('https://' || site || '/') + 1);
    IF kind = 'github' THEN -- pages of a repository lead to it
        path := regexp_replace(path, '^([^/]+/[^/]+)/.*$', '\1');
    END IF;
    url := 'https://' || site || '/' || path;
    name := regexp_replace(path, '^.*/', '');
    owner := left(path, -length(name) - 1);
END $$;

-- The repository that somebody means by its number or its address; null when there is none.
CREATE OR REPLACE FUNCTION leat_ops.find_repository(said text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT repo_id FROM leat_data.repos
    WHERE CASE WHEN said ~ '^[0-9]{1,18}$' THEN repo_id = said::bigint
        ELSE lower(repo_git) = (SELECT lower(url) FROM leat_ops.locate(said)) END
$$;

-- -------------------- What is added

-- Adds repositories by their addresses, to a group of a user's and a group of repositories; tells
-- of each line what became of it: added, known, or the problem with it.
CREATE OR REPLACE FUNCTION leat_ops.add_repositories(lines text[], first integer DEFAULT NULL,
    users_group bigint DEFAULT NULL, repos_group bigint DEFAULT 1)
RETURNS TABLE (line text, repo_id bigint, outcome text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    CREATE TEMPORARY TABLE located ON COMMIT DROP AS
    SELECT l.line, l.number, p.url, p.platform_id, p.owner, p.name,
        coalesce(p.problem,
            CASE p.owner WHEN '' THEN 'no repository, only its owner (see --org)' END) AS problem
    FROM unnest(lines) WITH ORDINALITY AS l (line, number), leat_ops.locate(l.line) AS p;

    INSERT INTO leat_data.repos
        (repo_group_id, platform_id, repo_git, repo_name, repo_owner, data_source)
    SELECT DISTINCT ON (lower(url)) repos_group, platform_id, url, name, owner, 'leat queue'
    FROM located
    WHERE problem IS NULL
        AND NOT EXISTS (SELECT FROM leat_data.repos r WHERE lower(r.repo_git) = lower(url))
    ORDER BY lower(url), number
    ON CONFLICT DO NOTHING;

    CREATE TEMPORARY TABLE found ON COMMIT DROP AS
    SELECT l.line, l.number, l.problem, r.repo_id
    FROM located l
    LEFT JOIN leat_data.repos r ON lower(r.repo_git) = lower(l.url) AND l.problem IS NULL;
    CREATE TEMPORARY TABLE queued ON COMMIT DROP AS
    WITH added AS (
        INSERT INTO leat_ops.collection_queue (repo_id, priority)
        SELECT DISTINCT repo_id, coalesce(first, 0) FROM found WHERE repo_id IS NOT NULL
        ORDER BY repo_id
        ON CONFLICT DO NOTHING
        RETURNING repo_id
    )
    SELECT repo_id FROM added;
    INSERT INTO leat_ops.collection_status (repo_id)
    SELECT repo_id FROM queued
    ON CONFLICT DO NOTHING;
    INSERT INTO leat_ops.user_repos (repo_id, group_id)
    SELECT DISTINCT repo_id, users_group FROM found
    WHERE repo_id IS NOT NULL AND users_group IS NOT NULL
    ON CONFLICT DO NOTHING;

    RETURN QUERY
    SELECT f.line, f.repo_id,
        coalesce(f.problem, CASE WHEN q.repo_id IS NULL THEN 'known' ELSE 'added' END)
    FROM found f LEFT JOIN queued q ON q.repo_id = f.repo_id
    ORDER BY f.number;
    DROP TABLE located, found, queued;
END $$;

-- Remembers an organisation, group or user account, whose repositories are looked up now and then.
CREATE OR REPLACE FUNCTION leat_ops.add_org(line text, OUT org_request_id bigint, OUT problem text)
LANGUAGE plpgsql AS $$
DECLARE
    place record;
    path text;
    users_group bigint;
BEGIN
    SELECT * INTO place FROM leat_ops.locate(line);
    problem := place.problem;
    IF problem IS NOT NULL THEN
        RETURN;
    END IF;
    path := ltrim(place.owner || '/' || place.name, '/');
    INSERT INTO leat_ops.user_groups (user_id, name) VALUES (1, path) ON CONFLICT DO NOTHING;
    SELECT group_id INTO users_group FROM leat_ops.user_groups WHERE user_id = 1 AND name = path;
    INSERT INTO leat_data.repo_groups (rg_name, rg_website, rg_type, data_source)
    SELECT path, place.url, 'organization', 'leat queue'
    WHERE NOT EXISTS (SELECT FROM leat_data.repo_groups WHERE rg_website = place.url);
    INSERT INTO leat_ops.user_org_requests (user_id, group_id, org_url, org_name, platform)
    SELECT 1, users_group, place.url, path, source
    FROM leat_data.platforms WHERE platform_id = place.platform_id
    ON CONFLICT DO NOTHING;
    SELECT r.org_request_id INTO add_org.org_request_id FROM leat_ops.user_org_requests r
    WHERE r.group_id = users_group AND r.org_url = place.url;
END $$;

-- -------------------- Those that move

-- What the platform says a repository is called. Returns: same; renamed, after the address here
-- followed; duplicate, when it is known under that name already, and this row has left the queue;
-- stranger, when the address leads to another repository now; taken, when the new name stands for
-- another one here, which has to follow its own first.
CREATE OR REPLACE FUNCTION leat_ops.follow(repository bigint, name_there text, id_there text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    mine leat_data.repos;
    other leat_data.repos;
    url text;
BEGIN
    SELECT * INTO STRICT mine FROM leat_data.repos WHERE repo_id = repository FOR UPDATE;
    IF mine.platform_repo_id <> id_there THEN
        RETURN 'stranger';
    END IF;
    SELECT 'https://' || host || '/' || name_there INTO STRICT url
    FROM leat_data.platforms WHERE platform_id = mine.platform_id;
    SELECT * INTO other FROM leat_data.repos r
    WHERE r.repo_id <> repository AND (lower(r.repo_git) = lower(url)
        OR r.platform_id = mine.platform_id AND r.platform_repo_id = id_there
            AND EXISTS (SELECT FROM leat_ops.collection_queue q WHERE q.repo_id = r.repo_id))
    ORDER BY r.platform_repo_id = id_there DESC NULLS LAST LIMIT 1;
    IF FOUND AND other.platform_repo_id <> id_there THEN
        RETURN 'taken';
    ELSIF FOUND THEN
        DELETE FROM leat_ops.collection_queue WHERE repo_id = repository;
        INSERT INTO leat_ops.collection_queue (repo_id) VALUES (other.repo_id)
        ON CONFLICT DO NOTHING;
        INSERT INTO leat_ops.user_repos (repo_id, group_id)
        SELECT other.repo_id, group_id FROM leat_ops.user_repos WHERE repo_id = repository
        ON CONFLICT DO NOTHING;
        DELETE FROM leat_ops.user_repos WHERE repo_id = repository;
        RETURN 'duplicate';
    END IF;
    UPDATE leat_data.repos
    SET platform_repo_id = id_there, repo_git = url,
        repo_name = regexp_replace(name_there, '^.*/', ''),
        repo_owner = regexp_replace(name_there, '/[^/]*$', '')
    WHERE repo_id = repository AND (repo_git, coalesce(platform_repo_id, '')) <> (url, id_there);
    IF url = mine.repo_git THEN
        RETURN 'same';
    END IF;
    INSERT INTO leat_data.historical_repo_urls (repo_id, git_url) VALUES (repository, mine.repo_git)
    ON CONFLICT (repo_id, git_url) DO UPDATE SET date_collected = now();
    RETURN 'renamed';
END $$;
