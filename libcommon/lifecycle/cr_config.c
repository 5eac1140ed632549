/* Reads, binds and checks a daemon's settings. */
#include "cr_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_hystrix_settings.h"
#include "cr_log.h"

enum { CREDENTIALS_MAX = 1000 }; /* a little less than the HTTP room takes */

int cr_config_environment(const struct cr_config_input *input,
                          const struct cr_environment_remotes *remotes,
                          struct cr_environment **out_environment, struct cr_err *err)
{
    static const char *const directories[] = {".", "config"};
    char port[CR_LOG_INT_SIZE];
    const struct cr_flat_pair defaults[] = {
        {.key = CR_SLICE("spring.application.name"),
         .text = cr_slice_of(input->daemon->application)},
        {.key = CR_SLICE("server.port"),
         .text = cr_log_int(input->daemon->port, port),
         .kind = CR_FLAT_INT},
    };
    const struct cr_flat_doc doc = {defaults, CR_COUNT(defaults)};
    const struct cr_environment_options options = {
        .arguments = input->args->settings,
        .argument_count = input->args->setting_count,
        .variables = (const char *const *)environ,
        .directories = directories,
        .directory_count = CR_COUNT(directories),
        .remotes = remotes ? remotes->rows : NULL,
        .remote_count = remotes ? remotes->count : 0,
        .defaults = &doc,
    };
    return cr_environment_load(&options, out_environment, err);
}

int cr_config_ask(const struct cr_config_input *input, const struct cr_config_question *question,
                  struct cr_config_answer *out_answer, struct cr_environment **out_environment,
                  struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_config_answer answer = {0};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    if (input->daemon->config_source) {
        int rc = input->daemon->config_source(question, arena, &answer, err);
        if (rc != 0)
            return rc;
    }
    int rc = cr_config_environment(input, &answer.remotes, out_environment, err);
    *out_answer = answer;
    out_answer->remotes = (struct cr_environment_remotes){NULL, 0};
    return rc;
}

/* --- logging --- */

static const char logging_prefix[] = "logging.level.";

/* The logger's name in "logging.level.<name>", or NULL. Of an environment variable, which has no
 * case, it is the relaxed one. */
static const char *logger_of(const struct cr_environment_pair *pair)
{
    size_t len = sizeof logging_prefix - 1;
    if (strncmp(pair->key, logging_prefix, len) == 0)
        return pair->key + len;
    return strncmp(pair->name, logging_prefix, len) == 0 ? pair->name + len : NULL;
}

/* CR_ENOTFOUND when the pair is about no logger. */
static int read_level(const struct cr_environment *environment,
                      const struct cr_environment_pair *pair, struct cr_arena *arena,
                      enum cr_log_level *out_level, struct cr_err *err)
{
    const char *text = NULL;
    if (!logger_of(pair))
        return CR_ENOTFOUND;
    int rc = cr_environment_expand(environment, cr_slice_of(pair->text), arena, &text, err);
    if (rc != 0)
        return cr_err_prefix(err, "%s: ", pair->key);
    if (cr_log_level_parse(cr_slice_of(text), out_level) != 0)
        return cr_err_set(err, CR_EINVAL,
                          "%s: '%s' is no level; write off, error, warn, info, debug or trace (%s)",
                          pair->key, text, pair->origin);
    return 0;
}

static int check_levels(const struct cr_environment *environment, struct cr_arena *arena,
                        struct cr_err *err)
{
    enum cr_log_level level = CR_LOG_INFO;
    for (size_t source = cr_environment_source_count(environment); source-- > 0;)
        for (size_t i = 0; i < cr_environment_pair_count(environment, source); i++) {
            struct cr_environment_pair pair = cr_environment_pair(environment, source, i);
            int rc = read_level(environment, &pair, arena, &level, err);
            if (rc != 0 && rc != CR_ENOTFOUND)
                return rc;
        }
    return 0;
}

static void apply_format(const struct cr_environment *environment, struct cr_arena *arena)
{
    const char *format = cr_environment_text(environment, "crema.log.format", "logfmt", arena);
    cr_log_set_format(strcmp(format, "json") == 0 ? CR_LOG_JSON : CR_LOG_LOGFMT);
}

/* Over the limit of loggers there is nothing to set: such a name logs as ROOT does. */
static void set_level(const char *logger, enum cr_log_level level)
{
    int rc = cr_log_set_level(logger, level);
    (void)rc;
}

void cr_config_apply_logging(const struct cr_environment *environment)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return;
    apply_format(environment, arena);
    if (strcmp(cr_environment_text(environment, "debug", "false", arena), "true") == 0)
        set_level("ROOT", CR_LOG_DEBUG);
    /* From the weakest source up, so that the strongest has the last word. */
    for (size_t source = cr_environment_source_count(environment); source-- > 0;)
        for (size_t i = 0; i < cr_environment_pair_count(environment, source); i++) {
            struct cr_environment_pair pair = cr_environment_pair(environment, source, i);
            enum cr_log_level level = CR_LOG_INFO;
            if (read_level(environment, &pair, arena, &level, NULL) == 0)
                set_level(logger_of(&pair), level);
        }
}

void cr_config_refresh_logging(const struct cr_environment *environment,
                               const struct cr_changes *changes)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return;
    apply_format(environment, arena);
    for (size_t i = 0; i < changes->count; i++) {
        const char *key = changes->keys[i];
        if (strncmp(key, logging_prefix, sizeof logging_prefix - 1) != 0)
            continue;
        const char *logger = key + sizeof logging_prefix - 1;
        const char *text = cr_environment_text(environment, key, "", arena);
        enum cr_log_level level = CR_LOG_INFO;
        if (cr_log_level_parse(cr_slice_of(text), &level) == 0)
            set_level(logger, level);
        else
            cr_log_clear_level(logger);
    }
}

/* --- binding --- */

static size_t size_of(enum cr_setting_type type)
{
    switch (type) {
    case CR_SETTING_TEXT:
        return sizeof(const char *);
    case CR_SETTING_BOOL:
        return sizeof(bool);
    case CR_SETTING_INT:
    case CR_SETTING_DURATION:
    case CR_SETTING_SIZE:
        return sizeof(int64_t);
    case CR_SETTING_DOUBLE:
        return sizeof(double);
    case CR_SETTING_LIST:
        return sizeof(struct cr_setting_list);
    }
    return 0;
}

/* What a restart would change stays as it was at the start, whose arena is never freed. */
static void keep_fixed(const struct cr_setting_table *table, void *to, const void *from)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct cr_setting *row = &table->rows[i];
        if (!(row->flags & CR_SETTING_LIVE))
            memcpy((char *)to + row->offset, (const char *)from + row->offset, size_of(row->type));
    }
}

static int check_choice(const char *key, const char *value, const char *const *choices,
                        size_t count, struct cr_err *err)
{
    CR_AUTO(cr_buf) all = {0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(value, choices[i]) == 0)
            return 0;
        cr_buf_printf(&all, "%s%s", i == 0 ? "" : " or ", choices[i]);
    }
    return cr_err_set(err, CR_EINVAL, "%s: '%s' is not known; write %s", key, value,
                      all.data ? all.data : "");
}

/* A user alone would protect nothing, and whoever set it believes otherwise. The password is that
 * of the environment: after a refresh the bound one is still that of the start. */
static int check_user(const struct cr_config *config, struct cr_err *err)
{
    const struct cr_spine_settings *spine = &config->spine;
    static const char name[] = "spring.security.user.name";
    const char *password = cr_environment_text(config->environment, "spring.security.user.password",
                                               "", config->arena);
    const char *given = cr_environment_text(config->environment, name, NULL, config->arena);
    if (given && password[0] == '\0')
        return cr_err_set(err, CR_EINVAL,
                          "%s: '%s' has no password, so everybody would be served; set "
                          "spring.security.user.password, or leave both out",
                          name, given);
    if (strchr(spine->user, ':'))
        return cr_err_set(err, CR_EINVAL, "%s: '%s' has a ':', which HTTP Basic cannot carry", name,
                          spine->user);
    if (strlen(spine->user) + strlen(password) > CREDENTIALS_MAX)
        return cr_err_set(err, CR_EINVAL,
                          "spring.security.user.password: longer than %d bytes with its user",
                          (int)CREDENTIALS_MAX);
    return 0;
}

static int check(const struct cr_config_input *input, const struct cr_config *config,
                 struct cr_err *err)
{
    static const char *const formats[] = {"logfmt", "json"};
    static const char *const details[] = {"always", "never"};
    int rc =
        check_choice("crema.log.format", config->spine.log_format, formats, CR_COUNT(formats), err);
    if (rc == 0)
        rc = check_choice("management.endpoint.health.show-details", config->spine.health_details,
                          details, CR_COUNT(details), err);
    if (rc == 0)
        rc = check_user(config, err);
    if (rc == 0)
        rc = check_levels(config->environment, config->arena, err);
    if (rc == 0 && input->daemon->commands_max > 0)
        rc = cr_hystrix_settings_check(config->environment, config->arena, err);
    if (rc == 0 && input->daemon->check)
        rc = input->daemon->check(config->settings, config->environment, err);
    return rc;
}

static int bind(const struct cr_config_input *input, struct cr_config *config,
                const struct cr_config *before, struct cr_err *err)
{
    const struct cr_setting_table *tables = input->tables->tables;
    size_t size = input->daemon->settings_size;
    config->arena = cr_arena_new(0);
    config->settings = config->arena ? cr_arena_alloc(config->arena, size ? size : 1) : NULL;
    if (!config->settings)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_settings_bind(&tables[0], config->environment, &config->spine, config->arena, err);
    if (rc == 0)
        rc =
            cr_settings_bind(&tables[1], config->environment, config->settings, config->arena, err);
    if (rc == 0 && before) {
        keep_fixed(&tables[0], &config->spine, &before->spine);
        keep_fixed(&tables[1], config->settings, before->settings);
    }
    return rc == 0 ? check(input, config, err) : rc;
}

int cr_config_new(const struct cr_config_input *input, struct cr_environment *environment,
                  const struct cr_config *before, struct cr_config **out_config, struct cr_err *err)
{
    struct cr_config *config = calloc(1, sizeof *config);
    if (!config)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    config->environment = cr_environment_ref(environment);
    int rc = bind(input, config, before, err);
    if (rc != 0) {
        cr_config_free(config);
        return rc;
    }
    *out_config = config;
    return 0;
}

void cr_config_free(struct cr_config *config)
{
    if (!config)
        return;
    cr_environment_unref(config->environment);
    cr_arena_free(config->arena);
    free(config);
}

/* --- changes --- */

int cr_config_live_changes(const struct cr_tables *tables, const char *const *keys,
                           size_t key_count, struct cr_arena *arena, struct cr_changes *out_changes)
{
    const char **live = cr_arena_array(arena, key_count + 1, sizeof *live);
    size_t count = 0;
    if (!live)
        return CR_ENOMEM;
    for (size_t i = 0; i < key_count; i++) {
        const struct cr_setting *row = cr_settings_find(tables->tables, tables->count, keys[i]);
        if (!row || (row->flags & CR_SETTING_LIVE))
            live[count++] = keys[i];
    }
    *out_changes = (struct cr_changes){live, count};
    return 0;
}

/* A value that is written now and was the default before is no other. */
static bool differs(const struct cr_setting *row, const char *key,
                    const struct cr_environment *start, const struct cr_environment *now,
                    struct cr_arena *arena)
{
    const char *fallback = row->fallback ? row->fallback : "";
    const char *before = cr_environment_text(start, key, fallback, arena);
    const char *after = cr_environment_text(now, key, fallback, arena);
    return strcmp(before, after) != 0;
}

size_t cr_config_restart_keys(const struct cr_tables *tables, const struct cr_environment *start,
                              const struct cr_environment *now, struct cr_arena *arena,
                              struct cr_buf *out)
{
    const char *const *keys = NULL;
    size_t count = 0;
    size_t found = 0;
    if (cr_environment_changes(start, now, arena, &keys, &count) != 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const struct cr_setting *row = cr_settings_find(tables->tables, tables->count, keys[i]);
        if (!row || (row->flags & CR_SETTING_LIVE) || !differs(row, keys[i], start, now, arena))
            continue;
        cr_buf_printf(out, "%s%s", found++ == 0 ? "" : ", ", keys[i]);
    }
    return found;
}
