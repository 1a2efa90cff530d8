#include "git_mirror.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folders.h"
#include "git_library.h"
#include "memory.h"
#include "slice.h"

enum { READABLE_NAME = 80, HASH_DIGITS = 16, MOST_ATTEMPTS = 3 };

/* Everything the other end has under refs, under the same names; and, for the commit of a HEAD
 * that no ref names, a ref of ours that goes again when HEAD is set. */
static char all_refs[] = "+refs/*:refs/*";
static char detached_head[] = "+HEAD:refs/leat/head";
static const char head_ref[] = "refs/leat/head";

static const char credentials_hint[] =
    " (it wants credentials: LEAT_GIT_TOKEN for https, a key in the agent for ssh)";

/* In the names of what an interrupted fetch leaves among the packs. */
static const char unfinished_pack[] = "_git2_";

struct transfer {
    const struct mirror_request *request;
    struct slice host; /* of the URL: who may get the token */
    char *user;        /* to go with the token, or NULL */
    unsigned attempts; /* at credentials: a refused one is not offered for ever */
};

/* Where "SCHEME://" ends, or NULL. */
static const char *scheme_end(const char *text)
{
    const char *at = text;

    while (isalnum((unsigned char)*at) || (at > text && strchr("+-.", *at) && *at))
        at++;
    return at > text && strncmp(at, "://", 3) == 0 ? at + 3 : NULL;
}

bool mirror_is_url(const char *text)
{
    const char *colon = strchr(text, ':'), *slash = strchr(text, '/');

    if (scheme_end(text))
        return true;
    return colon && colon > text && colon[1] != '\0' && (!slash || slash > colon) &&
           access(text, F_OK) != 0;
}

/* The part between "//" and the path: "USER:PASSWORD@HOST:PORT". */
static struct slice authority_of(const char *url)
{
    const char *start = scheme_end(url);

    return start ? slice_of(start, strcspn(start, "/?#")) : slice_of(url, 0);
}

/* Behind the last "@", so that one within a password does no harm. */
static const char *host_start(struct slice authority)
{
    const char *at = authority.length > 0 ? memrchr(authority.data, '@', authority.length) : NULL;

    return at ? at + 1 : authority.data;
}

static struct slice host_of(const char *url)
{
    struct slice authority = authority_of(url);
    const char *start = host_start(authority);

    return slice_of(start, authority.length - (size_t)(start - authority.data));
}

static bool is_scheme(const char *url, const char *scheme)
{
    size_t length = strlen(scheme);

    return strncasecmp(url, scheme, length) == 0 && strncmp(url + length, "://", 3) == 0;
}

char *mirror_public_url(const char *url)
{
    struct slice authority = authority_of(url);
    const char *host = host_start(authority);
    const char *user_end;

    if (authority.length == 0 || host == authority.data)
        return memory_format("%s", url);
    if (is_scheme(url, "ssh") || is_scheme(url, "git+ssh") || is_scheme(url, "ssh+git")) {
        /* a user name is part of where an ssh repository is, a password is not */
        user_end = memchr(authority.data, ':', (size_t)(host - authority.data));
        if (!user_end)
            return memory_format("%s", url);
        return memory_format("%.*s@%s", (int)(user_end - url), url, host);
    }
    return memory_format("%.*s%s", (int)(authority.data - url), url, host);
}

/* What a person recognizes of a URL, in characters that mean nothing to a file system. */
static void readable_name(const char *url, char *name)
{
    const char *at = scheme_end(url) ? scheme_end(url) : url;
    size_t length = 0;

    for (; *at != '\0' && length < READABLE_NAME; at++) {
        bool plain = isalnum((unsigned char)*at) || *at == '_' || (*at == '.' && length > 0);

        if (plain)
            name[length++] = *at;
        else if (length > 0 && name[length - 1] != '-')
            name[length++] = '-';
    }
    name[length] = '\0';
}

char *mirror_folder(const char *root, const char *url)
{
    char *public_url = mirror_public_url(url), *folder;
    char name[READABLE_NAME + 1], hash[GIT_OID_HEXSZ + 1] = "";
    git_oid id;

    readable_name(public_url, name);
    if (git_library_start() &&
        git_odb_hash(&id, public_url, strlen(public_url), GIT_OBJECT_BLOB) == 0)
        git_oid_tostr(hash, sizeof hash, &id);
    folder = memory_format("%s/%s-%.*s.git", root, name, HASH_DIGITS, hash);
    free(public_url);
    return folder;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

/* Does not follow symbolic links. */
static bool remove_folder(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}

/* Takes the lock beside a mirror; waits for another process that has it. */
static int lock_mirror(const char *folder)
{
    char *path = memory_format("%s.lock", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

    free(path);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            close(fd);
            return -1;
        }
    }
    return fd;
}

/* The token goes to the host it is meant for, over a line nobody reads. */
static int give_token(git_credential **out, const char *url, const struct transfer *transfer)
{
    const char *token = getenv("LEAT_GIT_TOKEN");

    if (!token || !*token || !is_scheme(url, "https") || !slice_equal(host_of(url), transfer->host))
        return GIT_PASSTHROUGH;
    return git_credential_userpass_plaintext_new(
        out, transfer->user ? transfer->user : "x-access-token", token);
}

/* libgit2 takes user and password from the URL by itself, before it asks here. */
static int give_credential(git_credential **out, const char *url, const char *user,
                           unsigned allowed, void *payload)
{
    struct transfer *transfer = payload;

    if (transfer->attempts++ >= MOST_ATTEMPTS)
        return GIT_EAUTH;
    if (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT)
        return give_token(out, url, transfer);
    if (allowed & GIT_CREDENTIAL_SSH_KEY)
        return git_credential_ssh_key_from_agent(out, user ? user : "git");
    if (allowed & GIT_CREDENTIAL_USERNAME)
        return git_credential_username_new(out, user ? user : "git");
    return GIT_PASSTHROUGH;
}

static int show_progress(const git_indexer_progress *stats, void *payload)
{
    const struct transfer *transfer = payload;
    const struct mirror_request *request = transfer->request;

    if (request->progress)
        request->progress(request->context, stats->received_objects, stats->total_objects);
    return request->stopped && request->stopped() ? GIT_EUSER : 0;
}

static int check_stopped(const char *text, int length, void *payload)
{
    const struct transfer *transfer = payload;

    (void)text, (void)length;
    return transfer->request->stopped && transfer->request->stopped() ? GIT_EUSER : 0;
}

/* HEAD of the other end: NULL when it has none, as an empty repository. */
static const git_remote_head *remote_head(git_remote *remote)
{
    const git_remote_head **heads;
    size_t count;

    if (git_remote_ls(&heads, &count, remote) != 0 || count == 0 ||
        strcmp(heads[0]->name, "HEAD") != 0)
        return NULL;
    return heads[0];
}

static bool is_detached(const git_remote_head *head)
{
    return head && !head->symref_target;
}

/* HEAD of the mirror names what HEAD of the other end names. */
static int copy_head(git_repository *repository, git_remote *remote)
{
    const git_remote_head *head = remote_head(remote);
    git_reference *made = NULL;
    int code;

    if (!head)
        return 0;
    if (is_detached(head))
        code = git_reference_create(&made, repository, "HEAD", &head->oid, 1, NULL);
    else
        code =
            git_reference_symbolic_create(&made, repository, "HEAD", head->symref_target, 1, NULL);
    git_reference_free(made);
    if (is_detached(head))
        (void)git_reference_remove(repository, head_ref);
    return code;
}

static void set_up_fetch(git_fetch_options *options, struct transfer *transfer)
{
    git_fetch_options_init(options, GIT_FETCH_OPTIONS_VERSION);
    options->download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE; /* refs/tags is fetched as it is */
    options->update_fetchhead = 0;
    options->prune = GIT_FETCH_NO_PRUNE; /* done by hand, while still connected */
    options->callbacks.payload = transfer;
    options->callbacks.credentials = give_credential;
    options->callbacks.transfer_progress = show_progress;
    options->callbacks.sideband_progress = check_stopped;
    options->proxy_opts.type = GIT_PROXY_AUTO;
    options->follow_redirects = GIT_REMOTE_REDIRECT_INITIAL;
}

/* Over an open connection: all objects, then all refs, then HEAD. */
static int transfer_all(git_repository *repository, git_remote *remote,
                        const git_fetch_options *options)
{
    char *specs[] = {all_refs, detached_head};
    const git_strarray refspecs = {specs, is_detached(remote_head(remote)) ? 2 : 1};
    int code = git_remote_download(remote, &refspecs, options);

    if (code == 0)
        code = git_remote_prune(remote, &options->callbacks);
    if (code == 0)
        code = git_remote_update_tips(remote, &options->callbacks, 0, GIT_REMOTE_DOWNLOAD_TAGS_NONE,
                                      NULL);
    return code == 0 ? copy_head(repository, remote) : code;
}

/* The user of an https URL that gives no password: libgit2 would send it with an empty one. */
static char *lone_user(const char *url)
{
    struct slice authority = authority_of(url);
    size_t length = (size_t)(host_start(authority) - authority.data);

    if (!is_scheme(url, "https") || length < 2 || memchr(authority.data, ':', length))
        return NULL;
    return memory_text(authority.data, length - 1);
}

/* Makes an open repository like the other end. */
static int fetch_all(git_repository *repository, struct transfer *transfer)
{
    const char *given = transfer->request->url;
    char *url = transfer->user ? mirror_public_url(given) : memory_format("%s", given);
    git_fetch_options options;
    git_remote *remote;
    int code;

    set_up_fetch(&options, transfer);
    code = git_remote_create_anonymous(&remote, repository, url);
    free(url);
    if (code != 0)
        return code;
    code = git_remote_connect(remote, GIT_DIRECTION_FETCH, &options.callbacks, &options.proxy_opts,
                              NULL);
    if (code == 0)
        code = transfer_all(repository, remote, &options);
    git_remote_free(remote);
    return code;
}

/* Takes away what fetches that were killed left among the packs. */
static void remove_unfinished(const char *folder)
{
    char *packs = memory_format("%s/objects/pack", folder);
    DIR *directory = opendir(packs);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)) != NULL)
        if (strstr(entry->d_name, unfinished_pack))
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    free(packs);
}

static int init_bare(git_repository **repository, const char *folder)
{
    git_repository_init_options options;

    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags =
        GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
    return git_repository_init_ext(repository, folder, &options);
}

static char *library_error(const char *what, const struct mirror_request *request, const char *hint)
{
    const git_error *error = git_error_last();
    char *public_url = mirror_public_url(request->url);
    char *text = memory_format("%s: %s: %s%s", public_url, what,
                               error && error->message ? error->message : "unknown error", hint);

    free(public_url);
    return text;
}

static char *system_error(const char *what, const char *path)
{
    return memory_format("%s: %s: %s", path, what, strerror(errno));
}

static enum mirror_outcome fetch(git_repository *repository, const struct mirror_request *request,
                                 const char *what, char **why)
{
    struct transfer transfer = {
        .request = request, .host = host_of(request->url), .user = lone_user(request->url)};
    int code = fetch_all(repository, &transfer);

    free(transfer.user);
    if (code == 0)
        return MIRROR_READY;
    *why = library_error(what, request, transfer.attempts > 0 ? credentials_hint : "");
    return request->stopped && request->stopped() ? MIRROR_STOPPED : MIRROR_REMOTE_FAILED;
}

/* Puts a complete clone in its place; what was there goes. A kill in between leaves no mirror,
 * and the next run clones. */
static bool install(const char *partial, const char *folder)
{
    char *old = memory_format("%s.old", folder);
    bool installed = remove_folder(old) && (rename(folder, old) == 0 || errno == ENOENT) &&
                     rename(partial, folder) == 0;

    if (installed)
        (void)remove_folder(old);
    free(old);
    return installed;
}

/* Clones under another name; what an earlier attempt left there goes first. */
static enum mirror_outcome make_mirror(const struct mirror_request *request, const char *folder,
                                       char **why)
{
    char *partial = memory_format("%s.partial", folder);
    enum mirror_outcome outcome = MIRROR_LOCAL_FAILED;
    git_repository *repository;

    if (!remove_folder(partial)) {
        *why = system_error("cannot remove what an earlier clone left", partial);
    } else if (init_bare(&repository, partial) != 0) {
        *why = library_error("cannot make the mirror", request, "");
    } else {
        outcome = fetch(repository, request, "cannot clone", why);
        git_repository_free(repository);
        if (outcome == MIRROR_READY && !install(partial, folder)) {
            *why = system_error("cannot put the clone in its place", folder);
            outcome = MIRROR_LOCAL_FAILED;
        }
        if (outcome != MIRROR_READY)
            (void)remove_folder(partial);
    }
    free(partial);
    return outcome;
}

static enum mirror_outcome refresh_mirror(const struct mirror_request *request, const char *folder,
                                          char **why)
{
    git_repository *repository;
    enum mirror_outcome outcome;

    if (git_repository_open_bare(&repository, folder) != 0) {
        *why = library_error("its mirror cannot be opened (remove it to clone again)", request, "");
        return MIRROR_LOCAL_FAILED;
    }
    remove_unfinished(folder);
    outcome = fetch(repository, request, "cannot fetch", why);
    git_repository_free(repository);
    if (outcome == MIRROR_REMOTE_FAILED && is_scheme(request->url, "file")) {
        /* libgit2 1.5 cannot fetch from a folder again once a ref there names no commit */
        free(*why);
        *why = NULL;
        outcome = make_mirror(request, folder, why);
    }
    return outcome;
}

enum mirror_outcome mirror_update(const struct mirror_request *request, char **why)
{
    char *folder;
    enum mirror_outcome outcome;
    int lock;

    *why = NULL;
    if (!git_library_start()) {
        *why = library_error("cannot start libgit2", request, "");
        return MIRROR_LOCAL_FAILED;
    }
    if (!folders_make(request->root, 0777)) {
        *why = system_error("cannot make the mirror folder", request->root);
        return MIRROR_LOCAL_FAILED;
    }
    folder = mirror_folder(request->root, request->url);
    lock = lock_mirror(folder);
    if (lock < 0) {
        *why = system_error("cannot lock the mirror", folder);
        outcome = MIRROR_LOCAL_FAILED;
    } else {
        outcome = access(folder, F_OK) == 0 ? refresh_mirror(request, folder, why)
                                            : make_mirror(request, folder, why);
        close(lock);
    }
    free(folder);
    return outcome;
}
