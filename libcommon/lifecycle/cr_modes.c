/* The modes of a daemon that only print or ask. */
#include "cr_modes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cr_http_client.h"
#include "cr_http_global.h"
#include "cr_log.h"

static int put(const struct cr_buf *text)
{
    if (cr_buf_status(text) != 0) {
        fputs("no memory\n", stderr);
        return CR_EXIT_FAILURE;
    }
    bool written = fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0;
    return written ? CR_EXIT_OK : CR_EXIT_FAILURE;
}

static int complain(const struct cr_config_input *input, const struct cr_err *err, int code)
{
    fprintf(stderr, "%s: %s\n", input->daemon->name, err->text);
    return code;
}

/* --- help and version --- */

static const char sources_text[] =
    "Settings come from these sources, the first that has a key wins:\n"
    "  1. the command line           --server.port=9091\n"
    "  2. SPRING_APPLICATION_JSON    '{\"server\":{\"port\":9091}}'\n"
    "  3. the environment            SERVER_PORT=9091\n"
    "  4. the config server          spring.cloud.config.uri\n"
    "  5. application-PROFILE.yml    for each of spring.profiles.active, then application.yml;\n"
    "                                in ./config and in ., also .properties\n"
    "  6. the defaults below\n"
    "Names are relaxed: server.maxThreads, server.max-threads and SERVER_MAXTHREADS are one key.\n";

static const char exit_text[] =
    "Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 78 wrong configuration.\n"
    "SIGTERM ends the daemon in order, SIGHUP reads the settings again.\n";

int cr_mode_help(const struct cr_config_input *input)
{
    const struct cr_daemon *daemon = input->daemon;
    CR_AUTO(cr_buf) text = {0};
    const char *name = NULL;
    const char *doc = NULL;
    cr_buf_printf(&text, "%s: %s\n\nUsage: %s [--key=value]...\n\n", daemon->name, daemon->summary,
                  daemon->name);
    for (size_t i = 0; cr_args_mode_row(i, &name, &doc); i++)
        cr_buf_printf(&text, "  %-20s %s\n", name, doc);
    cr_buf_printf(&text, "\n%s\nSettings:\n\n", sources_text);
    for (size_t i = 0; i < input->tables->count; i++)
        cr_settings_help(&input->tables->tables[i], &text);
    cr_buf_text(&text, "\nWhile it runs, GET /actuator lists what it tells about itself: health, "
                       "env, metrics, loggers, ...\n\n");
    cr_buf_text(&text, exit_text);
    if (daemon->examples)
        cr_buf_printf(&text, "\nExamples:\n%s", daemon->examples);
    return put(&text);
}

int cr_mode_version(const struct cr_config_input *input)
{
    CR_AUTO(cr_buf) text = {0};
    cr_buf_printf(&text, "%s %s\n", input->daemon->name, input->daemon->version);
    return put(&text);
}

static const char markdown_head[] = "| Key | Type | Default | Range | Takes effect | Meaning |\n"
                                    "|---|---|---|---|---|---|\n";

/* One section for all daemons and one for this one; the former is the same everywhere. */
int cr_mode_markdown(const struct cr_config_input *input)
{
    const struct cr_daemon *daemon = input->daemon;
    const struct cr_tables *all = input->tables;
    const struct cr_setting_table *shared = NULL;
    size_t shared_count = 0;
    CR_AUTO(cr_buf) text = {0};
    cr_spine_tables(&shared, &shared_count);
    cr_buf_printf(&text, "## Every daemon\n\n%s", markdown_head);
    for (size_t i = 0; i < shared_count; i++)
        cr_settings_markdown(&shared[i], &text);
    cr_buf_printf(&text,
                  "\n## %s\n\n`spring.application.name` is `%s`, `server.port` is `%d`.\n\n%s",
                  daemon->name, daemon->application, daemon->port, markdown_head);
    for (size_t i = 1; i < 2 + daemon->table_count; i++)
        cr_settings_markdown(&all->tables[i], &text);
    if (daemon->commands_max > 0)
        cr_settings_markdown(&all->tables[all->count - 1], &text);
    return put(&text);
}

/* --- check and print --- */

static void report(void *ctx, enum cr_settings_severity severity, const char *text)
{
    const struct cr_config_input *input = ctx;
    fprintf(stderr, "%s: %s: %s\n", input->daemon->name,
            severity == CR_SETTINGS_ERROR ? "error" : "warning", text);
}

int cr_mode_check(const struct cr_config_input *input)
{
    struct cr_err err = {0};
    CR_AUTO_ENVIRONMENT environment = NULL;
    if (cr_config_environment(input, NULL, &environment, &err) != 0)
        return complain(input, &err, CR_EXIT_CONFIG);
    const struct cr_settings_check what = {
        .tables = input->tables->tables,
        .table_count = input->tables->count,
        .prefixes = input->tables->prefixes,
        .prefix_count = input->tables->prefix_count,
    };
    struct cr_config_input named = *input;
    if (cr_settings_check(&what, environment, report, &named) > 0)
        return CR_EXIT_CONFIG;
    struct cr_config *config = NULL;
    if (cr_config_new(input, environment, NULL, &config, &err) != 0)
        return complain(input, &err, CR_EXIT_CONFIG);
    cr_config_free(config);
    printf("%s: the configuration is fine\n", input->daemon->name);
    return CR_EXIT_OK;
}

static int ask_all(const struct cr_config_input *input, struct cr_environment **out_environment,
                   struct cr_err *err)
{
    CR_AUTO_ENVIRONMENT local = NULL;
    struct cr_http_client *client = NULL;
    int rc = cr_config_environment(input, NULL, &local, err);
    if (rc != 0)
        return rc;
    cr_config_apply_logging(local);
    struct cr_config_answer answer;
    rc = cr_http_client_new(NULL, &client, err);
    const struct cr_config_question question = {
        .local = local, .client = client, .log = cr_log_get("lifecycle")};
    if (rc == 0)
        rc = cr_config_ask(input, &question, &answer, out_environment, err);
    cr_http_client_free(client);
    return rc;
}

int cr_mode_print(const struct cr_config_input *input)
{
    struct cr_err err = {0};
    CR_AUTO_ENVIRONMENT environment = NULL;
    CR_AUTO(cr_buf) text = {0};
    int rc = ask_all(input, &environment, &err);
    if (rc == 0)
        rc = cr_settings_print(input->tables->tables, input->tables->count, environment, &text,
                               &err);
    if (rc != 0)
        return complain(input, &err, rc == CR_EUNAVAILABLE ? CR_EXIT_FAILURE : CR_EXIT_CONFIG);
    return put(&text);
}
