/* The config server as a settings source: binds the client's own settings, asks, hands over. */
#include "cr_cloud.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_config_client.h"
#include "cr_environment.h"
#include "cr_settings.h"

struct config_settings {
    bool enabled;
    const char *uri;
    const char *name;
    const char *profile;
    const char *label;
    const char *username;
    const char *password;
    const char *token;
    const char *home;
    bool fail_fast;
    int64_t wait_ms;
    int64_t connect_ms;
    int64_t read_ms;
    int64_t retry_initial_ms;
    int64_t retry_max_ms;
    double retry_multiplier;
    int64_t retry_attempts;
};

#define ROW(key, type, field, fallback, min, max, flags, doc)                                      \
    {                                                                                              \
        key, CR_SETTING_##type, offsetof(struct config_settings, field), fallback, min, max,       \
            flags, doc                                                                             \
    }

static const struct cr_setting rows[] = {
    ROW("spring.cloud.config.enabled", BOOL, enabled, "true", 0, 0, 0,
        "Whether to ask the config server at start and at each refresh."),
    ROW("spring.cloud.config.uri", TEXT, uri, "http://localhost:8888", 0, 0, 0,
        "Config servers, comma-separated, tried in order; user:password@ is sent as Basic."),
    ROW("spring.cloud.config.name", TEXT, name, "${spring.application.name}", 0, 0, 0,
        "Name to ask for."),
    ROW("spring.cloud.config.profile", TEXT, profile, "${spring.profiles.active:default}", 0, 0, 0,
        "Profiles to ask for, comma-separated."),
    ROW("spring.cloud.config.label", TEXT, label, "", 0, 0, 0,
        "Labels to ask for, tried in order; empty: the server's default."),
    ROW("spring.cloud.config.username", TEXT, username, "", 0, 0, 0,
        "User for basic authentication at the config server."),
    ROW("spring.cloud.config.password", TEXT, password, "", 0, 0, CR_SETTING_SECRET,
        "Password for basic authentication at the config server."),
    ROW("spring.cloud.config.token", TEXT, token, "", 0, 0, CR_SETTING_SECRET,
        "Sent as X-Config-Token."),
    ROW("spring.cloud.config.fail-fast", BOOL, fail_fast, "false", 0, 0, 0,
        "Whether a config server that is away ends the start."),
    ROW("spring.cloud.config.request-connect-timeout", DURATION, connect_ms, "2s", 1, 600000, 0,
        "Time limit to connect to the config server."),
    ROW("spring.cloud.config.request-read-timeout", DURATION, read_ms, "5s", 1, 600000, 0,
        "Time limit for the config server's whole answer."),
    ROW("spring.cloud.config.retry.initial-interval", DURATION, retry_initial_ms, "1s", 1, 600000,
        0, "With fail-fast: the first pause between two attempts."),
    ROW("spring.cloud.config.retry.max-interval", DURATION, retry_max_ms, "2s", 1, 600000, 0,
        "With fail-fast: the longest pause between two attempts."),
    ROW("spring.cloud.config.retry.multiplier", DOUBLE, retry_multiplier, "1.1", 0, 0, 0,
        "With fail-fast: how a pause grows to the next."),
    ROW("spring.cloud.config.retry.max-attempts", INT, retry_attempts, "6", 1, 1000, 0,
        "With fail-fast: the number of attempts."),
    ROW("crema.config.wait", DURATION, wait_ms, "3s", 0, 600000, 0,
        "Without fail-fast: how long to try while nobody answers (0.5 s where a copy was kept)."),
    ROW("crema.home", TEXT, home, "", 0, 0, 0, NULL),
};

/* crema.home is the spine's row; here it only tells where the kept copy lies. */
const struct cr_setting_table cr_cloud_config_table = {rows, CR_COUNT(rows) - 1};
static const struct cr_setting_table all_rows = {rows, CR_COUNT(rows)};

static const struct cr_flat_pair *flat_pairs(struct cr_arena *arena,
                                             const struct cr_wire_source *source)
{
    struct cr_flat_pair *pairs = cr_arena_array(arena, source->count + 1, sizeof *pairs);
    for (size_t i = 0; pairs && i < source->count; i++) {
        const struct cr_wire_property *property = &source->properties[i];
        pairs[i] = (struct cr_flat_pair){.key = property->key,
                                         .text = property->text,
                                         .kind = property->kind == CR_WIRE_BOOL ? CR_FLAT_BOOL
                                                                                : CR_FLAT_STRING,
                                         .line = (int)property->line,
                                         .column = (int)property->column};
    }
    return pairs;
}

static int hand_over(const struct cr_wire_environment *environment, struct cr_arena *arena,
                     struct cr_environment_remotes *out_remotes, struct cr_err *err)
{
    size_t count = environment->source_count;
    struct cr_environment_remote *remotes = cr_arena_array(arena, count + 1, sizeof *remotes);
    for (size_t i = 0; remotes && i < count; i++) {
        const struct cr_wire_source *source = &environment->sources[i];
        remotes[i].name = cr_arena_slice(arena, source->name);
        remotes[i].doc = (struct cr_flat_doc){flat_pairs(arena, source), source->count};
    }
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "config server's answer: out of memory");
    *out_remotes = (struct cr_environment_remotes){remotes, count};
    return 0;
}

static void fill_options(const struct cr_config_question *question,
                         const struct config_settings *settings, struct cr_arena *arena,
                         struct cr_config_client_options *out_options)
{
    const char *cache = "";
    if (*settings->home)
        cache = cr_arena_printf(arena, "%s/cache/%s.config.json", settings->home, settings->name);
    *out_options = (struct cr_config_client_options){
        .http = question->client,
        .log = question->log,
        .uris = settings->uri,
        .name = settings->name,
        .profile = settings->profile,
        .label = settings->label,
        .username = settings->username,
        .password = settings->password,
        .token = settings->token,
        .cache_path = cache,
        .fail_fast = settings->fail_fast,
        .again = question->again,
        .waiting = question->waiting,
        .ctx = question->ctx,
        .wait_ms = settings->wait_ms,
        .connect_timeout_ms = settings->connect_ms,
        .read_timeout_ms = settings->read_ms,
        .retry_initial_ms = settings->retry_initial_ms,
        .retry_max_ms = settings->retry_max_ms,
        .retry_multiplier = settings->retry_multiplier,
        .retry_attempts = (int)settings->retry_attempts,
    };
}

/* Without the credentials that may stand in a URI. */
static struct cr_slice shown(struct cr_slice uri)
{
    ptrdiff_t at = cr_slice_find_last(uri, '@');
    return at < 0 ? uri : cr_slice_from(uri, (size_t)at + 1);
}

static void tell_origin(const struct config_settings *settings,
                        const struct cr_wire_environment *environment,
                        struct cr_config_answer *answer)
{
    struct cr_slice rest = cr_slice_of(settings->uri);
    struct cr_slice first = {NULL, 0};
    (void)cr_slice_split(&rest, ',', &first);
    snprintf(answer->origin, sizeof answer->origin, "%.*s%s: %zu sources",
             CR_SLICE_ARG(shown(first)), rest.len > 0 ? " or another" : "",
             environment->source_count);
}

int cr_cloud_config_source(const struct cr_config_question *question, struct cr_arena *arena,
                           struct cr_config_answer *out_answer, struct cr_err *err)
{
    struct config_settings settings;
    struct cr_config_client_options options;
    struct cr_config_answer answer = {.origin = "nobody: spring.cloud.config.enabled is false"};
    int rc = cr_settings_bind(&all_rows, question->local, &settings, arena, err);
    if (rc)
        return rc;
    if (!settings.enabled) {
        *out_answer = answer;
        return 0;
    }
    fill_options(question, &settings, arena, &options);
    struct cr_wire_environment environment;
    enum cr_config_client_origin origin;
    struct cr_err why = {0};
    rc = cr_config_client_fetch(&options, arena, &environment, &origin, &why);
    if (rc) {
        if (err)
            *err = why;
        return rc;
    }
    tell_origin(&settings, &environment, &answer);
    answer.partial = origin != CR_CONFIG_SERVER;
    if (answer.partial)
        snprintf(answer.problem, sizeof answer.problem, "%s", why.text);
    rc = hand_over(&environment, arena, &answer.remotes, err);
    if (rc == 0)
        *out_answer = answer;
    return rc;
}
