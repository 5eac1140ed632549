/* git_settings: the same rows in four places. */
#include "git_settings.h"

#include <string.h>

#include "repository_uri.h"
#include "resolver.h"
#include "uri_template.h"

#define SERVER      "spring.cloud.config.server."
#define FIELD(name) offsetof(struct git_settings, name)

#define ROW(key, type, field, fallback, min, max, flags, doc)                                      \
    {                                                                                              \
        key, CR_SETTING_##type, FIELD(field), fallback, min, max, flags, doc                       \
    }
#define TEXT_ROW(key, field, fallback, doc) ROW(key, TEXT, field, fallback, 0, 0, 0, doc)
#define BOOL_ROW(key, field, fallback, doc) ROW(key, BOOL, field, fallback, 0, 0, 0, doc)

#define URI_DOC                                                                                    \
    "The git repository of the configuration: file:///path or a path, bare or not; or git://, "    \
    "http://, https://; may have {application}, {profile}, {label} behind the host."
#define PATHS_DOC                                                                                  \
    "Directories read besides the root, the last one strongest; may have {application}, "          \
    "{profile}, {label}, * and **."
#define TIMEOUT_DOC                                                                                \
    "Seconds of silence after which a fetch is given up, and the longest that a request waits "    \
    "for one."
#define RATE_DOC                                                                                   \
    "Seconds from one fetch of a remote repository to the next, in the background; 0: each "       \
    "request waits for a fetch that began after it came; -1: never again once it was fetched."

#define ROWS(place)                                                                                \
    TEXT_ROW(place "uri", uri, NULL, URI_DOC),                                                     \
        TEXT_ROW(place "default-label", default_label, "main",                                     \
                 "Branch, tag or commit served to those who ask for no label."),                   \
        BOOL_ROW(place "try-master-branch", try_master, "true",                                    \
                 "Serve 'master' where 'main' is wanted and does not exist."),                     \
        BOOL_ROW(place "continue-on-multiple-label-failure", skip_failing_labels, "false",         \
                 "Leave out the labels of a comma list that fail, instead of failing the "         \
                 "request."),                                                                      \
        ROW(place "search-paths", LIST, search_paths, "", 0, 0, 0, PATHS_DOC),                     \
        TEXT_ROW(place "username", username, "",                                                   \
                 "For a remote repository behind http: or https:; goes before what the URI "       \
                 "says."),                                                                         \
        ROW(place "password", TEXT, password, "", 0, 0, CR_SETTING_SECRET,                         \
            "The password, or a token of the git host."),                                          \
        BOOL_ROW(place "skip-ssl-validation", skip_ssl_validation, "false",                        \
                 "Take any certificate of the remote."),                                           \
        ROW(place "timeout", INT, timeout_s, "5", 1, 3600, 0, TIMEOUT_DOC),                        \
        ROW(place "refresh-rate", INT, refresh_rate_s, "5", -1, 86400, 0, RATE_DOC),               \
        TEXT_ROW(place "basedir", basedir, "",                                                     \
                 "The folder for the mirror of a remote repository; empty: data/config in "        \
                 "crema.home.")

#define OTHER_ROWS(place)                                                                          \
    ROW(place "pattern", LIST, patterns, NULL, 0, 0, 0,                                            \
        "Who is served from it, before the one without a pattern: APPLICATION/PROFILE with * for " \
        "anything; unset: the application <id>."),                                                 \
        TEXT_ROW(place "name", name, NULL, "Its name in the log; unset: <id>.")

static const struct cr_setting git_rows[] = {
    ROWS(SERVER "git."),
    ROW(SERVER "git.order", INT, order, "2147483647", INT32_MIN, INT32_MAX, 0,
        "Where several backends are active: the lowest is the strongest."),
};
static const struct cr_setting repos_rows[] = {
    TEXT_ROW(SERVER "git.repos.<id>", short_uri, NULL, "The same as uri alone."),
    ROWS(SERVER "git.repos.<id>."),
    OTHER_ROWS(SERVER "git.repos.<id>."),
};
static const struct cr_setting composite_rows[] = {ROWS(SERVER "composite[<i>].")};
static const struct cr_setting composite_repos_rows[] = {
    ROWS(SERVER "composite[<i>].repos.<id>."),
    OTHER_ROWS(SERVER "composite[<i>].repos.<id>."),
};
const struct cr_setting_table git_setting_table = {git_rows, CR_COUNT(git_rows)};
const struct cr_setting_table git_repos_setting_table = {repos_rows, CR_COUNT(repos_rows)};
const struct cr_setting_table git_composite_setting_table = {composite_rows,
                                                             CR_COUNT(composite_rows)};
const struct cr_setting_table git_composite_repos_setting_table = {composite_repos_rows,
                                                                   CR_COUNT(composite_repos_rows)};

/* --- reading --- */

struct reading {
    const struct cr_environment *environment;
    const char *element; /* of the list composite, or NULL */
    struct cr_arena *arena;
    struct cr_err *err;
};

static int no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "out of memory");
}

static int read_main(const struct reading *reading, struct git_settings *out)
{
    const char *element = reading->element;
    const struct cr_setting_table *table =
        element ? &git_composite_setting_table : &git_setting_table;
    int rc = cr_settings_bind_member(table, reading->environment, element, out, reading->arena,
                                     reading->err);
    if (rc < 0)
        return rc;
    out->key =
        element ? cr_arena_printf(reading->arena, SERVER "composite[%s].", element) : SERVER "git.";
    out->name = element ? cr_arena_printf(reading->arena, "composite[%s]", element) : "git";
    return out->key && out->name ? 0 : no_memory(reading->err);
}

static bool is_set(const struct reading *reading, const struct git_settings *settings,
                   const char *name)
{
    struct cr_property property;
    const char *key = cr_arena_printf(reading->arena, "%s%s", settings->key, name);
    return key && cr_environment_get(reading->environment, key, reading->arena, &property, NULL) !=
                      CR_ENOTFOUND;
}

/* What Spring lets a repository have from the one behind it. */
static void inherit(const struct reading *reading, const struct git_settings *main,
                    struct git_settings *out)
{
    if (!is_set(reading, out, "username"))
        out->username = main->username;
    if (!is_set(reading, out, "password"))
        out->password = main->password;
    if (!is_set(reading, out, "skip-ssl-validation"))
        out->skip_ssl_validation = main->skip_ssl_validation;
    if (!is_set(reading, out, "timeout"))
        out->timeout_s = main->timeout_s;
    if (!is_set(reading, out, "refresh-rate"))
        out->refresh_rate_s = main->refresh_rate_s;
    if (!is_set(reading, out, "basedir"))
        out->basedir = main->basedir;
}

/* member: "team", or "0].repos.team". */
static const char *id_of(const struct reading *reading, const char *member)
{
    static const char between[] = "].repos.";
    const char *found = reading->element ? strstr(member, between) : NULL;
    return found ? found + sizeof(between) - 1 : member;
}

static int read_other(const struct reading *reading, const char *member,
                      const struct git_settings *main, struct git_settings *out)
{
    const struct cr_setting_table *table =
        reading->element ? &git_composite_repos_setting_table : &git_repos_setting_table;
    int rc = cr_settings_bind_member(table, reading->environment, member, out, reading->arena,
                                     reading->err);
    if (rc < 0)
        return rc;
    const char *id = id_of(reading, member);
    const char **only = cr_arena_array(reading->arena, 1, sizeof(*only));
    out->key = reading->element ? cr_arena_printf(reading->arena, SERVER "composite[%s.", member)
                                : cr_arena_printf(reading->arena, SERVER "git.repos.%s.", member);
    if (!only || !out->key)
        return no_memory(reading->err);
    *only = id;
    if (!out->name || !*out->name)
        out->name = id;
    if (!out->uri)
        out->uri = out->short_uri;
    if (out->patterns.count == 0)
        out->patterns = (struct cr_setting_list){only, 1};
    inherit(reading, main, out);
    return 0;
}

/* Of the list composite: is the member one of this element's? */
static bool is_mine(const struct reading *reading, const char *member)
{
    size_t len = reading->element ? strlen(reading->element) : 0;
    return !reading->element || (strncmp(member, reading->element, len) == 0 && member[len] == ']');
}

static int read_others(const struct reading *reading, struct git_settings_group *group)
{
    const struct cr_setting_table *table =
        reading->element ? &git_composite_repos_setting_table : &git_repos_setting_table;
    struct cr_setting_list members;
    int rc = cr_settings_members(table, reading->environment, reading->arena, &members);
    if (rc < 0)
        return no_memory(reading->err);
    group->others = cr_arena_array(reading->arena, members.count + 1, sizeof(*group->others));
    if (!group->others)
        return no_memory(reading->err);
    for (size_t i = 0; rc == 0 && i < members.count; i++) {
        if (!is_mine(reading, members.items[i]))
            continue;
        if (group->other_count == GIT_SETTINGS_OTHERS_MAX)
            return cr_err_set(reading->err, CR_EINVAL, "%srepos: more than %d repositories",
                              group->main.key, GIT_SETTINGS_OTHERS_MAX);
        rc = read_other(reading, members.items[i], &group->main,
                        &group->others[group->other_count++]);
    }
    return rc;
}

int git_settings_read(const struct cr_environment *environment, const char *element,
                      struct cr_arena *arena, struct git_settings_group *out_group,
                      struct cr_err *err)
{
    const struct reading reading = {environment, element, arena, err};
    struct git_settings_group group = {.main = {0}};
    int rc = read_main(&reading, &group.main);
    if (rc == 0)
        rc = read_others(&reading, &group);
    if (rc == 0)
        *out_group = group;
    return rc;
}

/* --- checking --- */

static int check_search_paths(const struct git_settings *settings, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return no_memory(err);
    for (size_t i = 0; i < settings->search_paths.count; i++) {
        struct cr_slice path = cr_slice_of(settings->search_paths.items[i]);
        const struct resolver_places places = {.search_paths = {&path, 1}};
        struct config_list found;
        int rc = resolver_directories(&places, arena, &found, err);
        if (rc < 0)
            return cr_err_set(err, rc == CR_ENOMEM ? rc : CR_EINVAL,
                              "%ssearch-paths: '%.*s' leaves the repository or is too long: name a "
                              "directory in it, such as cfg or {application}",
                              settings->key, CR_SLICE_ARG(path));
    }
    return 0;
}

static int check_one(const struct git_settings *settings, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *key = arena ? cr_arena_printf(arena, "%suri", settings->key) : NULL;
    struct cr_slice text = cr_slice_of(settings->uri);
    struct repository_uri uri = {.username = ""};
    if (!key)
        return no_memory(err);
    int rc = uri_template_check(key, text, err);
    CR_AUTO(cr_buf) made = {.max = URI_TEMPLATE_BYTES_MAX};
    const struct uri_values values = {CR_SLICE("a"), CR_SLICE("b"), CR_SLICE("c")};
    if (rc == 0)
        rc = uri_template_expand(text, &values, &made, err);
    if (rc == 0)
        rc = repository_uri_parse(key, cr_buf_view(&made), arena, &uri, err);
    if (rc < 0)
        return rc;
    if (!uri.directory && settings->password && *settings->password && !*settings->username &&
        !*uri.username)
        return cr_err_set(
            err, CR_EINVAL,
            "%spassword: is set without %susername: git hosts want both, with a token "
            "any name",
            settings->key, settings->key);
    return check_search_paths(settings, err);
}

int git_settings_check(const struct git_settings_group *group, struct cr_err *err)
{
    int rc = check_one(&group->main, err);
    for (size_t i = 0; rc == 0 && i < group->other_count; i++)
        rc = check_one(&group->others[i], err);
    return rc;
}
