/* Asks components for their health and writes the answer in Boot's forms. */
#include "cr_health.h"

#include <string.h>
#include <sys/statvfs.h>

#include "cr_app_private.h"
#include "cr_commands.h"
#include "cr_json_writer.h"
#include "cr_memory_limit.h"

enum { DISK_FREE_MIN_BYTES = 10 * 1024 * 1024 };

struct cr_health {
    enum cr_health_status status;
    const char *word; /* shown instead of the status, which still counts; or NULL */
    struct cr_buf details;
    struct cr_json_writer writer; /* inside an object in details */
    bool any;
};

/* A component is a row here or a module with a health function. */
struct component {
    const char *name;
    void (*built_in)(struct cr_app *app, struct cr_health *health);
    const struct cr_module *module;
    void *state;
    bool readiness;
};

static const char *const status_words[] = {"UNKNOWN", "UP", "OUT_OF_SERVICE", "DOWN"};

void cr_health_set(struct cr_health *health, enum cr_health_status status)
{
    health->status = status;
}

void cr_health_detail(struct cr_health *health, const char *key, const char *format, ...)
{
    CR_AUTO(cr_buf) text = {0};
    va_list args;
    va_start(args, format);
    cr_buf_vprintf(&text, format, args);
    va_end(args);
    cr_json_pair_string(&health->writer, key, cr_buf_view(&text));
    health->any = true;
}

static void begin(struct cr_health *health)
{
    *health = (struct cr_health){.status = CR_HEALTH_UP};
    cr_json_init(&health->writer, &health->details);
    cr_json_begin_object(&health->writer);
}

/* --- components that every daemon has --- */

static void liveness(struct cr_app *app, struct cr_health *health)
{
    (void)app;
    (void)health; /* whoever answers lives */
}

static void readiness(struct cr_app *app, struct cr_health *health)
{
    if (!cr_app_ready(app))
        cr_health_set(health, CR_HEALTH_OUT_OF_SERVICE);
}

static void disk_space(struct cr_app *app, struct cr_health *health)
{
    struct statvfs disk;
    if (statvfs(app->home, &disk) != 0) {
        cr_health_set(health, CR_HEALTH_UNKNOWN);
        return;
    }
    int64_t total = (int64_t)(disk.f_blocks * disk.f_frsize);
    int64_t available = (int64_t)(disk.f_bavail * disk.f_frsize);
    if (available < DISK_FREE_MIN_BYTES)
        cr_health_set(health, CR_HEALTH_DOWN);
    cr_json_pair_int(&health->writer, "total", total);
    cr_json_pair_int(&health->writer, "free", available);
    cr_json_pair_int(&health->writer, "threshold", DISK_FREE_MIN_BYTES);
    cr_json_pair_text(&health->writer, "path", app->home);
    health->any = true;
}

/* Counts for readiness: the kernel may end this process at the next request. */
static void memory(struct cr_app *app, struct cr_health *health)
{
    (void)app;
    int64_t limit = cr_memory_limit();
    if (limit == INT64_MAX)
        return;
    cr_json_pair_int(&health->writer, "limit", limit);
    cr_json_pair_int(&health->writer, "threshold", CR_MEMORY_MIN_BYTES);
    health->any = true;
    char words[CR_MEMORY_WORDS];
    if (!cr_memory_limit_is_low(limit, words))
        return;
    cr_health_set(health, CR_HEALTH_DOWN);
    cr_health_detail(health, "error", "%s", words);
}

static void add_open_circuit(struct cr_command *command, void *ctx)
{
    struct cr_health *health = ctx;
    if (!cr_circuit_is_open(cr_command_circuit(command)))
        return;
    if (!health->word) {
        health->word = "CIRCUIT_OPEN";
        health->any = true;
        cr_json_pair_array(&health->writer, "openCircuitBreakers");
    }
    CR_AUTO(cr_buf) name = {0};
    cr_buf_printf(&name, "%s::%s", cr_command_group(command), cr_command_key(command));
    cr_json_string(&health->writer, cr_buf_view(&name));
}

/* An open circuit is shown, but does not make this daemon unhealthy: another one is. */
static void hystrix(struct cr_app *app, struct cr_health *health)
{
    if (app->commands)
        cr_commands_each(app->commands, add_open_circuit, health);
    if (health->word)
        cr_json_end_array(&health->writer);
}

static void config_server(struct cr_app *app, struct cr_health *health)
{
    cr_config_state_health(&app->config_state, health);
}

static const struct component built_ins[] = {
    {.name = "configServer", .built_in = config_server},
    {.name = "diskSpace", .built_in = disk_space},
    {.name = "hystrix", .built_in = hystrix},
    {.name = "livenessState", .built_in = liveness},
    {.name = "memory", .built_in = memory, .readiness = true},
    {.name = "readinessState", .built_in = readiness, .readiness = true},
};

/* --- all of them --- */

/* False at the end. */
static bool component_at(struct cr_app *app, size_t index, struct component *out)
{
    for (size_t i = 0; i < app->daemon->module_count; i++) {
        const struct cr_module *module = &app->daemon->modules[i];
        if (!module->health)
            continue;
        if (index-- > 0)
            continue;
        *out = (struct component){.name = module->name,
                                  .module = module,
                                  .state = app->states[i],
                                  .readiness = module->readiness};
        return true;
    }
    /* The first row is for those who ask a config server. */
    index += app->daemon->config_source ? 0 : 1;
    if (index >= CR_COUNT(built_ins))
        return false;
    *out = built_ins[index];
    return true;
}

static bool belongs(const struct component *component, enum cr_health_view view)
{
    switch (view) {
    case CR_HEALTH_ALL:
        return true;
    case CR_HEALTH_READINESS:
        return component->readiness;
    case CR_HEALTH_LIVENESS:
        return component->built_in == liveness;
    }
    return false;
}

static void ask(struct cr_app *app, const struct component *component, struct cr_health *health)
{
    begin(health);
    if (component->built_in)
        component->built_in(app, health);
    else
        component->module->health(component->state, health);
    cr_json_end_object(&health->writer);
}

static const char *word_of(const struct cr_health *health)
{
    return health->word ? health->word : status_words[health->status];
}

/* Boot 1 has the details beside the status, Boot 2 below "details". */
static void write_component(struct cr_buf *out, const struct cr_health *health, bool boot1)
{
    struct cr_slice object = cr_buf_view(&health->details);
    cr_buf_printf(out, "{\"status\":\"%s\"", word_of(health));
    if (health->any && cr_buf_status(&health->details) == 0) {
        cr_buf_text(out, boot1 ? "," : ",\"details\":");
        cr_buf_slice(out, boot1 ? cr_slice_sub(object, 1, object.len - 1) : object);
    }
    cr_buf_char(out, '}');
}

static int http_status(enum cr_health_status status)
{
    return status >= CR_HEALTH_OUT_OF_SERVICE ? 503 : 200;
}

/* Appends `"name":{...},...` of the view and returns the worst status. */
static enum cr_health_status write_components(struct cr_app *app, enum cr_health_view view,
                                              bool boot1, struct cr_buf *out)
{
    enum cr_health_status worst = CR_HEALTH_UNKNOWN;
    struct component component;
    for (size_t i = 0; component_at(app, i, &component); i++) {
        if (!belongs(&component, view))
            continue;
        struct cr_health health;
        ask(app, &component, &health);
        worst = health.status > worst ? health.status : worst;
        cr_buf_printf(out, "%s\"%s\":", out->len > 0 ? "," : "", component.name);
        write_component(out, &health, boot1);
        cr_buf_free(&health.details);
    }
    return worst;
}

static bool shows_details(const struct cr_app *app)
{
    return strcmp(cr_app_config(app)->spine.health_details, "always") == 0;
}

int cr_health_json(struct cr_app *app, enum cr_health_view view, struct cr_buf *out)
{
    CR_AUTO(cr_buf) components = {0};
    enum cr_health_status status = write_components(app, view, false, &components);
    cr_buf_printf(out, "{\"status\":\"%s\"", status_words[status]);
    if (shows_details(app) && cr_buf_status(&components) == 0)
        cr_buf_printf(out, ",\"components\":{%s}", components.data);
    if (view == CR_HEALTH_ALL)
        cr_buf_text(out, ",\"groups\":[\"liveness\",\"readiness\"]");
    cr_buf_char(out, '}');
    return http_status(status);
}

int cr_health_boot1_json(struct cr_app *app, struct cr_buf *out)
{
    CR_AUTO(cr_buf) components = {0};
    enum cr_health_status status = write_components(app, CR_HEALTH_ALL, true, &components);
    cr_buf_printf(out, "{\"status\":\"%s\"", status_words[status]);
    if (shows_details(app) && cr_buf_status(&components) == 0)
        cr_buf_printf(out, ",%s", components.data);
    cr_buf_char(out, '}');
    return http_status(status);
}

int cr_health_component_json(struct cr_app *app, struct cr_slice name, struct cr_buf *out)
{
    struct component component;
    for (size_t i = 0; shows_details(app) && component_at(app, i, &component); i++) {
        if (!cr_slice_is(name, component.name))
            continue;
        struct cr_health health;
        ask(app, &component, &health);
        write_component(out, &health, false);
        cr_buf_free(&health.details);
        return http_status(health.status);
    }
    return 404;
}
