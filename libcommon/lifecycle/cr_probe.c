/* --healthcheck: asks the running daemon, and says in one line what a person wants to know.
 *
 * It uses nothing but local settings and the daemon's own port, writes nothing, and is the health
 * check of a container: the line is what `docker inspect` shows.
 */
#include <stdio.h>
#include <string.h>

#include "cr_http_client.h"
#include "cr_json.h"
#include "cr_log.h"
#include "cr_modes.h"
#include "cr_run_file.h"
#include "cr_url.h"

enum { PROBE_MS = 1000, DETAILS_MAX = 400 };

struct probe {
    const struct cr_config_input *input;
    struct cr_spine_settings spine;
    const char *home;
    struct cr_arena *arena;
    struct cr_http_client *client;
    struct cr_buf base;        /* "127.0.0.1:8080" */
    struct cr_buf credentials; /* "user:password@", where the daemon asks for them */
    struct cr_buf line;
};

/* --- where it answers --- */

static bool any_address(const char *address)
{
    return address[0] == '\0' || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* A port that is only a default may be another by the config server's word. */
static bool is_port_chosen(const struct cr_environment *environment)
{
    size_t count = cr_environment_source_count(environment);
    for (size_t source = 0; source + 1 < count; source++)
        for (size_t i = 0; i < cr_environment_pair_count(environment, source); i++)
            if (strcmp(cr_environment_pair(environment, source, i).name, "server.port") == 0)
                return true;
    return false;
}

static void find_base(struct probe *probe, const struct cr_environment *environment)
{
    if (probe->input->daemon->admin_socket) {
        cr_buf_text(&probe->base, "localhost");
        return;
    }
    const char *address = probe->spine.address;
    int port = (int)probe->spine.port;
    int announced = 0;
    if ((port == 0 || !is_port_chosen(environment)) &&
        cr_run_file_port(probe->home, probe->input->daemon->name, &announced) == 0)
        port = announced;
    const char *host = any_address(address) ? "127.0.0.1" : address;
    bool v6 = strchr(host, ':') != NULL;
    cr_buf_printf(&probe->base, "%s%s%s:%d", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

/* Where its password is known here, the details are not withheld from us. */
static void find_credentials(struct probe *probe, const struct cr_environment *environment)
{
    const char *user =
        cr_environment_text(environment, "spring.security.user.name", "user", probe->arena);
    const char *password =
        cr_environment_text(environment, "spring.security.user.password", "", probe->arena);
    if (!*password)
        return;
    cr_url_encode(&probe->credentials, cr_slice_of(user), "");
    cr_buf_char(&probe->credentials, ':');
    cr_url_encode(&probe->credentials, cr_slice_of(password), "");
    cr_buf_char(&probe->credentials, '@');
}

static int get(struct probe *probe, const char *path, struct cr_http_response *out_response,
               struct cr_err *err)
{
    CR_AUTO(cr_buf) url = {0};
    cr_buf_printf(&url, "http://%s%s%s", probe->credentials.data ? probe->credentials.data : "",
                  probe->base.data, path);
    if (cr_buf_status(&url))
        return cr_err_set(err, CR_ENOMEM, "no memory");
    struct cr_http_call call = {.url = url.data, .connect_ms = PROBE_MS, .total_ms = PROBE_MS};
    if (probe->input->daemon->admin_socket)
        call.unix_path = cr_run_socket_path(probe->home, probe->input->daemon->name, probe->arena);
    return cr_http_client_fetch(probe->client, &call, probe->arena, out_response, err);
}

/* --- what it says --- */

/* "key: value, key: value" of what is text; numbers are for machines. */
static void put_details(const struct cr_tree *details, struct cr_buf *out)
{
    CR_AUTO(cr_buf) text = {0};
    for (const struct cr_tree *n = cr_tree_first(details); n; n = cr_tree_next(n)) {
        const char *value = cr_tree_text(n, NULL);
        if (value && *value)
            cr_buf_printf(&text, "%s%.*s: %s", text.len > 0 ? ", " : "",
                          CR_SLICE_ARG(cr_tree_key(n)), value);
    }
    if (text.len > 0 && cr_buf_status(&text) == 0)
        cr_buf_printf(out, " (%.*s%s)", text.len > DETAILS_MAX ? DETAILS_MAX : (int)text.len,
                      text.data, text.len > DETAILS_MAX ? "..." : "");
}

/* Every component of that status, its reasons with it. */
static void put_components(const struct cr_tree *components, const char *status, struct cr_buf *out)
{
    for (const struct cr_tree *n = cr_tree_first(components); n; n = cr_tree_next(n)) {
        if (strcmp(cr_tree_text(cr_tree_get(n, "status"), ""), status) != 0)
            continue;
        cr_buf_printf(out, "; %.*s %s", CR_SLICE_ARG(cr_tree_key(n)), status);
        put_details(cr_tree_get(n, "details"), out);
    }
}

/* What is wrong first, then what is only to be known. */
static void put_reasons(struct probe *probe)
{
    static const char *const order[] = {"DOWN", "OUT_OF_SERVICE", "CIRCUIT_OPEN", "UNKNOWN"};
    struct cr_http_response response = {0};
    const struct cr_tree *tree = NULL;
    if (get(probe, "/actuator/health", &response, NULL) != 0 ||
        cr_json_parse(response.body, probe->arena, &tree, NULL) != 0)
        return;
    for (size_t i = 0; i < CR_COUNT(order); i++)
        put_components(cr_tree_get(tree, "components"), order[i], &probe->line);
}

/* Nobody answers: it may have told by another way why. */
static void put_absence(struct probe *probe, const struct cr_err *err)
{
    CR_AUTO(cr_buf) said = {0};
    if (cr_run_note_read(probe->home, probe->input->daemon->name, &said) == 0)
        cr_buf_slice(&probe->line, cr_buf_view(&said));
    else
        cr_buf_printf(&probe->line, "not running: %s", err->text);
}

static bool ask(struct probe *probe)
{
    struct cr_err err = {0};
    struct cr_http_response response = {0};
    if (get(probe, "/actuator/health/readiness", &response, &err) != 0) {
        put_absence(probe, &err);
        return false;
    }
    const struct cr_tree *tree = NULL;
    const char *word = "no health";
    if (cr_json_parse(response.body, probe->arena, &tree, NULL) == 0)
        word = cr_tree_text(cr_tree_get(tree, "status"), word);
    bool ready = response.status == 200;
    if (ready)
        cr_buf_printf(&probe->line, "ready, http://%s", probe->base.data);
    else
        cr_buf_printf(&probe->line, "not ready: %s, http://%s answers %d", word, probe->base.data,
                      response.status);
    put_reasons(probe);
    return ready;
}

/* --- the mode --- */

static int prepare(struct probe *probe, struct cr_environment **out_environment, struct cr_err *err)
{
    const struct cr_config_input *input = probe->input;
    probe->arena = cr_arena_new(0);
    if (!probe->arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_config_environment(input, NULL, out_environment, err);
    if (rc == 0)
        rc = cr_settings_bind(&input->tables->tables[0], *out_environment, &probe->spine,
                              probe->arena, err);
    if (rc == 0)
        rc = cr_http_client_new(NULL, &probe->client, err);
    if (rc)
        return rc;
    probe->home = probe->spine.home;
    find_base(probe, *out_environment);
    find_credentials(probe, *out_environment);
    return cr_buf_status(&probe->base) ? cr_err_set(err, CR_ENOMEM, "no memory") : 0;
}

int cr_mode_probe(const struct cr_config_input *input)
{
    struct cr_err err = {0};
    struct probe probe = {.input = input};
    CR_AUTO_ENVIRONMENT environment = NULL;
    bool ready = false;
    if (prepare(&probe, &environment, &err) == 0)
        ready = ask(&probe);
    else
        cr_buf_printf(&probe.line, "cannot ask: %s", err.text);
    fprintf(ready ? stdout : stderr, "%s: %s\n", input->daemon->name,
            cr_buf_status(&probe.line) == 0 ? probe.line.data : "no memory");
    cr_http_client_free(probe.client);
    cr_buf_free(&probe.base);
    cr_buf_free(&probe.credentials);
    cr_buf_free(&probe.line);
    cr_arena_free(probe.arena);
    return ready ? CR_EXIT_OK : CR_EXIT_FAILURE;
}
