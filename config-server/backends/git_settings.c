/* git_settings: the same rows in four places. */
#include "git_settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "repository_uri.h"
#include "resolver.h"
#include "ssh_address.h"
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
    "http://, https://, ssh://, user@host:path; may have {application}, {profile}, {label} "       \
    "behind the host."
#define PATHS_DOC                                                                                  \
    "Directories read besides the root, the last one strongest; may have {application}, "          \
    "{profile}, {label}, * and **."
#define TIMEOUT_DOC                                                                                \
    "Seconds of silence after which a fetch is given up, and the longest that a request waits "    \
    "for one."
#define RATE_DOC                                                                                   \
    "Seconds from one fetch of a remote repository to the next, in the background; 0: each "       \
    "request waits for a fetch that began after it came; -1: never again once it was fetched."

#define SSH_ROWS(place)                                                                            \
    ROW(place "private-key", TEXT, ssh.private_key, "", 0, 0, CR_SETTING_SECRET,                   \
        "For SSH: the text of a private key, PEM or OpenSSH's."),                                  \
        ROW(place "passphrase", TEXT, ssh.passphrase, "", 0, 0, CR_SETTING_SECRET,                 \
            "Of the private key, whether it is set here or is one of ~/.ssh."),                    \
        TEXT_ROW(place "host-key", ssh.host_key, "",                                               \
                 "For SSH: the host's public key in Base64; goes before the files of known "       \
                 "hosts."),                                                                        \
        TEXT_ROW(place "host-key-algorithm", ssh.host_key_algorithm, "",                           \
                 "The type of host-key: ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, "   \
                 "ecdsa-sha2-nistp521, ssh-rsa or ssh-dss."),                                      \
        TEXT_ROW(place "known-hosts-file", ssh.known_hosts_file, "",                               \
                 "For SSH: the keys of hosts, as known_hosts(5) has them; empty: "                 \
                 "~/.ssh/known_hosts."),                                                           \
        TEXT_ROW(place "preferred-authentications", ssh.preferred_authentications, "",             \
                 "For SSH: which ways to log in are tried, in this order: publickey,password."),   \
        BOOL_ROW(place "strict-host-key-checking", strict_host_key, "true",                        \
                 "For SSH: refuse a host whose key is not known; false takes any key."),           \
        BOOL_ROW(place "ignore-local-ssh-settings", ssh.ignore_local, "false",                     \
                 "For SSH: neither ~/.ssh nor /etc/ssh count, only what is set here.")

#define PROXY_ROWS(place, scheme)                                                                  \
    TEXT_ROW(place "proxy." #scheme ".host", proxies.scheme.host, "",                              \
             "An HTTP proxy for a remote whose URL begins with " #scheme                           \
             ":, and for the other scheme where that has none; ssh and git go without."),          \
        ROW(place "proxy." #scheme ".port", INT, proxies.scheme.port, "0", 0, 65535, 0,            \
            "The proxy's port."),                                                                  \
        TEXT_ROW(place "proxy." #scheme ".username", proxies.scheme.username, "",                  \
                 "For a proxy that wants credentials."),                                           \
        ROW(place "proxy." #scheme ".password", TEXT, proxies.scheme.password, "", 0, 0,           \
            CR_SETTING_SECRET, "For a proxy that wants credentials."),                             \
        TEXT_ROW(place "proxy." #scheme ".non-proxy-hosts", proxies.scheme.non_proxy_hosts, "",    \
                 "Hosts that are reached without the proxy, separated by |; * at an end of one "   \
                 "stands for anything.")

/* Spring's, whose effect is always there, or never. */
#define UNUSED_ROWS(place)                                                                         \
    BOOL_ROW(place "force-pull", unused, "false",                                                  \
             "Accepted: what was pushed by force is always followed."),                            \
        BOOL_ROW(place "delete-untracked-branches", unused, "false",                               \
                 "Accepted: a branch that was deleted at the remote is never served."),            \
        BOOL_ROW(place "clone-submodules", unused, "false",                                        \
                 "Accepted, without effect: submodules are not entered.")

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
                 "For a remote repository; goes before what the URI says."),                       \
        ROW(place "password", TEXT, password, "", 0, 0, CR_SETTING_SECRET,                         \
            "The password, or a token of the git host."),                                          \
        BOOL_ROW(place "skip-ssl-validation", skip_ssl_validation, "false",                        \
                 "Take any certificate of the remote."),                                           \
        ROW(place "timeout", INT, timeout_s, "5", 1, 3600, 0, TIMEOUT_DOC),                        \
        ROW(place "refresh-rate", INT, refresh_rate_s, "5", -1, 86400, 0, RATE_DOC),               \
        BOOL_ROW(place "clone-on-start", clone_on_start, "false",                                  \
                 "Be ready only when the remote is cloned, and end where it cannot be; else it "   \
                 "is cloned in the background, and again and again until that succeeds."),         \
        TEXT_ROW(place "basedir", basedir, "",                                                     \
                 "The folder for the mirror of a remote repository; empty: data/config in "        \
                 "crema.home."),                                                                   \
        UNUSED_ROWS(place), SSH_ROWS(place), PROXY_ROWS(place, http), PROXY_ROWS(place, https)

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
    out->ssh.any_host_key = !out->strict_host_key;
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
    if (!is_set(reading, out, "passphrase"))
        out->ssh.passphrase = main->ssh.passphrase;
    if (!is_set(reading, out, "ignore-local-ssh-settings"))
        out->ssh.ignore_local = main->ssh.ignore_local;
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
    out->ssh.any_host_key = !out->strict_host_key;
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

/* As Spring's HostKeyAlgoSupportedValidator and HostKeyAndAlgoBothExistValidator. */
static int check_ssh(const struct git_settings *settings, struct cr_err *err)
{
    static const char *const algorithms[] = {"",
                                             "ssh-dss",
                                             "ssh-rsa",
                                             "ssh-ed25519",
                                             "ecdsa-sha2-nistp256",
                                             "ecdsa-sha2-nistp384",
                                             "ecdsa-sha2-nistp521"};
    const struct ssh_login *ssh = &settings->ssh;
    bool known = false;
    for (size_t i = 0; i < CR_COUNT(algorithms); i++)
        known = known || strcmp(ssh->host_key_algorithm, algorithms[i]) == 0;
    if (!known)
        return cr_err_set(err, CR_EINVAL,
                          "%shost-key-algorithm: '%s' is none: ssh-ed25519, ssh-rsa, ssh-dss and "
                          "ecdsa-sha2-nistp256, -nistp384 and -nistp521 are",
                          settings->key, ssh->host_key_algorithm);
    if (!*ssh->host_key != !*ssh->host_key_algorithm)
        return cr_err_set(err, CR_EINVAL,
                          "%shost-key and %shost-key-algorithm: set both or none: they are the "
                          "second and the first word of a .pub file",
                          settings->key, settings->key);
    if (*ssh->known_hosts_file && access(ssh->known_hosts_file, R_OK) < 0)
        return cr_err_set(err, CR_EINVAL, "%sknown-hosts-file: '%s': %s", settings->key,
                          ssh->known_hosts_file, strerror(errno));
    return 0;
}

/* Spring takes half of a proxy for none, and goes a way that nobody meant. */
static int check_proxy(const struct git_settings *settings, const char *scheme,
                       const struct http_proxy *proxy, struct cr_err *err)
{
    struct cr_slice host = cr_slice_of(proxy->host);
    bool is_name = true;
    for (size_t i = 0; i < host.len; i++)
        is_name = is_name && (unsigned char)host.ptr[i] > ' ' && !strchr("/@?#\\", host.ptr[i]);
    if (!is_name)
        return cr_err_set(err, CR_EINVAL,
                          "%sproxy.%s.host: is no name of a host: write it without http:// and "
                          "credentials, which have settings of their own",
                          settings->key, scheme);
    if (*proxy->host && proxy->port == 0)
        return cr_err_set(err, CR_EINVAL,
                          "%sproxy.%s.port: not set: name the port of the proxy %s, such as 3128",
                          settings->key, scheme, proxy->host);
    if (!*proxy->host && (proxy->port != 0 || *proxy->username || *proxy->password))
        return cr_err_set(err, CR_EINVAL,
                          "%sproxy.%s.host: not set, but its port or credentials are: name the "
                          "proxy, or leave all out",
                          settings->key, scheme);
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
        !*uri.username && !ssh_address_is(cr_slice_of(uri.shown)))
        return cr_err_set(
            err, CR_EINVAL,
            "%spassword: is set without %susername: git hosts want both, with a token "
            "any name",
            settings->key, settings->key);
    if (!uri.directory && settings->clone_on_start && uri_template_has_placeholder(text))
        return cr_err_set(err, CR_EINVAL,
                          "%sclone-on-start: '%s' can be cloned only when somebody asks, since it "
                          "has placeholders: leave clone-on-start out",
                          settings->key, settings->uri);
    rc = check_proxy(settings, "http", &settings->proxies.http, err);
    if (rc == 0)
        rc = check_proxy(settings, "https", &settings->proxies.https, err);
    if (rc == 0)
        rc = check_ssh(settings, err);
    return rc < 0 ? rc : check_search_paths(settings, err);
}

int git_settings_check(const struct git_settings_group *group, struct cr_err *err)
{
    int rc = check_one(&group->main, err);
    for (size_t i = 0; rc == 0 && i < group->other_count; i++)
        rc = check_one(&group->others[i], err);
    return rc;
}
