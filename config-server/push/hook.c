/* hook: a table of hosts, each with its marks and with where it names the files. */
#include "hook.h"

#include "cr_attr.h"
#include "cr_json.h"
#include "cr_url.h"

/* A request whose body has been read, and the files found so far. */
struct reading {
    const struct hook_request *request;
    struct cr_arena *arena;
    const struct cr_tree *tree; /* NULL for a form */
    struct cr_slice *paths;
    size_t count, room;
    struct cr_err *err;
};

static struct cr_slice header_of(const struct reading *reading, const char *name)
{
    return reading->request->header(reading->request->ctx, name);
}

static bool header_is(const struct reading *reading, const char *name, const char *value)
{
    return cr_slice_equal_nocase(header_of(reading, name), cr_slice_of(value));
}

static int add_path(struct reading *reading, struct cr_slice path)
{
    if (reading->count == HOOK_PATHS_MAX)
        return cr_err_set(reading->err, CR_ELIMIT, "the hook names more than %d files",
                          HOOK_PATHS_MAX);
    if (reading->count == reading->room) {
        size_t room = reading->room ? 2 * reading->room : 16;
        struct cr_slice *grown = cr_arena_array(reading->arena, room, sizeof(*grown));
        if (!grown)
            return cr_err_set(reading->err, CR_ENOMEM, "out of memory");
        for (size_t i = 0; i < reading->count; i++)
            grown[i] = reading->paths[i];
        reading->paths = grown;
        reading->room = room;
    }
    reading->paths[reading->count++] = path;
    return 0;
}

static int add_texts(struct reading *reading, const struct cr_tree *list)
{
    int rc = 0;
    for (const struct cr_tree *item = cr_tree_first(list); item && rc == 0;
         item = cr_tree_next(item))
        if (cr_tree_kind(item) == CR_TREE_STRING)
            rc = add_path(reading, cr_tree_slice(item));
    return rc;
}

/* --- where the files are named --- */

static int read_commits(struct reading *reading)
{
    static const char *const changes[] = {"added", "removed", "modified"};
    const struct cr_tree *commits = cr_tree_get(reading->tree, "commits");
    int rc = 0;
    for (const struct cr_tree *commit = cr_tree_first(commits); commit && rc == 0;
         commit = cr_tree_next(commit))
        for (size_t i = 0; i < CR_COUNT(changes) && rc == 0; i++)
            rc = add_texts(reading, cr_tree_get(commit, changes[i]));
    return rc;
}

static int read_everything(struct reading *reading)
{
    return add_path(reading, CR_SLICE(HOOK_EVERYTHING));
}

static int read_form(struct reading *reading)
{
    struct cr_slice rest = reading->request->body, name, value;
    int rc = 0;
    while (rc == 0 && cr_url_query_next(&rest, &name, &value)) {
        struct cr_slice decoded_name, decoded_value;
        if (cr_url_decode_form(name, reading->arena, &decoded_name) < 0 ||
            cr_url_decode_form(value, reading->arena, &decoded_value) < 0)
            return cr_err_set(reading->err, CR_EPARSE, "the form has a malformed escape");
        if (cr_slice_is(decoded_name, "path"))
            rc = add_path(reading, decoded_value);
    }
    return rc;
}

static int read_path(struct reading *reading)
{
    const struct cr_tree *path = cr_tree_get(reading->tree, "path");
    if (!reading->tree)
        return read_form(reading);
    return cr_tree_kind(path) == CR_TREE_STRING ? add_path(reading, cr_tree_slice(path))
                                                : add_texts(reading, path);
}

/* --- by which marks a host is known --- */

static bool has_list(const struct reading *reading, const char *key)
{
    return cr_tree_kind(cr_tree_get(reading->tree, key)) == CR_TREE_ARRAY;
}

static bool is_github(const struct reading *reading)
{
    return header_is(reading, "X-Github-Event", "push") && has_list(reading, "commits");
}

static bool is_generic(const struct reading *reading)
{
    enum cr_tree_kind kind = cr_tree_kind(cr_tree_get(reading->tree, "path"));
    return !reading->tree || kind == CR_TREE_STRING || kind == CR_TREE_ARRAY;
}

static bool is_gitlab(const struct reading *reading)
{
    return header_is(reading, "X-Gitlab-Event", "Push Hook") && has_list(reading, "commits");
}

static bool is_gitee(const struct reading *reading)
{
    return (header_is(reading, "X-Git-Oschina-Event", "Push Hook") ||
            header_is(reading, "X-Gitee-Event", "Push Hook")) &&
           has_list(reading, "commits");
}

static bool is_gogs(const struct reading *reading)
{
    return header_is(reading, "X-Gogs-Event", "push") && has_list(reading, "commits");
}

static bool is_gitea(const struct reading *reading)
{
    return header_is(reading, "X-Gitea-Event", "push") && has_list(reading, "commits");
}

static bool is_bitbucket_cloud(const struct reading *reading)
{
    const struct cr_tree *push = cr_tree_get(reading->tree, "push");
    if (header_of(reading, "X-Hook-UUID").len == 0)
        return false;
    return header_is(reading, "X-Event-Key", "pullrequest:fulfilled") ||
           (header_is(reading, "X-Event-Key", "repo:push") &&
            cr_tree_kind(cr_tree_get(push, "changes")) == CR_TREE_ARRAY);
}

static bool is_bitbucket_server(const struct reading *reading)
{
    if (header_of(reading, "X-Request-Id").len == 0)
        return false;
    return header_is(reading, "X-Event-Key", "pr:merged") ||
           (header_is(reading, "X-Event-Key", "repo:refs_changed") && has_list(reading, "changes"));
}

static bool is_bitbucket(const struct reading *reading)
{
    return is_bitbucket_cloud(reading) || is_bitbucket_server(reading);
}

static bool is_azure(const struct reading *reading)
{
    return cr_slice_is(cr_tree_slice(cr_tree_get(reading->tree, "eventType")), "git.push");
}

static const struct {
    const char *name;
    bool (*is)(const struct reading *reading);
    int (*read)(struct reading *reading);
} hosts[HOOK_HOSTS] = {
    [HOOK_NONE] = {"none", NULL, NULL},
    [HOOK_GITHUB] = {"github", is_github, read_commits},
    [HOOK_GENERIC] = {"generic", is_generic, read_path},
    [HOOK_GITLAB] = {"gitlab", is_gitlab, read_commits},
    [HOOK_GITEE] = {"gitee", is_gitee, read_commits},
    [HOOK_GOGS] = {"gogs", is_gogs, read_commits},
    [HOOK_GITEA] = {"gitea", is_gitea, read_everything},
    [HOOK_BITBUCKET] = {"bitbucket", is_bitbucket, read_everything},
    [HOOK_AZURE] = {"azure", is_azure, read_everything},
};

const char *hook_host_name(enum hook_host host)
{
    return hosts[host].name;
}

/* --- the body --- */

/* application/json and application/vnd.x+json are JSON. */
static int read_body(struct reading *reading)
{
    struct cr_slice type = header_of(reading, "Content-Type"), media = {0};
    (void)cr_slice_split(&type, ';', &media);
    media = cr_slice_trim(media);
    if (cr_slice_equal_nocase(media, CR_SLICE("application/x-www-form-urlencoded")))
        return 0;
    if (!cr_slice_equal_nocase(media, CR_SLICE("application/json")) &&
        !cr_slice_ends(media, CR_SLICE("+json")))
        return cr_err_set(reading->err, CR_EINVAL,
                          "a hook is application/json or application/x-www-form-urlencoded, "
                          "not '%.*s'",
                          CR_SLICE_ARG(media));
    int rc = cr_json_parse(reading->request->body, reading->arena, &reading->tree, reading->err);
    if (rc == 0 && cr_tree_kind(reading->tree) != CR_TREE_OBJECT)
        rc = cr_err_set(reading->err, CR_EPARSE, "a hook is a JSON object, not %s",
                        cr_tree_kind_name(cr_tree_kind(reading->tree)));
    return rc;
}

int hook_read(const struct hook_request *request, unsigned disabled, struct cr_arena *arena,
              struct hook *out_hook, struct cr_err *err)
{
    struct reading reading = {.request = request, .arena = arena, .err = err};
    int rc = read_body(&reading);
    if (rc < 0)
        return rc;
    enum hook_host host = HOOK_NONE;
    for (int i = HOOK_NONE + 1; i < HOOK_HOSTS && host == HOOK_NONE; i++)
        if (!(disabled & 1U << i) && hosts[i].is(&reading))
            host = (enum hook_host)i;
    if (host != HOOK_NONE)
        rc = hosts[host].read(&reading);
    if (rc < 0)
        return rc;
    *out_hook = (struct hook){host, reading.paths, reading.count};
    return 0;
}
